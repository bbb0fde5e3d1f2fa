"""The machine's clock: pauses that end when they must."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Timer
from types import FrameType

import pytest

from amp_fsm.world.clock import SystemClock


class Interrupted(Exception):
    """What a signal's handler raises in these tests."""


@contextmanager
def alarm(handler_raises: bool, clock: SystemClock) -> Iterator[None]:
    """Send this process a signal soon; its handler raises, or wakes the clock."""

    def handler(number: int, frame: FrameType | None) -> None:
        if handler_raises:
            raise Interrupted
        clock.wake()

    before = signal.signal(signal.SIGALRM, handler)
    signal.setitimer(signal.ITIMER_REAL, 0.05)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@pytest.mark.parametrize("wait", ["settle", "pause"])
def test_a_signal_whose_handler_raises_ends_a_wait(wait: str) -> None:
    clock = SystemClock()
    with pytest.raises(Interrupted), alarm(True, clock):
        getattr(clock, wait)(60)


def test_a_signal_whose_handler_wakes_the_clock_ends_a_pause() -> None:
    clock = SystemClock()
    before = clock.read().mono
    with alarm(False, clock):
        clock.pause(60)
    assert clock.read().mono - before < 30


def test_another_thread_ends_a_pause_and_only_that_one() -> None:
    clock = SystemClock()
    timer = Timer(0.02, clock.wake)
    timer.start()
    before = clock.read().mono
    clock.pause(60)
    timer.join()
    assert clock.read().mono - before < 30
    begun = clock.read().mono
    clock.pause(0.02)
    assert clock.read().mono - begun >= 0.0199
