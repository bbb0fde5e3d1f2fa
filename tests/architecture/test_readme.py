"""The README names tests for what it promises: they exist."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_every_test_and_document_that_it_names_is_there() -> None:
    named = set(re.findall(r"(?:tests|docs|configs)/[\w./-]*[\w/]", README))
    assert len(named) > 40
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []


def test_every_feature_of_the_whole_day_links_to_its_test() -> None:
    section = README.split("## The whole day\n")[1].split("\n## ")[0]
    rows = [line for line in section.splitlines() if line.startswith("|")][2:]
    assert len(rows) >= 20
    assert [row for row in rows if not re.search(r"\[(tests/[\w/.]+)\]\(\1\)", row)] == []
