"""The program is killed: the shell that it ran in never gets a prompt, nor the key that would run it."""

from __future__ import annotations

import shlex

from tests.agents.between import around_paste
from tests.agents.team import Team


def in_a_shell(team: Team) -> str:
    """Start the program as a person does, in a shell's window, and return the pane; it is adopted then."""
    team.end_program()
    size = ("-x", "100", "-y", "30", "-c", str(team.place.work))
    shown = ("-P", "-F", "#{pane_id}")
    pane = team.server.tmux("new-session", "-d", *size, *shown, "-s", "real", "bash", "--norc").strip()
    variables = [f"{name}={value}" for name, value in team.environment().items()]
    team.server.tmux("send-keys", "-t", pane, shlex.join(["env", *variables, *team.program.command]), "Enter")
    team.until_seen(lambda: team.server.show(pane, "pane_current_command") != "bash", "the program")
    team.until(team.is_ready, f"{team.program.name}, adopted")
    assert team.its_pane().ref.pane == pane
    return pane


def sent_to(team: Team, pane: str) -> list[str]:
    keys = team.keys()
    return [sent for sent in keys if sent.endswith(pane)]


def text_in(team: Team, pane: str) -> str:
    return team.server.tmux("capture-pane", "-p", "-J", "-t", pane)


def test_a_program_killed_before_its_prompt_leaves_a_shell_that_gets_nothing(team: Team) -> None:
    pane = in_a_shell(team)
    team.eager = True
    before = sent_to(team, pane)
    team.kill_program()
    team.until_seen(lambda: team.server.show(pane, "pane_current_command") == "bash", "the shell")
    words = f"Do {team.give('Do {task} or nothing.')} or nothing."
    team.until(lambda: team.model.received(words), "the prompt, in another pane")
    assert sent_to(team, pane) == before
    assert words not in text_in(team, pane)
    assert len(team.model.received(words)) == 1


def test_a_program_killed_between_paste_and_enter_leaves_a_shell_that_gets_no_enter(team: Team) -> None:
    pane = in_a_shell(team)

    def kill() -> None:
        team.kill_program()
        team.until_seen(lambda: team.server.show(pane, "pane_current_command") == "bash", "the shell")

    team.wrap = around_paste(after=kill)
    before = sent_to(team, pane)
    words = f"Do {team.give('Do {task} or nothing.')} or nothing."
    team.until(team.unknown_intents, "that a person is asked")
    assert sent_to(team, pane) == [*before, f"p{pane}"]
    assert not team.model.asked(words)
