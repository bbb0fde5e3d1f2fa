"""Guards: trees of fact names in Kleene's strong three-valued logic (S. C. Kleene, 1952).

Guards are data, so that lint can reason about them and `explain` can print them.  A fact that is absent is unknown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from amp_fsm.model.facts import Fact, Truth


class Op(StrEnum):
    """The shapes of a guard."""

    FACT = "fact"
    ALL = "all"
    ANY = "any"
    NOT = "not"


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """One node: a fact's name, or `all`/`any`/`not` of other guards.  `all` of nothing is true."""

    op: Op = Op.ALL
    name: str = ""
    of: tuple[Guard, ...] = ()


ALWAYS = Guard()


def fact(name: str) -> Guard:
    """Return the guard that holds when the fact `name` is true."""
    return Guard(op=Op.FACT, name=name)


def all_of(*guards: Guard) -> Guard:
    """Return the guard that holds when every one of `guards` does."""
    return Guard(op=Op.ALL, of=guards)


def any_of(*guards: Guard) -> Guard:
    """Return the guard that holds when one of `guards` does."""
    return Guard(op=Op.ANY, of=guards)


def not_(guard: Guard) -> Guard:
    """Return the guard that holds when `guard` is false, and is unknown when it is."""
    return Guard(op=Op.NOT, of=(guard,))


def evaluate(guard: Guard, facts: Mapping[str, Fact]) -> Truth:
    """Return the guard's truth; filling in an unknown fact never flips a definite answer (monotone)."""
    if guard.op is Op.FACT:
        found = facts.get(guard.name)
        return found.truth if found is not None else Truth.UNKNOWN
    if guard.op is Op.NOT:
        return opposite(evaluate(guard.of[0], facts))
    decisive, neutral = (Truth.FALSE, Truth.TRUE) if guard.op is Op.ALL else (Truth.TRUE, Truth.FALSE)
    result = neutral
    for part in guard.of:
        value = evaluate(part, facts)
        if value is decisive:
            return decisive
        if value is Truth.UNKNOWN:
            result = Truth.UNKNOWN
    return result


def opposite(truth: Truth) -> Truth:
    """Return what `not` makes of a truth."""
    if truth is Truth.UNKNOWN:
        return truth
    return Truth.FALSE if truth is Truth.TRUE else Truth.TRUE


def fact_names(guard: Guard) -> Iterator[str]:
    """Yield every fact name in the guard, in reading order, repeats included."""
    if guard.op is Op.FACT:
        yield guard.name
    for part in guard.of:
        yield from fact_names(part)


def guard_text(guard: Guard) -> str:
    """Return the guard as one line, as an operator would read it aloud."""
    if guard.op is Op.FACT:
        return guard.name
    if guard.op is Op.NOT:
        return f"not {guard_text(guard.of[0])}"
    if not guard.of:
        return "always" if guard.op is Op.ALL else "never"
    joined = (", " if guard.op is Op.ALL else " or ").join(guard_text(part) for part in guard.of)
    return joined if guard.op is Op.ALL else f"({joined})"
