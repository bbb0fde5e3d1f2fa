"""The winning rule of one state, compiled: a tree of questions about facts, grown as it is used.

Says what `step.choose` says, asking for no fact twice and for none that cannot matter any more: guards of one state
share most of their facts, and a pass asks every subject.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from amp_fsm.model.facts import Fact, Truth
from amp_fsm.model.guards import Guard, Op, opposite
from amp_fsm.model.machine import TransitionSpec
from amp_fsm.model.step import NOTHING, Choice


@dataclass(frozen=True, slots=True)
class _Question:
    """A fact that decides how to go on; `known` is what led here."""

    name: str
    known: Mapping[str, Truth]
    after: dict[Truth, _Question | Choice] = field(default_factory=dict)


class Chooser:
    """Chooses among the transitions that leave one state, in order of priority.  Any number of subjects may ask."""

    __slots__ = ("_first", "_transitions")

    def __init__(self, transitions: Sequence[TransitionSpec]) -> None:
        """Compile `transitions`; manual ones never fire by themselves."""
        self._transitions = tuple(transition for transition in transitions if not transition.manual)
        self._first = self._after({})

    def choose(self, facts: Mapping[str, Fact]) -> Choice:
        """Return the choice on these facts; one that is absent is unknown."""
        found = self._first
        while isinstance(found, _Question):
            fact = facts.get(found.name)
            truth = fact.truth if fact is not None else Truth.UNKNOWN
            following = found.after.get(truth)
            if following is None:
                following = found.after[truth] = self._after({**found.known, found.name: truth})
            found = following
        return found

    def _after(self, known: Mapping[str, Truth]) -> _Question | Choice:
        for transition in self._transitions:
            said = _said(transition.when, known)
            if isinstance(said, Guard):
                return _Question(said.name, known)
            if said is Truth.TRUE:
                return Choice(transition=transition)
            if said is Truth.UNKNOWN:
                return Choice(waiting_for=transition)
        return NOTHING


def _said(guard: Guard, known: Mapping[str, Truth]) -> Truth | Guard:
    """Return a guard's truth, or the first fact in it that has to be asked for."""
    if guard.op is Op.FACT:
        return known.get(guard.name, guard)
    if guard.op is Op.NOT:
        said = _said(guard.of[0], known)
        return said if isinstance(said, Guard) else opposite(said)
    decisive, result = (Truth.FALSE, Truth.TRUE) if guard.op is Op.ALL else (Truth.TRUE, Truth.FALSE)
    for part in guard.of:
        said = _said(part, known)
        if said is decisive or isinstance(said, Guard):
            return said
        if said is Truth.UNKNOWN:
            result = Truth.UNKNOWN
    return result
