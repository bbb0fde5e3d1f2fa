"""What the operator calls for by signals while a loop runs.  A wait is cut short; a pass under way is not."""

from __future__ import annotations

from dataclasses import dataclass
from types import FrameType

from amp_fsm.ports import Clock


class _Woken(Exception):
    """A signal came while the loop waited."""


@dataclass(slots=True)
class Calls:
    """The calls that came and were not answered yet.  Its methods are signal handlers.

    Attributes:
        ended_by: number of the signal that asked for the end; 0: nobody did.
        anew: the configuration is to be read anew, and said to be wrong again if it is.
    """

    ended_by: int = 0
    anew: bool = False
    _for_pass: bool = False
    _waiting: bool = False

    def end(self, signal: int, _frame: FrameType | None = None) -> None:
        """Ask for the end after the actions under way.  A second signal of the same kind does not wait for anything.

        Raises:
            KeyboardInterrupt: it was asked before.
        """
        if self.ended_by == signal:
            raise KeyboardInterrupt
        self.ended_by = signal
        self._wake()

    def rouse(self, _signal: int = 0, _frame: FrameType | None = None) -> None:
        """Ask for a pass at once."""
        self._for_pass = True
        self._wake()

    def renew(self, _signal: int = 0, _frame: FrameType | None = None) -> None:
        """Ask for the configuration to be read anew, and for a pass."""
        self.anew = True
        self.rouse()

    def take(self) -> bool:
        """Return whether a pass was asked for since the last call."""
        asked, self._for_pass = self._for_pass, False
        return asked

    def pause(self, clock: Clock, seconds: float) -> None:
        """Let time pass, unless or until something is called for."""
        try:
            self._waiting = True
            if not (self.ended_by or self._for_pass):
                clock.pause(seconds)
            self._waiting = False
        except _Woken:
            self._waiting = False

    def _wake(self) -> None:
        if self._waiting:
            raise _Woken
