"""The port of time: `Clock`.  `world.clock` keeps its word, and a rehearsal's virtual clock."""

from __future__ import annotations

from typing import Protocol

from amp_fsm.model.time import Reading


class Clock(Protocol):
    """Time.  The only place that reads a clock or waits."""

    def read(self) -> Reading:
        """Return the clocks."""

    def settle(self, seconds: float) -> None:
        """Wait that long in terminal time (a paste settling); real even when policy time is virtual."""

    def pause(self, seconds: float) -> None:
        """Let that much policy time pass (the interval of a watching reconciler)."""
