"""Documents change only where they are declared to."""

from __future__ import annotations

from dataclasses import replace

import pytest

from amp_fsm.model.document import DocumentSpec, RotateSpec, Rows
from amp_fsm.rehearsal.document_promises import broken_file

BOARD = DocumentSpec(
    name="status", file="S.md", heading="Agents", key="Agent", columns={"task": "Task", "status": "Status"}
)
LOG = DocumentSpec(name="log", file="S.md", heading="Log", key="Agent", row={"Agent": "a", "Action": "b"})
TASKS = DocumentSpec(
    name="tasks", file="S.md", heading="Queue", key="ID", rows=Rows.TASKS, columns={"status": "Status"}
)
DONE = DocumentSpec(name="done", file="S.md", heading="Done", rows=Rows.VERIFIED, line="- {{ task.id }}")
LEAD = replace(BOARD, lead="intro {{ lead }}")
MORE = replace(BOARD, heading="More")
MORE_MADE = "## More\n\n| Agent | Status |\n|---|---|\n"
MADE = replace(BOARD, heading="Made")
ROTATED = replace(LOG, rotate=RotateSpec(rows=1, to="old.md"))
BEFORE = """intro  \r
## More

## Agents
| Agent | Role | Task | Status |
|---|---|---|---|
| ada | lead | - | IDLE |

## Log
| Agent | Action |
|---|---|
| ada | one |
tail

## Queue
| ID | Status | Note |
|---|---|---|
| T-1 | PENDING | ours |
| OLD | DONE | theirs |

## Done
- OLD
"""


def change(old: str, new: str) -> str:
    assert old in BEFORE
    return BEFORE.replace(old, new)


@pytest.mark.parametrize(
    ("spec", "after", "fine"),
    [
        pytest.param(BOARD, change("| - | IDLE |", "| T-1 | DONE |"), True, id="declared-cells"),
        pytest.param(BOARD, change("| lead |", "| boss |"), False, id="another-column"),
        pytest.param(BOARD, change("intro  \r", "intro  "), False, id="a-line-end-elsewhere"),
        pytest.param(BOARD, change("| ada | lead | - | IDLE |\n", ""), False, id="a-row-gone"),
        pytest.param(BOARD, "", False, id="the-table-gone"),
        pytest.param(LOG, change("| ada | one |\n", "| ada | one |\n| ben | two |\n"), True, id="a-row-more-in-a-log"),
        pytest.param(LOG, change("| ada | one |", "| ada | uno |"), False, id="a-row-of-a-log-rewritten"),
        pytest.param(LOG, change("tail", "end"), False, id="a-line-below-a-log"),
        pytest.param(ROTATED, change("| ada | one |", "| ben | two |"), True, id="rows-of-a-log-that-were-moved"),
        pytest.param(TASKS, change("| T-1 | PENDING |", "| T-1 | WORKING |"), True, id="the-row-of-a-task"),
        pytest.param(TASKS, change("| T-1 | PENDING | ours |\n", ""), True, id="the-row-of-a-task-taken-out"),
        pytest.param(TASKS, change("| OLD |", "| T-2 | NEW | - |\n| OLD |"), True, id="the-row-of-a-task-put-in"),
        pytest.param(TASKS, change("| OLD | DONE |", "| OLD | GONE |"), False, id="the-row-of-somebody-else"),
        pytest.param(
            TASKS, change("| T-1 | PENDING | ours |", "| T-1 | PENDING | lost |"), False, id="a-note-of-theirs"
        ),
        pytest.param(DONE, change("- OLD\n", "- OLD\n- T-1\n"), True, id="an-item-more"),
        pytest.param(DONE, change("- OLD\n", "- T-1\n"), False, id="an-item-gone"),
        pytest.param(LEAD, change("intro", "intro: ben"), True, id="who-leads"),
        pytest.param(LEAD, change("tail", "end"), False, id="another-line-than-who-leads"),
        pytest.param(MORE, change("## More\n", MORE_MADE), True, id="a-table-made-above-another"),
        pytest.param(MADE, f"{BEFORE}\n## Made\n\n| Agent | Status |\n|---|---|\n", True, id="a-table-made"),
        pytest.param(MADE, f"{BEFORE}\n## Made\n\n| Agent | Status |\n|---|---|\n\nmore\n", False, id="and-more"),
    ],
)
def test_a_document_changes_only_where_it_is_declared_to(spec: DocumentSpec, after: str, fine: bool) -> None:
    assert (list(broken_file([spec], ["T-1", "T-2"], BEFORE, after)) == []) is fine


def test_the_line_that_says_who_leads_may_change_and_nothing_else_in_its_place() -> None:
    led = replace(BOARD, lead="**Lead**: {{ lead }}")
    before = f"**Lead**: ada\n{BEFORE}"
    assert list(broken_file([led], (), before, before.replace("Lead**: ada", "Lead**: ben"))) == []
    assert list(broken_file([led], (), before, before.replace("**Lead**: ada", "Nobody leads"))) != []
    assert list(broken_file([BOARD], (), before, before.replace("Lead**: ada", "Lead**: ben"))) != []


def test_an_unchanged_document_breaks_nothing() -> None:
    assert [*broken_file([BOARD, LOG, TASKS, DONE], [], BEFORE, BEFORE)] == []
