from __future__ import annotations

from pathlib import Path

from amp_fsm.model.time import Reading, advance
from amp_fsm.rehearsal.practice_agent.outside import Moment, Outside
from amp_fsm.rehearsal.virtual_clock import VirtualClock

WALL = 1_800_000_000.0


def test_time_stands_still_until_it_jumps_and_everybody_sees_the_same(tmp_path: Path) -> None:
    clock, outside = VirtualClock(tmp_path, WALL), Outside(tmp_path, "ada")
    assert clock.read() == clock.read() == Reading(wall=WALL, mono=0.0, boot="rehearsal")
    assert outside.now() == Moment(policy=0.0, wall=WALL, tick=0)
    clock.jump(90.0)
    clock.pause(10.0)
    assert clock.read() == Reading(wall=WALL + 100, mono=100.0, boot="rehearsal")
    assert outside.now() == Moment(policy=100.0, wall=WALL + 100, tick=2)


def test_a_jump_is_no_gap(tmp_path: Path) -> None:
    clock = VirtualClock(tmp_path, WALL)
    before = clock.read()
    clock.jump(86_400.0)
    now = advance(0.0, before, clock.read())
    assert (now.policy, now.gap) == (86_400.0, False)
