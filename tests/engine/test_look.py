"""What a look says of silence: up to the moment it began, and only while it lasts until the screens are captured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pytest

from amp_fsm.engine.look import look
from amp_fsm.model.project import AgentSpec
from amp_fsm.model.seen import Failed, PaneRef
from tests.engine.small_team import EventfulClock, SmallWorld
from tests.fakes.terminal import FakePane, FakeTerminal
from tests.plan.team import project, record

ADA = PaneRef(server="100:1000", pane="%0", pid=1)
CAPTURED = 0.5


@dataclass(slots=True)
class SlowTerminal(FakeTerminal):
    """A terminal whose captures take time."""

    clock: EventfulClock | None = None

    def capture(self, panes: Sequence[PaneRef]) -> Mapping[PaneRef, str | Failed]:
        assert self.clock is not None
        self.clock.pass_time(CAPTURED)
        return FakeTerminal.capture(self, panes)


@pytest.mark.parametrize(
    ("silent", "told"),
    [
        pytest.param({"%0": 2.0}, {ADA: 1.5}, id="since-before-the-look"),
        pytest.param({"%0": 0.4}, {}, id="drawn-while-it-was-looked"),
        pytest.param({}, {}, id="not-heard"),
    ],
)
def test_silence_counts_up_to_when_the_look_began(silent: dict[str, float], told: dict[PaneRef, float]) -> None:
    clock = EventfulClock()
    terminal = SlowTerminal(clock=clock, silent=silent)
    team = project(agents=(AgentSpec(name="ada", profile="p", window="0"),))
    owner = f"{team.name}/agent/ada"
    terminal.panes["%0"] = FakePane(pane="%0", pid=1, session=team.tmux.session, window="0", name="ada", owner=owner)
    looked = look(team, record(), SmallWorld(clock=clock, terminal=terminal).ports)
    assert list(looked.seen.captures) == [ADA]
    assert looked.seen.silent == pytest.approx(told)
