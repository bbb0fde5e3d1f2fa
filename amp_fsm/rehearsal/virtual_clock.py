"""Policy time that stands still while anybody acts, and jumps when everyone waits.  Terminal time stays real."""

from __future__ import annotations

import json
import time
from pathlib import Path

from amp_fsm.model.time import Reading
from amp_fsm.rehearsal.practice_agent.outside import replace_text


class VirtualClock:
    """The clock of a rehearsal: a `ports.Clock` whose hands the rehearsal moves.

    It begins at the real wall time, and tells practice agents through the world's clock file.
    """

    def __init__(self, world: Path, wall: float) -> None:
        """Begin at `wall` with no time passed."""
        self._file = world / "clock.json"
        self._wall = wall
        self.elapsed = 0.0
        self.tick = 0
        self._tell()

    def read(self) -> Reading:
        """Return policy time as both clocks."""
        return Reading(wall=self._wall + self.elapsed, mono=self.elapsed, boot="rehearsal")

    def settle(self, seconds: float) -> None:
        """Wait in real time: tmux and the agents draw in it."""
        time.sleep(seconds)

    def pause(self, seconds: float) -> None:
        """Let policy time pass at once."""
        self.jump(seconds)

    def jump(self, seconds: float) -> None:
        """Move the hands and tell everyone."""
        self.elapsed += seconds
        self.tick += 1
        self._tell()

    def _tell(self) -> None:
        moment = {"policy": self.elapsed, "wall": self._wall + self.elapsed, "tick": self.tick}
        replace_text(self._file, json.dumps(moment))
