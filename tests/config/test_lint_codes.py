"""The page about lint says what the table of codes says."""

from __future__ import annotations

import re
from pathlib import Path

from amp_fsm.config.lint.codes import CODES

PAGE = Path(__file__).parents[2] / "docs" / "lint.md"


def test_the_page_has_every_code_with_its_sentence() -> None:
    rows = re.findall(r"^\| `([EW]\d{3})` \| (.*) \|$", PAGE.read_text("utf-8"), re.MULTILINE)
    assert dict(rows) == dict(CODES)
    assert [code for code, _ in rows] == sorted(CODES)
