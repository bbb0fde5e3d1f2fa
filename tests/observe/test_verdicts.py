"""Verdicts: a plain word in the first line, in both languages; anything else is none."""

from __future__ import annotations

import pytest

from amp_fsm.model.review import Verdict
from amp_fsm.observe.verdicts import verdict_of


@pytest.mark.parametrize(
    "text",
    [
        "APPROVED",
        "approved.\nWell done.",
        "# **APPROVED**",
        "✅ Approved",
        "Verdict: ACCEPTÉ",
        "\n\n> accepté !\n",
        "`approuvée`",
    ],
)
def test_approved(text: str) -> None:
    assert verdict_of(text) is Verdict.APPROVED


@pytest.mark.parametrize(
    "text",
    [
        "REFUSED\nNo tests.",
        "❌ REFUSÉ",
        "**Verdict**: refused: it cannot be approved without tests",
        "REFUSÉ - il manque les tests",
        "Rejected.",
        "```\nREFUSED\n```",
    ],
)
def test_refused(text: str) -> None:
    assert verdict_of(text) is Verdict.REFUSED


@pytest.mark.parametrize(
    "text",
    [
        "",
        "APPROVED or REFUSED",
        "APPROVED/REFUSED",
        "REFUSED/APPROVED",
        "REFUSED or APPROVED?",
        "Not approved",
        "NON ACCEPTÉ",
        "APPROVED if the tests are added",
        "APPROVED, but rename it",
        "I have looked at it.\nAPPROVED",
        "approvedish",
        "It was refused before.",
    ],
)
def test_anything_else_is_no_verdict(text: str) -> None:
    assert verdict_of(text) is Verdict.UNCLEAR
