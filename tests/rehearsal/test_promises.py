from __future__ import annotations

import hashlib
from typing import Any

import pytest

from amp_fsm.rehearsal.promises import SentPrompt, broken_budgets, broken_deliveries

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
