from __future__ import annotations

import hashlib
from typing import Any

import pytest

from amp_fsm.model.project import DocumentSpec
from amp_fsm.rehearsal.promises import SentPrompt, broken_budgets, broken_deliveries, broken_document

TEXT = "do it\n[amp:abc12345]"
SENT = SentPrompt(intent="abc12345", text=TEXT)


def receipt(text: str = TEXT, kind: str = "prompt", did: str = "works") -> dict[str, Any]:
    digest = hashlib.sha256(text.encode()).hexdigest()
    return {"kind": kind, "agent": "ada", "text": text, "sha256": digest, "did": did}


@pytest.mark.parametrize(
    ("sent", "receipts", "expected"),
    [
        pytest.param([SENT], [receipt()], [], id="exactly-once"),
        pytest.param([SENT], [receipt(), receipt()], ["prompt abc12345 was received 2 times"], id="twice"),
        pytest.param(
            [SENT], [], ["prompt abc12345 was counted as delivered and never received whole"], id="counted-and-lost"
        ),
        pytest.param(
            [SentPrompt(intent="abc12345", text=TEXT, established=False)], [], [], id="an-honest-unknown-breaks-nothing"
        ),
        pytest.param(
            [SENT],
            [receipt(), receipt("wait, do it")],
            ["ada received something that was not sent in one piece: 'wait, do it'"],
            id="mixed-with-a-draft",
        ),
        pytest.param(
            [SENT],
            [receipt(kind="queued", did="queued it")],
            ["ada was sent a prompt at a wrong moment; it queued it"],
            id="while-busy",
        ),
        pytest.param(
            [SENT],
            [receipt(), receipt("Yes", kind="approved", did="Run rm?")],
            ["ada: a dialog was answered that nobody ordered to answer (Run rm?)"],
            id="approved-unasked",
        ),
        pytest.param(
            [SENT],
            [receipt(), receipt(kind="typed_into_dialog")],
            ["ada: text was typed into a dialog: 'do it'"],
            id="typed-into-a-dialog",
        ),
    ],
)
def test_promises_about_prompts(sent: list[SentPrompt], receipts: list[dict[str, Any]], expected: list[str]) -> None:
    assert list(broken_deliveries(sent, receipts)) == expected


@pytest.mark.parametrize(("count", "broken"), [(20, 0), (21, 1)], ids=["twenty-are-many", "more-are-without-end"])
def test_reminders_have_an_end(count: int, broken: int) -> None:
    receipts = [{**receipt(), "marker": f"m{number}", "task": "T-1"} for number in range(count)]
    names = {f"m{number}": "reminder" for number in range(count)}
    assert len(list(broken_budgets(names, receipts))) == broken
    assert not list(broken_budgets({"m1": "code"}, [{**item, "task": item["marker"]} for item in receipts]))


BOARD = DocumentSpec(
    name="status", file="S.md", heading="Agents", key="Agent", columns={"task": "Task", "status": "Status"}
)
LOG = DocumentSpec(name="log", file="S.md", heading="Log", key="Agent", row={"Agent": "a", "Action": "b"})
BEFORE = """intro  \r
## Agents
| Agent | Role | Task | Status |
|---|---|---|---|
| ada | lead | - | IDLE |

## Log
| Agent | Action |
|---|---|
| ada | one |
tail"""


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
    ],
)
def test_a_document_changes_only_where_it_is_declared_to(spec: DocumentSpec, after: str, fine: bool) -> None:
    assert (list(broken_document(spec, BEFORE, after)) == []) is fine


def test_an_unchanged_document_breaks_nothing() -> None:
    assert [*broken_document(BOARD, BEFORE, BEFORE), *broken_document(LOG, BEFORE, BEFORE)] == []
