from __future__ import annotations

import hashlib
from typing import Any

import pytest

from amp_fsm.rehearsal.account import Planned, account_of, unaccounted


def receipt(agent: str, kind: str = "prompt", text: str = "Do it.") -> dict[str, Any]:
    return {"agent": agent, "kind": kind, "sha256": hashlib.sha256(text.encode()).hexdigest()}


@pytest.mark.parametrize(
    ("ended", "text", "receipts", "became", "said"),
    [
        pytest.param("done", "Do it.", [receipt("ada")], "received", "", id="once-by-whom-it-was-for"),
        pytest.param("done", "Do it.", [], "unaccounted", "received by nobody", id="by-nobody"),
        pytest.param("done", "Do it.", [receipt("ben")], "unaccounted", "received by ben", id="by-somebody-else"),
        pytest.param("done", "Do it.", [receipt("ada")] * 2, "unaccounted", "received by ada, ada", id="twice"),
        pytest.param(
            "done", "Do it.", [receipt("ada", "approved")], "unaccounted", "by nobody", id="as-something-else"
        ),
        pytest.param("unknown", "Do it.", [], "unknown", "", id="maybe-and-a-person-is-asked"),
        pytest.param("void", "", [], "void", "", id="not-sent-for-nobody-wanted-it-any-more"),
        pytest.param("unknown", "Do it.", [receipt("ada")], "received", "", id="after-all"),
    ],
)
def test_every_prompt_is_accounted_for(
    ended: str, text: str, receipts: list[dict[str, Any]], became: str, said: str
) -> None:
    planned = Planned(intent="i", prompt="code", task="T-1", agent="ada", ended=ended, text=text)
    (account,) = accounts = account_of([planned], receipts)
    assert account.became == became
    told = "".join(unaccounted(accounts))
    assert told.endswith(said) if said else told == ""
    assert account.sent == (became in ("received", "unaccounted"))
