"""Alarms in policy time: each fires at its own moment, in order, however far time jumped."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from amp_fsm.rehearsal.practice_agent.outside import Moment

Alarm = Callable[[Moment], None]


class Alarms:
    """Named alarms; setting one again moves it."""

    def __init__(self) -> None:
        """Start with none set."""
        self._set: dict[str, tuple[float, Alarm]] = {}

    def set(self, name: str, at: float, alarm: Alarm) -> None:
        """Have `alarm` called at policy time `at`."""
        self._set[name] = (at, alarm)

    def cancel(self, name: str) -> None:
        """Forget an alarm; one that is not set is no error."""
        self._set.pop(name, None)

    def next(self, *, but: str = "") -> float | None:
        """Return when the next one is due, that of one name left out; None: none is set."""
        return min((at for name, (at, _) in self._set.items() if name != but), default=None)

    def ring(self, now: Moment) -> None:
        """Fire all that are due, each told its own moment; an alarm may set others, which fire too when due."""
        while self._set:
            name, (at, alarm) = min(self._set.items(), key=lambda item: item[1][0])
            if at > now.policy:
                return
            del self._set[name]
            alarm(replace(now, policy=at, wall=now.wall - (now.policy - at)))
