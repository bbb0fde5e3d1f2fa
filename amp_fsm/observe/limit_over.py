"""A usage limit is over once its reset time has passed, though its text still stands on the screen."""

from __future__ import annotations

from dataclasses import replace

from amp_fsm.model.profile import Composer, LimitSpec, ScreenReading, ScreenState
from amp_fsm.model.record import Assignment, Sample

RESET_GRACE = 30.0
"""Seconds after a usage limit's reset in which the agent may resume by itself before it is spoken to."""


def in_time(
    reading: ScreenReading, before: Sample, limit: LimitSpec, assignment: Assignment | None, now_wall: float
) -> ScreenReading:
    """Return what the screen shows at this time; it keeps `resets_at` for as long as the limit's text is there.

    Args:
        reading: what the text on the screen says by itself.
        before: what is remembered of the last look.
        limit: how long a limit lasts that says nothing of its end, from when it was first seen.
        assignment: the agent's; a prompt delivered after the reset makes the same text a new limit.
        now_wall: seconds since the epoch.
    """
    if reading.state is not ScreenState.LIMITED:
        return reading if reading.resets_at is None else replace(reading, resets_at=None)
    resets_at = _first_read(reading, before, assignment)
    if resets_at is None:
        resets_at = now_wall + limit.default if reading.resets_at is None else reading.resets_at
    if now_wall < resets_at + RESET_GRACE:
        return replace(reading, resets_at=resets_at)
    writable = reading.composer in (Composer.EMPTY, Composer.DRAFT)
    state = ScreenState.IDLE if writable else ScreenState.BLOCKED
    return replace(reading, state=state, resets_at=resets_at)


def _first_read(reading: ScreenReading, before: Sample, assignment: Assignment | None) -> float | None:
    """Return the reset time as it was first read from this very text: read anew, `11:40am` would be tomorrow's."""
    if before.resets_at is None or before.evidence != reading.evidence:
        return None
    delivered = assignment.delivered_wall if assignment is not None else None
    return None if delivered is not None and delivered > before.resets_at else before.resets_at
