"""A prompt is due while the program asks something: no key is sent, and nothing is approved."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from tests.agents.between import around_paste, before_submit
from tests.agents.programs import Program, chosen
from tests.agents.team import Team

ASKING = [program for program in chosen() if program.dialog]
ASKING_OVER_A_DRAFT = [program for program in ASKING if program.types_ahead]
LOOKS = 12
AFTER = "Do {task} after the question.\nMOCK:say fine"
"""A refused turn is history: without a word of its own the script would see the old one."""


def asking(programs: list[Program]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("program", programs, indirect=True, ids=lambda program: program.name)


def provoke(team: Team, name: str) -> tuple[str, Path]:
    """Return a prompt upon which the program asks before it creates a file, and that file."""
    file = team.place.work / name
    return f"Make {name}.\n{team.program.dialog.format(file=file)}", file


def started(team: Team) -> None:
    team.until(team.is_ready, f"{team.program.name} at its prompt")


@asking(ASKING)
def test_a_prompt_that_is_due_while_it_asks_is_not_typed_and_nothing_is_approved(team: Team) -> None:
    started(team)
    prompt, file = provoke(team, "asked")
    team.say(prompt)
    team.until_seen(lambda: team.shows("blocked"), "its question")
    before, keys = team.steady(), team.keys()
    team.eager = True
    task = team.give(AFTER)
    for _ in range(LOOKS):
        team.run_pass()
    after = team.steady()
    assert (team.keys(), after.body, after.dialog) == (keys, before.body, before.dialog)
    assert [intent.status for intent in team.open_intents()] == ["open"]
    assert not file.exists()
    team.press(*team.program.refuse)
    words = f"Do {task} after the question."
    team.until(lambda: team.answered(words), "the end of its turn")
    assert len(team.model.received(words)) == 1
    assert not file.exists()


@asking(ASKING_OVER_A_DRAFT)
def test_a_dialog_that_opens_between_paste_and_enter_gets_no_key(team: Team) -> None:
    started(team)
    prompt, file = provoke(team, "between")
    with team.model.holding("Make between.") as release:

        def begin() -> None:
            team.say(prompt)
            team.until_seen(lambda: team.model.asked("Make between."), "its turn")

        def ask() -> None:
            release.set()
            team.until_seen(lambda: team.shows("blocked"), "its question")

        task = team.give(AFTER)
        team.wrap = around_paste(begin, ask)
        team.until(lambda: team.shows("blocked"), "its question")
        team.wrap = lambda terminal: terminal
        keys = team.keys()
        for _ in range(LOOKS):
            team.run_pass()
        assert (team.keys(), file.exists(), team.shows("blocked")) == (keys, False, True)
        assert [intent.status for intent in team.open_intents()] == ["typed"]
    team.press(*team.program.refuse)
    words = f"Do {task} after the question."
    team.until(lambda: team.model.received(words) or team.unknown_intents(), "its end")
    assert len(team.model.received(words)) <= 1
    assert not file.exists()


@asking(ASKING)
def test_a_program_too_slow_to_take_its_prompt_is_not_answered_by_the_keys_that_wait_there(team: Team) -> None:
    started(team)
    prompt, file = provoke(team, "slow")
    team.give(f"Do {{task}}.\n{prompt}")
    before = pressed(team)
    team.wrap = before_submit(lambda: team.signal_program(signal.SIGSTOP))
    team.until(lambda: pressed(team) > before, "its submit key")
    team.wrap = lambda terminal: terminal
    team.signal_program(signal.SIGCONT)
    team.until_seen(lambda: team.shows("blocked"), "its question")
    team.steady(3.0)
    assert (file.exists(), team.shows("blocked")) == (False, True)
    team.press(*team.program.refuse)


def pressed(team: Team) -> int:
    sent = team.keys()
    return sum(one.startswith("k") for one in sent)
