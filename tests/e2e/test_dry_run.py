"""Looking changes nothing: not a file, not a key, not an option, not a lock; with a team at work and without one."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.configured_team import Home
from tests.tmux_server import until

LOOKS = (
    ["plan"],
    ["plan", "--json", "--detailed-exitcode"],
    ["reconcile", "--dry-run"],
    ["explain", "ada"],
    ["status"],
    ["history"],
)


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """A project whose private tmux server is ended afterwards."""
    made = Home(tmp_path).write()
    yield made
    made.end()


def look(home: Home, command: list[str]) -> int:
    argv = [sys.executable, "-m", "amp_fsm", command[0], home.config, *command[1:]]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=60, check=False)
    assert done.stderr == ""
    return done.returncode


def terminal(home: Home) -> Mapping[str, str]:
    """Return everything about the server that an effect would change."""
    panes = home.tmux("list-panes", "-a", "-F", "#{pane_id}").split()
    seen = {f"screen {pane}": home.tmux("capture-pane", "-p", "-e", "-S", "-", "-t", pane) for pane in panes}
    seen |= {f"options {pane}": home.tmux("show-options", "-p", "-t", pane) for pane in panes}
    seen |= {f"window options {pane}": home.tmux("show-options", "-w", "-t", pane) for pane in panes}
    seen |= {f"options -{kind}": home.tmux("show-options", f"-{kind}") for kind in ("g", "s", "gw")}
    facts = "#{window_index} #{window_name} #{pane_pid} #{pane_in_mode} #{@amp_agent} #{@amp_typed} #{cursor_x}"
    return seen | {"panes": home.tmux("list-panes", "-a", "-F", facts), "buffers": home.tmux("list-buffers")}


@pytest.mark.parametrize("command", LOOKS, ids=" ".join)
def test_without_a_team_every_file_stays_and_no_store_and_no_server_come_to_be(home: Home, command: list[str]) -> None:
    before = home.files()
    look(home, command)
    assert home.files() == before
    assert not (home.folder / ".amp-fsm").exists()
    assert home.tmux("list-sessions") == ""


def test_with_a_team_at_work_nothing_changes_either_and_the_lock_is_not_needed(home: Home) -> None:
    assert home.run("reconcile").code == 0
    until(lambda: all("? for shortcuts" in text for text in screens(home)), "two agents at their prompts")
    with home.store.lock():
        files, server = home.files(), terminal(home)
        codes = {" ".join(command): look(home, command) for command in LOOKS}
        assert terminal(home) == server
        assert home.files() == files
    assert codes["reconcile --dry-run"] == codes["plan"]


def screens(home: Home) -> list[str]:
    return [home.tmux("capture-pane", "-p", "-t", f"=crew:{window}") for window in (0, 1)]
