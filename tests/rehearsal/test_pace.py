from __future__ import annotations

from collections.abc import Iterable

import pytest

from amp_fsm.model.facts import Why, unknown
from amp_fsm.model.machine import Verb
from amp_fsm.model.plan import Plan, Recovery, Step
from amp_fsm.model.record import Action, Intent, SubjectRecord
from amp_fsm.rehearsal.pace import EPSILON, acts, next_jump, waits_for_a_check


def a_plan(**parts: object) -> Plan:
    given = {"project": "p", "source": "p.yaml", "digest": "", "lineage": "", "serial": 1, "policy": 0.0}
    return Plan(observed_at=0.0, **{**given, **parts})  # type: ignore[arg-type]  # each test gives what it is about


@pytest.mark.parametrize(
    ("due_in", "others", "pending", "expected"),
    [
        pytest.param(600.0, [240.0, None], False, 240.0, id="to-whatever-comes-first"),
        pytest.param(600.0, [], True, 2.0, id="where-waiting-tells-more-only-a-little"),
        pytest.param(None, [None], False, None, id="when-nothing-will-happen-not-at-all"),
        pytest.param(0.0, [], False, 2.0, id="a-timer-that-is-due-and-held-back-does-not-stop-time"),
    ],
)
def test_how_far_time_jumps(
    due_in: float | None, others: Iterable[float | None], pending: bool, expected: float | None
) -> None:
    jump = next_jump(a_plan(due_in=due_in, pending=pending), others, patience=2.0)
    assert jump == (expected + EPSILON if expected is not None else None)


INTENT = Intent(id="i", address="agent/ada", entry=1, cause="assign", action=Action(verb=Verb.SEND, target="ada"))


@pytest.mark.parametrize(
    ("plan", "expected"),
    [
        pytest.param(a_plan(), False, id="an-empty-plan-does-nothing"),
        pytest.param(a_plan(born=(SubjectRecord(address="agent/ada", state="OFFLINE"),)), True, id="a-birth"),
        pytest.param(a_plan(steps=(Step(intent=INTENT, recovery=Recovery.WAIT, because=""),)), False, id="waiting"),
        pytest.param(a_plan(steps=(Step(intent=INTENT, recovery=Recovery.ENTER, because=""),)), True, id="recovering"),
    ],
)
def test_whether_a_pass_acts(plan: Plan, expected: bool) -> None:
    assert acts(plan) is expected


def test_a_running_check_is_waited_for_in_real_time() -> None:
    check = unknown("checks_passed", Why.PENDING, source="check")
    screen = unknown("turn_over", Why.PENDING, source="screen")
    assert waits_for_a_check(a_plan(facts={"task/t": {"checks_passed": check}}))
    assert not waits_for_a_check(a_plan(facts={"agent/ada": {"turn_over": screen}}))
