from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from amp_fsm.errors import TerminalUnreachableError
from amp_fsm.model.seen import PaneRef
from amp_fsm.rehearsal.cast import Cast, next_wake
from amp_fsm.rehearsal.stand_ins import ListeningTerminal
from amp_fsm.rehearsal.without_secrets import load_for_rehearsal
from tests.fakes.terminal import FakeTerminal

CONFIG = str(Path(__file__).parents[2] / "configs" / "practice.yaml")
PROGRAM = """
import json, sys
from pathlib import Path
from amp_fsm.rehearsal.practice_agent.nudge import nudges
world, name, draws_at = Path(sys.argv[1]), sys.argv[2], json.loads(sys.argv[3])
state, nudged = world / name / "state.json", nudges()
nudged.setblocking(True)
state.parent.mkdir(exist_ok=True)
pid = __import__("os").getpid()
while True:
    tick = json.loads((world / "clock.json").read_text())["tick"]
    state.with_name("new").write_text(json.dumps({"pid": pid, "tick": tick, "wakes_at": 500.0, "draws_at": draws_at}))
    state.with_name("new").replace(state)
    nudged.recv(1)
"""


class Team:
    """Two programs that tell which tick of the clock they saw last; the first draws at 10 s, the second never."""

    def __init__(self, world: Path) -> None:
        self.world = world
        self.terminal = ListeningTerminal(FakeTerminal())
        self.running = [self._start("ada", 10.0), self._start("ben", None)]
        self.cast = Cast(load_for_rehearsal(CONFIG, {}).project, world, self.terminal)

    def _start(self, name: str, draws_at: float | None) -> subprocess.Popen[bytes]:
        self.clock(0)
        running = subprocess.Popen([sys.executable, "-c", PROGRAM, str(self.world), name, json.dumps(draws_at)])
        self.terminal.started[f"practice/agent/{name}"] = PaneRef(server="s", pane=f"%{running.pid}", pid=running.pid)
        return running

    def clock(self, tick: int) -> None:
        (self.world / "clock.new").write_text(json.dumps({"tick": tick}))
        (self.world / "clock.new").replace(self.world / "clock.json")

    def ticks(self) -> list[int]:
        return [int(state["tick"]) for state in self.cast.states()]


@pytest.fixture
def team(tmp_path: Path) -> Iterator[Team]:
    played = Team(tmp_path)
    yield played
    for running in played.running:
        running.kill()
        running.wait()


def test_everybody_is_awaited_once_started_and_then_only_who_has_something_to_draw(team: Team) -> None:
    team.cast.wait(0, 0.0)
    assert team.ticks() == [0, 0]
    team.clock(1)
    team.cast.wait(1, 9.9)
    assert team.ticks() == [0, 0]
    team.clock(2)
    team.cast.wait(2, 10.0)
    assert team.ticks() == [2, 0]


def test_whoever_is_due_and_silent_is_named(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("amp_fsm.rehearsal.cast.REACT_SECONDS", 0.3)
    monkeypatch.setattr("amp_fsm.rehearsal.cast.POLLS_PER_SURVEY", 10_000)
    team.cast.wait(0, 0.0)
    team.running[0].kill()
    team.running[0].wait()
    team.clock(1)
    with pytest.raises(TerminalUnreachableError, match="do not react: ada"):
        team.cast.wait(1, 10.0)


def test_nobody_waits_for_a_program_that_has_ended(team: Team) -> None:
    team.cast.wait(0, 0.0)
    team.running[0].kill()
    team.running[0].wait()
    team.clock(1)
    team.cast.wait(1, 10.0)  # the terminal shows no pane of it
    assert team.ticks() == []


def test_when_the_next_one_wakes() -> None:
    assert next_wake(({"wakes_at": 70.0}, {"wakes_at": None}), 10.0) == 60.0
    assert next_wake(({"wakes_at": 5.0},), 10.0) == 0.0
    assert next_wake(({"wakes_at": None},), 10.0) is None
