"""Ids of new tasks."""

from __future__ import annotations

import pytest

from amp_fsm.model.task_ids import next_id


@pytest.mark.parametrize(
    ("pattern", "taken", "expected"),
    [
        pytest.param(
            "TASK-PO-{n:03}", ["TASK-PO-008", "TASK-PO-012", "OTHER-99"], "TASK-PO-013", id="after-the-highest"
        ),
        pytest.param("TASK-{n:03}", [], "TASK-001", id="the-first"),
        pytest.param("T{n}.x", ["T9.x", "T10.y"], "T10.x", id="without-a-width"),
        pytest.param("T-{n:02}", ["T-99"], "T-100", id="wider-than-its-width"),
    ],
)
def test_the_next_id_is_above_all_that_are_taken(pattern: str, taken: list[str], expected: str) -> None:
    assert next_id(pattern, taken) == expected
