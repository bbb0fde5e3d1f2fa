"""Windows that people started: looked at, and typed into only where the configuration gives leave."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.configured_team import Home
from tests.tmux_server import until

AGENT = (sys.executable, "-m", "amp_fsm.rehearsal.practice_agent", "--works", "30")


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    made = Home(folder=tmp_path).write()
    made.tmux("-f", "/dev/null", "new-session", "-d", "-x", "100", "-y", "30", "-s", "crew", "-n", "mine", *AGENT)
    made.tmux("new-window", "-d", "-t", "=crew:1", "sh")
    try:
        until(
            lambda: "for shortcuts" in made.tmux("capture-pane", "-p", "-t", "=crew:0"), "the practice agent's prompt"
        )
        yield made
    finally:
        made.end()


def owner(home: Home) -> str:
    return home.tmux("display-message", "-p", "-t", "=crew:0", "#{@amp_agent}").strip()


def give_leave(home: Home) -> None:
    config = Path(home.config)
    config.write_text(config.read_text().replace("session: crew,", "session: crew, adopt: true,"))


def test_without_leave_a_running_agent_is_looked_at_and_nothing_more(home: Home) -> None:
    before = home.tmux("capture-pane", "-p", "-t", "=crew:0")
    said = home.run("reconcile", "--until", "converged", "--interval", "0.2s", "--max-passes", "8")
    assert "only looked at (tmux.adopt is false)" in said.out
    assert owner(home) == ""
    assert home.tmux("capture-pane", "-p", "-t", "=crew:0") == before
    assert "T-1 -> ada" not in said.out


def test_with_leave_it_is_adopted_first_and_given_work_in_a_later_pass(home: Home) -> None:
    give_leave(home)
    first = home.run("reconcile")
    assert "adopt" in first.out
    assert owner(home) == "crew/agent/ada"
    assert home.tmux("display-message", "-p", "-t", "=crew:0", "#{@amp_typed}").strip() == ""
    home.run("reconcile", "--watch", "--interval", "0.3s", "--max-passes", "12")
    until(lambda: "Working" in home.tmux("capture-pane", "-p", "-t", "=crew:0"), "work in the adopted window")


def test_a_shell_in_an_agents_window_is_left_alone_and_another_window_is_opened(home: Home) -> None:
    home.run("reconcile")
    windows = home.tmux("list-windows", "-t", "=crew", "-F", "#{window_index} #{window_name} #{pane_current_command}")
    lines = windows.splitlines()
    assert next(line for line in lines if line.startswith("1 ")).endswith(" sh")
    assert any(" ben " in line and not line.startswith("1 ") for line in lines), windows
    assert home.tmux("capture-pane", "-p", "-t", "=crew:1").strip() in ("#", "$")
