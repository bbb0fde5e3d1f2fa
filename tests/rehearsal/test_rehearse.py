"""Whole rehearsals: the real engine, a real tmux, practice agents.  Policy time jumps, so hours take seconds."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from amp_fsm.rehearsal.play import play
from amp_fsm.rehearsal.report import Report

CONFIG = str(Path(__file__).parents[2] / "configs" / "practice.yaml")


def rehearse(scenario: str) -> Report:
    return play(CONFIG, scenario, os.environ, keep=False, progress=lambda _line: None)


def states(report: Report) -> dict[str, str]:
    return {task.id: task.state for task in report.tasks}


DONE = {"PRACTICE-1": "COMPLETED", "PRACTICE-2": "COMPLETED", "PRACTICE-3": "COMPLETED"}


def test_a_smooth_day_completes_every_task_with_one_prompt_each() -> None:
    report = rehearse("smooth")
    assert (report.broken, states(report), report.exit_code) == ((), DONE, 0)
    assert report.sent == {"code": 2, "writing": 1}
    assert report.received == 3
    assert report.unmentioned == ()


def test_on_a_rough_day_everything_goes_wrong_once_and_nothing_for_good() -> None:
    report = rehearse("rough-day")
    assert (report.broken, states(report), report.exit_code) == ((), DONE, 0)
    assert report.sent["resume"] >= 1
    assert report.sent["fix"] >= 1


def test_nothing_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    before = practice_programs()
    rehearse("smooth")
    assert list(tmp_path.iterdir()) == []
    assert practice_programs() == before


def practice_programs() -> int:
    listed = subprocess.run(["ps", "-eo", "stat,args"], capture_output=True, text=True, check=True).stdout
    return len(re.findall(r"^[^Z].*--world .*amp-rehearse-", listed, re.MULTILINE))
