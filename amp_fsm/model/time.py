"""Time as a value.  Durations use policy time, which only this project's passes advance; wall time is for people.

Policy time is a number of seconds kept in the record.  It grows with the monotonic clock while the machine is up and
stands still across a reboot, so every timer keeps exactly what had elapsed at the last pass.
"""

from __future__ import annotations

from dataclasses import dataclass

GAP_SECONDS = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One reading of the machine's clocks: wall seconds since the epoch, monotonic seconds, boot id."""

    wall: float
    mono: float
    boot: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Now:
    """The time of one pass.

    Attributes:
        policy: policy seconds; every `since` in the record is of this clock.
        wall: seconds since the epoch, UTC.
        gap: the clocks disagree or the machine was rebooted since the last pass: look now, act in the next pass.
    """

    policy: float
    wall: float
    gap: bool = False


def advance(policy: float, before: Reading | None, after: Reading) -> Now:
    """Return the time of a pass read at `after`, when the last one ended at `before` with policy time `policy`."""
    if before is None:
        return Now(policy=policy, wall=after.wall)
    if before.boot != after.boot:
        return Now(policy=policy, wall=after.wall, gap=True)
    elapsed = max(0.0, after.mono - before.mono)
    gap = abs((after.wall - before.wall) - elapsed) > GAP_SECONDS
    return Now(policy=policy + elapsed, wall=after.wall, gap=gap)
