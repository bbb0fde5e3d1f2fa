"""The goals of detection, held on every captured screen of every program."""

from __future__ import annotations

import pytest

from amp_fsm.world.config_files import load_profiles
from tests.screens.__main__ import PAGE
from tests.screens.corpus import FOLDER, load_screens
from tests.screens.judge import Judged, judge
from tests.screens.report import report, right_share

GOAL = 0.98
GOAL_WITHOUT_VARIABLES = 0.9
PROFILES = load_profiles()
PROGRAMS = sorted(path.name for path in FOLDER.iterdir() if any(path.glob("*.jsonl")))


@pytest.fixture(scope="module")
def judged() -> list[Judged]:
    return list(judge(load_screens(), PROFILES))


@pytest.mark.parametrize("program", PROGRAMS)
def test_nearly_every_screen_is_read_right_with_tmux_variables(program: str, judged: list[Judged]) -> None:
    readings = [one for one in judged if one.screen.program == program and one.way.variables]
    assert right_share(readings) >= GOAL, "\n".join(str(one) for one in readings if not one.right)


def test_most_screens_are_read_right_without_variables_too(judged: list[Judged]) -> None:
    assert right_share([one for one in judged if not one.way.variables]) >= GOAL_WITHOUT_VARIABLES


def test_no_screen_is_misread_dangerously(judged: list[Judged]) -> None:
    assert [str(one) for one in judged if one.dangerous] == []


def test_the_page_is_up_to_date(judged: list[Judged]) -> None:
    assert PAGE.read_text("utf-8") == report(judged, PROFILES), "`make detect-report` writes it anew"
