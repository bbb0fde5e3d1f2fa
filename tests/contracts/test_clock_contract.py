"""What every clock keeps, on the fake and on the machine's."""

from __future__ import annotations

import pytest

from amp_fsm.ports import Clock
from amp_fsm.world.clock import SystemClock
from tests.fakes.clock import FakeClock


@pytest.fixture(params=[FakeClock, SystemClock])
def clock(request: pytest.FixtureRequest) -> Clock:
    made: Clock = request.param()
    return made


def test_time_never_runs_backwards(clock: Clock) -> None:
    first, second = clock.read(), clock.read()
    assert second.mono >= first.mono


def test_settling_lets_at_least_that_much_time_pass(clock: Clock) -> None:
    before = clock.read()
    clock.settle(0.02)
    assert clock.read().mono - before.mono >= 0.0199


def test_a_pause_lets_at_least_that_much_time_pass(clock: Clock) -> None:
    before = clock.read()
    clock.pause(0.02)
    assert clock.read().mono - before.mono >= 0.0199


@pytest.mark.parametrize("seconds", [0.0, -1.0])
def test_a_wait_of_no_length_returns(clock: Clock, seconds: float) -> None:
    clock.settle(seconds)
    clock.pause(seconds)
    assert clock.read().wall > 0


def test_the_boot_is_named_and_stays_the_same(clock: Clock) -> None:
    assert clock.read().boot
    assert clock.read().boot == clock.read().boot
