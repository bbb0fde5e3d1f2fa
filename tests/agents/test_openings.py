"""What a program asks when it starts holds it, by name; nothing is typed and nothing is answered."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.agents.programs import Program, chosen
from tests.agents.team import team_of

OPENINGS = [(program, name) for program in chosen() for name in program.openings]
LOOKS = 12


@pytest.mark.parametrize(("opened", "name"), OPENINGS, ids=[f"{program.name}-{name}" for program, name in OPENINGS])
def test_a_program_that_starts_with_a_question_gets_no_key(opened: Program, name: str, tmp_path: Path) -> None:
    if not opened.installed:
        pytest.skip(f"{opened.pinned} is not installed: `tools/setup agents {opened.name}` installs it")
    with team_of(replace(opened, prepare=opened.openings[name]), tmp_path) as team:
        words = f"Do {team.give('Do {task} after the question.')} after the question."
        team.until(lambda: team.shows("blocked"), "its question")
        asked = team.steady()
        assert asked.dialog == name, team.screen()
        for eager in (False, True):
            team.eager = eager
            team.write()
            for _ in range(LOOKS):
                team.run_pass()
            assert [intent.status for intent in team.open_intents()] == (["open"] if eager else [])
            assert (team.steady().dialog, team.keys()) == (name, [])
        assert not team.model.asked(words)
