"""What a plan asks to be performed, sorted for `engine.apply`: in order within a subject, documents apart."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

from amp_fsm.model.document import is_document
from amp_fsm.model.plan import Plan, Recovery
from amp_fsm.model.record import Intent

Job = tuple[Intent, Recovery]


@dataclass(frozen=True, slots=True, kw_only=True)
class Jobs:
    """Everything that is to be performed, each group in its order.

    Attributes:
        documents: one group for each document, to be performed before all others.
        subjects: one group for each subject; they may be performed side by side.
    """

    documents: tuple[tuple[Job, ...], ...] = ()
    subjects: tuple[tuple[Job, ...], ...] = ()


def jobs_of(plan: Plan) -> Jobs:
    """Return the jobs of a plan: of each address open intents of earlier passes come first, then this plan's."""
    groups: dict[str, list[Job]] = {}
    waiting: set[Hashable] = set()
    for step in sorted(plan.steps, key=lambda step: (step.intent.at, _place(step.intent))):
        if step.recovery is Recovery.WAIT:
            waiting.add(_change_of(step.intent))
        elif step.recovery in (Recovery.PERFORM, Recovery.ENTER) and _change_of(step.intent) not in waiting:
            groups.setdefault(step.intent.address, []).append((step.intent, step.recovery))
    for change in plan.changes:
        for intent in change.intents:
            groups.setdefault(change.address, []).append((intent, Recovery.PERFORM))
    return Jobs(
        documents=tuple(tuple(jobs) for address, jobs in groups.items() if is_document(address)),
        subjects=tuple(tuple(jobs) for address, jobs in groups.items() if not is_document(address)),
    )


def _change_of(intent: Intent) -> Hashable:
    return intent.address, intent.entry, intent.cause, intent.tick


def _place(intent: Intent) -> int:
    """Return an intent's place in its change, which its key begins with."""
    number = intent.key.partition(":")[0]
    return int(number) if number.isdecimal() else 0
