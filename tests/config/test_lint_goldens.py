"""Every code of lint has a folder with a configuration that is wrong in that point, and what is said about it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from amp_fsm.config.lint.codes import CODES
from amp_fsm.config.problems import format_problem
from amp_fsm.world.config_files import load_project

FOLDER = Path(__file__).parents[1] / "golden" / "lint"
CASES = sorted(path.parent.name for path in FOLDER.glob("*/config.yaml"))


def said_about(case: str, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(FOLDER / case)
    loaded = load_project("config.yaml", {"HOME": "/home/someone"})
    return "".join(f"{format_problem(problem)}\n" for problem in loaded.problems)


@pytest.mark.parametrize("case", CASES)
def test_lint_says(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    said = said_about(case, monkeypatch)
    expected = FOLDER / case / "findings.txt"
    if os.environ.get("UPDATE_GOLDENS"):
        expected.write_text(said, "utf-8")
    assert said == expected.read_text("utf-8")
    assert f" {case[:4]} " in said


def test_every_code_has_a_case() -> None:
    assert {case[:4] for case in CASES} == set(CODES)


def test_what_every_case_includes_is_clean_by_itself() -> None:
    assert load_project(str(FOLDER / "base.yaml"), {"HOME": "/home/someone"}).problems == ()
