"""amp-fsm is killed before and after every call that leaves it: the program is prompted once, or a person is asked.

Nothing of a killed process lives on, so dying after one call is dying before the next.
"""

from __future__ import annotations

import pytest

from tests.agents.programs import chosen
from tests.agents.programs.pi import PI
from tests.agents.team import Team

LAST = 11
"""Number of the first call after a prompt is written down as delivered, counted from the one that announces it."""

FEW = (3, 6, 7)
"""Typed and not written down; before the submit key; submitted and not written down."""

small = pytest.mark.parametrize(
    "program", [program for program in chosen() if program is PI], indirect=True, ids=lambda program: program.name
)
"""Of the smallest program alone: there are many points."""

HASTE = "profiles: {{{profile}: {{stable_for: 0.5s}}}}"
"""A turn is over sooner; these prompts are answered at once, and there are many."""


def prompt_through(team: Team, point: str) -> None:
    team.more = HASTE.format(profile=team.program.profile)
    words = f"Do {team.give('Do {task} and nothing else.')} and nothing else."
    assert team.killed_pass(point) == -9
    team.until(lambda: team.answered(words) or team.unknown_intents(), "the end of its turn")
    assert not team.unknown_intents()
    assert len(team.model.received(words)) == 1
    assert team.model.occurrences(words) == 1


@pytest.mark.parametrize("call", FEW)
def test_killed_at_a_call_and_run_again_it_is_prompted_once(team: Team, call: int) -> None:
    prompt_through(team, f"{call}:before")


@small
@pytest.mark.parametrize("call", [call for call in range(1, LAST + 1) if call not in FEW])
def test_killed_at_any_other_call_it_is_prompted_once(team: Team, call: int) -> None:
    prompt_through(team, f"{call}:before")


@small
@pytest.mark.parametrize("moment", ["before", "after"])
def test_killed_when_it_starts_the_program_there_is_one_of_it(team: Team, moment: str) -> None:
    team.end_program()
    prompt_through(team, f"terminal.start:{moment}")
    panes = team.server.tmux("list-panes", "-s", "-t", "=real", "-F", "#{pane_id}").split()
    assert len(panes) == 1
