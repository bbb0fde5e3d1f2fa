"""A team that lives in two tmux servers: each agent is started, shown and lost in its own.  [n]: row of FAILURES."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.configured_team import Home, run
from tests.tmux_server import TmuxServer


@pytest.fixture
def home(tmp_path: Path, other_server: TmuxServer) -> Iterator[Home]:
    made = Home(folder=tmp_path).write()
    config = Path(made.config)
    text = config.read_text()
    config.write_text(text.replace("ben: {", f"ben: {{socket: {other_server.socket}, "))
    try:
        yield made
    finally:
        made.end()


def test_each_agent_lives_in_its_own_server(home: Home, other_server: TmuxServer) -> None:
    assert home.run("reconcile").code == 0
    owners = ("list-panes", "-a", "-F", "#{window_index} #{@amp_agent}")
    assert home.tmux(*owners) == "0 crew/agent/ada\n"
    assert other_server.tmux(*owners).splitlines()[-1].split() == ["1", "crew/agent/ben"]
    for name, socket in (("ada", home.socket), ("ben", other_server.socket)):
        said = run("agent", "attach", home.config, name, "--print")
        assert said.out.split()[:4] == ["tmux", "-u", "-L", socket]
    assert run("agent", "stop", home.config, "ben").code == 0
    assert home.tmux(*owners) == "0 crew/agent/ada\n"
    assert not other_server.has("crew")


def test_24_a_server_that_does_not_answer_leaves_only_its_own_agents_unknown(
    home: Home, other_server: TmuxServer
) -> None:
    home.run("reconcile")
    pid = int(other_server.tmux("display-message", "-p", "#{pid}"))
    os.kill(pid, signal.SIGSTOP)
    try:
        seen = home.run("plan", "--json")
    finally:
        os.kill(pid, signal.SIGCONT)
    gone = {
        subject["address"]: next(fact["value"] for fact in subject["facts"] if fact["name"] == "gone")
        for subject in seen.json["subjects"]
        if subject["address"].startswith("agent/")
    }
    assert gone == {"agent/ada": "false", "agent/ben": "unknown"}
    assert (seen.code, seen.json["complete"]) == (4, False)
