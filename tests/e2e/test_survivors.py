"""A program that outlives its pane is found and named; nothing that we did not start is ended."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.configured_team import Home, run
from tests.tmux_server import until

DAEMON = "import os,sys;os.fork() or (os.setsid(), os.execvp('sleep', ['sleep', '600']))"
LASTING = f'{DAEMON};os.execvp(sys.executable, [sys.executable, "-m", "amp_fsm.rehearsal.practice_agent"])'
"""A practice agent that leaves a daemon behind, as some programs do."""


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    made = Home(folder=tmp_path).write(command=json.dumps([sys.executable, "-c", LASTING]))
    try:
        yield made
    finally:
        made.end()
        for process in living(made):
            os.kill(process.pid, signal.SIGKILL)


def living(home: Home) -> list[psutil.Process]:
    """Return every process in the folder of this test that is not in a pane any more."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get("AMP_FSM_OWNER") and process.cwd() == str(home.folder):
                found.append(process)
        except psutil.Error:
            continue
    return found


def started(home: Home) -> None:
    home.run("reconcile")
    until(lambda: sum(one.name() == "sleep" for one in living(home)) == 2, "both daemons")


def test_what_outlives_its_pane_is_named_and_nothing_else(home: Home) -> None:
    started(home)
    said = run("agent", "stop", home.config, "ada", "--json")
    assert said.code == 4
    (survivor,) = said.json["survivors"]
    assert survivor["name"] == "sleep"
    assert psutil.Process(survivor["pid"]).environ()["AMP_FSM_OWNER"].startswith("crew/agent/ada ")
    assert [pane.partition(" ")[2] for pane in panes(home)] == ["crew/agent/ben"]
    plan = home.run("plan")
    assert f"process {survivor['pid']} (sleep) outlived its pane: kill {survivor['pid']}" in plan.out
    assert plan.out.count("outlived") == 1
    os.kill(survivor["pid"], signal.SIGKILL)
    until(lambda: "outlived" not in home.run("plan").out, "a plan without it")


def test_a_project_of_the_same_name_elsewhere_names_only_its_own(
    home: Home, tmp_path_factory: pytest.TempPathFactory
) -> None:
    started(home)
    assert run("agent", "stop", home.config, "ada").code == 4
    other = Home(folder=tmp_path_factory.mktemp("elsewhere")).write()
    assert "outlived" not in other.run("plan").out


def test_a_pane_that_we_did_not_start_is_not_ended(home: Home) -> None:
    home.tmux("-f", "/dev/null", "new-session", "-d", "-s", "crew", "sleep", "600")
    said = run("agent", "stop", home.config, "ada")
    assert said.code == 1
    assert "was not ended" in said.err
    assert len(panes(home)) == 1


def panes(home: Home) -> list[str]:
    return home.tmux("list-panes", "-a", "-F", "#{pane_id} #{@amp_agent}").splitlines()
