"""The kinds of errand: what each wants when a machine asks for it, and when nobody wants its answer any more.  Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from amp_fsm.model.errand import AddedTask, Errand
from amp_fsm.model.facts import Fact, known
from amp_fsm.model.machine import ActionSpec, Verb
from amp_fsm.plan.errands import handing, helping, proposing, reviewing
from amp_fsm.plan.errands.errand import Wanted, errands_about, is_over, opened
from amp_fsm.plan.situation import Situation

WANTED: Mapping[Errand, Callable[[Situation, str], Wanted | None]] = {
    Errand.HELP: helping.wanted,
    Errand.REVIEW: reviewing.wanted,
}
"""What an errand of a kind is to be, when the machine of the subject at an address opens it; None: there is no need."""

MOOT: Mapping[Errand, Callable[[Situation, AddedTask], str]] = {
    Errand.HAND_OVER: handing.moot,
    Errand.HELP: helping.moot,
    Errand.PROPOSE: proposing.moot,
    Errand.REVIEW: reviewing.moot,
}
"""Why nobody wants the answer of an errand any more; empty while somebody does."""


def errands_of(situation: Situation, address: str, actions: Sequence[ActionSpec]) -> tuple[AddedTask, ...]:
    """Return the errands that a subject's actions open; none while one of its kind about the same is under way."""
    found: list[AddedTask] = []
    for action in actions:
        wanted = WANTED[Errand(action.what)](situation, address) if action.verb is Verb.ERRAND else None
        if wanted is not None and not under_way(situation, wanted):
            found.append(opened(situation, wanted))
    return tuple(found)


def under_way(situation: Situation, wanted: Wanted) -> bool:
    """Return whether an errand of the same kind about the same subject is not over yet."""
    return any(not is_over(situation, item) for item in errands_about(situation, wanted.kind, wanted.about))


def moot(situation: Situation, address: str) -> Fact:
    """Return whether nobody wants the answer of an errand any more; False of every other task."""
    item = situation.record.added.get(address.partition("/")[2])
    said = MOOT[Errand(item.task.errand)](situation, item) if item is not None and item.task.errand else ""
    return known("moot", bool(said), said, "assignment")
