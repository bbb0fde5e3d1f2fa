"""The profile that docs/agents.md shows, whole: it validates as written, and reads the screens it describes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from amp_fsm.model.profile import Composer, Profile, ScreenState
from amp_fsm.observe.screen import read_screen
from amp_fsm.world.config_files import load_project

PAGE = Path(__file__).parents[2] / "docs" / "agents.md"
RULE = "─" * 30
BOX = f"{RULE}\n» {{typed}}\n{RULE}\n"


@pytest.fixture(scope="module")
def profile(tmp_path_factory: pytest.TempPathFactory) -> Profile:
    blocks = re.findall(r"```yaml\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    (whole,) = [block for block in blocks if "mycoder:" in block]
    base = (Path(__file__).parents[1] / "golden" / "lint" / "base.yaml").read_text("utf-8")
    config = tmp_path_factory.mktemp("documented") / "team.yaml"
    config.write_text(base.replace("profile: practice", "profile: mycoder") + whole)
    loaded = load_project(str(config), {"HOME": "/nowhere"})
    assert loaded.project is not None, loaded.problems
    return loaded.project.profiles["mycoder"]


@pytest.mark.parametrize(
    ("screen", "state", "composer"),
    [
        (BOX.format(typed="Ask me anything"), ScreenState.IDLE, Composer.EMPTY),
        (BOX.format(typed="half a thought"), ScreenState.IDLE, Composer.DRAFT),
        ("⠋ Thinking\n" + BOX.format(typed=""), ScreenState.WORKING, Composer.EMPTY),
        ("Limit reached, resets at 11:45\n" + BOX.format(typed=""), ScreenState.LIMITED, Composer.EMPTY),
        ("something else\n", ScreenState.UNKNOWN, Composer.ABSENT),
    ],
)
def test_the_documented_profile_reads_its_screens(
    profile: Profile, screen: str, state: ScreenState, composer: Composer
) -> None:
    reading = read_screen(profile, screen, {"pane_current_command": "mycoder"}, 0.0)
    assert (reading.state, reading.composer) == (state, composer)


def test_the_documented_profile_names_its_dialog(profile: Profile) -> None:
    screen = " Do you trust this folder?\n\n > 1. Yes\n   2. No\n"
    reading = read_screen(profile, screen, {"pane_current_command": "mycoder"}, 0.0)
    assert (reading.state, reading.dialog, reading.composer) == (ScreenState.BLOCKED, "trust", Composer.ABSENT)
    assert reading.asked is not None
    assert reading.asked.options == ("Yes", "No")
