from __future__ import annotations

from collections.abc import Iterable

import pytest

from amp_fsm.model.plan import Plan
from amp_fsm.rehearsal.pace import EPSILON, next_jump


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
