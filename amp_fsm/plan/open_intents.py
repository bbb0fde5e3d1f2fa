"""Open intents of earlier passes: what this pass does about each.  Recovery is part of the plan, never beside it."""

from __future__ import annotations

from amp_fsm.model.machine import Verb
from amp_fsm.model.plan import Step
from amp_fsm.model.profile import Profile
from amp_fsm.model.project import AgentSpec
from amp_fsm.model.record import Intent, IntentStatus
from amp_fsm.plan.recovery import recover
from amp_fsm.plan.situation import Situation


def due_steps(situation: Situation) -> tuple[Step, ...]:
    """Return one step for every intent that is not settled, or was unknown until a receipt came, oldest first."""
    receipts = situation.observed.receipts
    unsettled = [i for i in situation.record.intents.values() if not i.settled or (_unknown(i) and i.id in receipts)]
    return tuple(_step(situation, intent) for intent in sorted(unsettled, key=lambda intent: (intent.at, intent.id)))


def unknown_intents(situation: Situation) -> tuple[Intent, ...]:
    """Return the intents that only a person can settle."""
    known = situation.observed.receipts
    return tuple(i for i in situation.record.intents.values() if _unknown(i) and i.id not in known)


def _unknown(intent: Intent) -> bool:
    return intent.status is IntentStatus.UNKNOWN


def _step(situation: Situation, intent: Intent) -> Step:
    observed = situation.observed
    name = intent.address.partition("/")[2]
    subject = situation.subjects.get(intent.address)
    return recover(
        intent,
        server=observed.server,
        unreachable=observed.unreachable.get(intent.address if intent.address in situation.specs else "*", ""),
        pane=observed.panes.get(intent.address),
        reading=observed.readings.get(name) if intent.address.startswith("agent/") else None,
        entry=subject.entry if subject is not None else 0,
        wanted=subject is not None and _assignment_stands(situation, intent),
        profile=_profile(situation, intent.address),
        receipt=observed.receipts.get(intent.id, ""),
    )


def _assignment_stands(situation: Situation, intent: Intent) -> bool:
    return (
        intent.action.verb is not Verb.SEND
        or not intent.assignment
        or intent.assignment in situation.record.assignments
    )


def _profile(situation: Situation, address: str) -> Profile | None:
    spec = situation.specs.get(address)
    return situation.project.profiles.get(spec.profile) if isinstance(spec, AgentSpec) else None
