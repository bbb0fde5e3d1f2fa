"""A delivery that is killed before and after its every call, in memory: rerun, it converges, and nothing is doubled."""

from __future__ import annotations

from pathlib import Path

import pytest

from amp_fsm.model.machine import Verb
from amp_fsm.model.record import Action, Intent, IntentStatus
from tests.delivery_pass import one_pass
from tests.fakes.clock import FakeClock
from tests.killing import Blow, StruckTerminal, struck
from tests.terminal_stage import FakeStage, launched

TEXT = "write the report\nwith care\n\n[amp:aaaaaaaa]"
INTENT = Intent(
    id="aaaaaaaa",
    address="agent/ada",
    entry=1,
    cause="prompt",
    action=Action(verb=Verb.SEND, target="agent/ada", text=TEXT),
)


class Killed(BaseException):
    """What a SIGKILL is to everything that would still have run."""


def kill() -> None:
    raise Killed


class Play:
    """One agent, one record, and as many passes as it takes."""

    def __init__(self, folder: Path, swallows: int) -> None:
        self.stage = FakeStage(folder)
        self.pane = launched(self.stage, behaviour={"swallows_enter": swallows})
        self.saved = INTENT

    def save(self, intent: Intent) -> None:
        self.saved = intent

    def run(self, blow: Blow) -> None:
        """Do one pass, which the blow may end."""
        terminal = StruckTerminal(self.stage.terminal, blow)
        one_pass(self.saved, terminal, FakeClock(), struck(self.save, blow))

    def settle(self) -> None:
        """Do passes, unharmed, until the record says that it is settled."""
        for _ in range(5):
            if self.saved.settled:
                return
            self.run(Blow(strike=kill))
        assert self.saved.settled, self.saved


def calls_of(folder: Path, swallows: int) -> int:
    play, blow = Play(folder, swallows), Blow(strike=kill)
    play.run(blow)
    assert play.saved.status is IntentStatus.DONE
    return len(blow.calls)


@pytest.mark.parametrize("swallows", [0, 1], ids=["at-once", "one-key-swallowed"])
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_13_killed_at_any_call_it_arrives_exactly_once(tmp_path: Path, swallows: int, after: bool) -> None:
    total = calls_of(tmp_path, swallows)
    assert total > 10
    for call in range(1, total + 1):
        play = Play(tmp_path, swallows)
        with pytest.raises(Killed):
            play.run(Blow(strike=kill, call=call, after=after))
        play.settle()
        assert (call, play.saved.status, play.stage.received(play.pane)) == (call, IntentStatus.DONE, [TEXT])


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_13_killed_twice_it_still_arrives_exactly_once(tmp_path: Path, after: bool) -> None:
    total = calls_of(tmp_path, 0)
    for first in range(1, total + 1):
        for second in range(1, total + 1):
            play = Play(tmp_path, 0)
            for call, late in ((first, after), (second, not after)):
                try:
                    play.run(Blow(strike=kill, call=call, after=late))
                except Killed:
                    continue
            play.settle()
            assert (first, second, play.stage.received(play.pane)) == (first, second, [TEXT])


def test_20_a_server_that_was_restarted_meanwhile_is_asked_about(tmp_path: Path) -> None:
    """Whatever was typed is gone with it; whether somebody read it, nobody can tell."""
    total = calls_of(tmp_path, 0)
    outcomes = set()
    for call in range(1, total + 1):
        play = Play(tmp_path, 0)
        with pytest.raises(Killed):
            play.run(Blow(strike=kill, call=call))
        announced = play.saved.status is not IntentStatus.OPEN
        play.stage.end_server()
        play.stage.terminal.server = "200:2000"
        play.pane = launched(play.stage, intent="start002")
        play.run(Blow(strike=kill))
        assert (play.saved.status is IntentStatus.UNKNOWN) == announced
        assert play.stage.received(play.pane) == ([] if announced else [TEXT])
        outcomes.add(play.saved.status)
    assert outcomes == {IntentStatus.UNKNOWN, IntentStatus.DONE}
