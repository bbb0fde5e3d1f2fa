"""A clock that only moves when it is told to."""

from __future__ import annotations

from dataclasses import dataclass, field

from amp_fsm.model.time import Reading


@dataclass(slots=True)
class FakeClock:
    """The `Clock` port in virtual time; waiting passes time and is noted."""

    wall: float = 1_700_000_000.0
    mono: float = 1_000.0
    boot: str = "boot-1"
    settled: list[float] = field(default_factory=list)
    paused: list[float] = field(default_factory=list)

    def read(self) -> Reading:
        return Reading(wall=self.wall, mono=self.mono, boot=self.boot)

    def settle(self, seconds: float) -> None:
        self.settled.append(seconds)
        self.pass_time(seconds)

    def pause(self, seconds: float) -> None:
        self.paused.append(seconds)
        self.pass_time(seconds)

    def pass_time(self, seconds: float) -> None:
        """Let time pass on both clocks."""
        self.wall += max(0.0, seconds)
        self.mono += max(0.0, seconds)

    def reboot(self) -> None:
        """Start the machine anew: the monotonic clock begins again."""
        self.boot += "'"
        self.mono = 0.0
