"""What a settled prompt does to its assignment: from when on claims count."""

from __future__ import annotations

from dataclasses import replace

import pytest

from amp_fsm.model.machine import Verb
from amp_fsm.model.record import Action, Intent, IntentStatus, Record
from amp_fsm.model.time import Now
from amp_fsm.plan.settle import resolved, settled
from tests.plan.team import assignment

INTENT = Intent(
    id="p1",
    address="agent/ada",
    entry=3,
    cause="assign",
    action=Action(verb=Verb.SEND, target="agent/ada"),
    assignment="T1#1",
    at=100.0,
    changed=130.0,
)
LATER = Now(policy=900.0, wall=5000.0)


def record(status: IntentStatus) -> Record:
    held = assignment("ada", "T1", delivered=None, prompt="p1")
    return Record(intents={"p1": replace(INTENT, status=status)}, assignments={held.id: held})


@pytest.mark.parametrize(
    ("before", "delivered"),
    [
        pytest.param(IntentStatus.TYPED, 900.0, id="seen-just-now"),
        pytest.param(IntentStatus.ENTERED, 130.0, id="recovered-it-dates-from-the-submit-key"),
    ],
)
def test_delivery_dates_from_when_it_can_have_been_read(before: IntentStatus, delivered: float) -> None:
    after = settled(record(before), replace(INTENT, status=IntentStatus.DONE), LATER)
    assert after.assignments["T1#1"].delivered == delivered


def test_a_delivery_that_a_person_confirms_later_does_not_hide_what_was_claimed_meanwhile() -> None:
    answer = resolved(record(IntentStatus.UNKNOWN), "p1", delivered=True, now=LATER)
    assert answer is not None
    assert answer[0].assignments["T1#1"].delivered == 100.0


def test_a_delivery_that_a_person_denies_leaves_the_agent_unprompted() -> None:
    answer = resolved(record(IntentStatus.UNKNOWN), "p1", delivered=False, now=LATER)
    assert answer is not None
    assert answer[0].assignments["T1#1"].delivered is None
