"""Worlds: two-valued assignments of facts that the standard classifications allow.  Searched, never enumerated.

What cannot be decided within a bounded search is said to be undecided, so that lint says nothing rather than something
wrong.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from amp_fsm.model.facts import Fact, Truth
from amp_fsm.model.guards import Guard, Op, evaluate
from amp_fsm.model.standard import EXCLUSIVE, IMPLIES

MOST_STEPS = 5_000
"""Assignments tried before a question is given up."""

Demand = tuple[Guard, bool]
"""A guard, and whether it must hold or must not."""


class _UndecidedError(Exception):
    """The search took too many steps."""


def possible(
    demands: Iterable[Demand],
    given: Mapping[str, bool] | None = None,
    *,
    undecided: bool = True,
    most: int = MOST_STEPS,
) -> bool:
    """Return whether some world meets every demand; `undecided` when that takes more than `most` steps to find out."""
    world: Mapping[str, Fact] | None = {}
    for name, value in (given or {}).items():
        world = _with(world, name, value) if world is not None else None
    if world is None:
        return False
    try:
        return _Search(demands=tuple(demands), left=most).from_(world)
    except _UndecidedError:
        return undecided


@dataclass(slots=True, kw_only=True)
class _Search:
    demands: tuple[Demand, ...]
    left: int

    def from_(self, world: Mapping[str, Fact]) -> bool:
        """Return whether `world` can be completed so that every demand is met."""
        self.left -= 1
        if self.left < 0:
            raise _UndecidedError
        open_name = ""
        for guard, wanted in self.demands:
            truth = evaluate(guard, world)
            if truth is Truth.UNKNOWN:
                open_name = open_name or next(_open_names(guard, world))
            elif (truth is Truth.TRUE) is not wanted:
                return False
        if not open_name:
            return True
        return any(
            following is not None and self.from_(following)
            for following in (_with(world, open_name, value) for value in (True, False))
        )


def _open_names(guard: Guard, world: Mapping[str, Fact]) -> Iterator[str]:
    if guard.op is Op.FACT and guard.name not in world:
        yield guard.name
    for part in guard.of:
        yield from _open_names(part, world)


def _with(world: Mapping[str, Fact], name: str, value: bool) -> Mapping[str, Fact] | None:
    """Return the world with one more fact and what follows from it; None: the two contradict each other."""
    news = {name: value}
    for word in _follows(name, value):
        news[word] = value and word == IMPLIES.get(name)
    for word in tuple(news):
        if news[word] and word != name:
            news.update(dict.fromkeys(_rivals(word), False))
    if any(word in world and (world[word].truth is Truth.TRUE) is not fact for word, fact in news.items()):
        return None
    return {**world, **{word: Fact(name=word, truth=Truth.of(fact)) for word, fact in news.items()}}


def _follows(name: str, value: bool) -> Iterator[str]:
    if value:
        yield from _rivals(name)
        if name in IMPLIES:
            yield IMPLIES[name]
    else:
        yield from (word for word, implied in IMPLIES.items() if implied == name)


def _rivals(name: str) -> Iterator[str]:
    for group in EXCLUSIVE:
        if name in group:
            yield from group - {name}
