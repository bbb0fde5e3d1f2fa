"""The winning rule: which transition of a list fires on given facts.  The only place that knows it.

Order is priority.  The first transition whose guard is true wins; one whose guard is unknown holds back every later
one, so that learning more never changes what fired.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from amp_fsm.model.facts import Fact, Truth
from amp_fsm.model.guards import evaluate
from amp_fsm.model.machine import TransitionSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Which transition fires, or which one has to be known first; both None: nothing fires."""

    transition: TransitionSpec | None = None
    waiting_for: TransitionSpec | None = None


NOTHING = Choice()


def choose(transitions: Sequence[TransitionSpec], facts: Mapping[str, Fact]) -> Choice:
    """Return the choice among `transitions`, which are in order of priority; manual ones never fire by themselves."""
    for transition in transitions:
        if transition.manual:
            continue
        truth = evaluate(transition.when, facts)
        if truth is Truth.TRUE:
            return Choice(transition=transition)
        if truth is Truth.UNKNOWN:
            return Choice(waiting_for=transition)
    return NOTHING
