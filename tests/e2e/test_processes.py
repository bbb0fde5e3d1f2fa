"""How many tmux processes a one-shot pass runs: as many for thirty panes as for three.  [n]: row of FAILURES."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.configured_team import Home
from tests.tmux_server import until

SHIM = '#!/bin/sh\necho "$*" >>"{log}"\nexec "{tmux}" "$@"\n'


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    made = Home(folder=tmp_path)
    try:
        yield made
    finally:
        made.end()


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What tmux is run with, a line for each process."""
    programs, log = tmp_path / "programs", tmp_path / "tmux.log"
    programs.mkdir()
    (programs / "tmux").write_text(SHIM.format(log=log, tmux=shutil.which("tmux")))
    (programs / "tmux").chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    return log


def team_of(home: Home, number: int) -> None:
    """Let somebody have so many windows open, each an agent's."""
    home.write()
    agents = "".join(f"  a{n}: {{profile: practice, window: {n + 2}}}\n" for n in range(number))
    config = Path(home.config)
    config.write_text(config.read_text().replace("documents:\n", f"{agents}documents:\n", 1))
    home.tmux("-f", "/dev/null", "new-session", "-d", "-s", "crew", "sleep", "1000")
    for _ in range(number + 1):
        home.tmux("new-window", "-d", "-t", "=crew:", "sleep", "1000")


def processes(home: Home, log: Path, *command: str) -> int:
    log.write_text("")
    home.run(*command)
    return len(log.read_text().splitlines())


@pytest.mark.parametrize("number", [3, 30])
def test_25_a_pass_lists_with_one_process_and_captures_with_another_if_anything_stirred(
    home: Home, log: Path, number: int
) -> None:
    team_of(home, number)
    assert processes(home, log, "plan") == 2
    home.run("pause")
    until(lambda: processes(home, log, "reconcile") == 1, "a pass that captures nothing")
    assert processes(home, log, "plan") == 1
