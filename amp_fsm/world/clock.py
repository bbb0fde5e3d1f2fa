"""The machine's clocks: the `Clock` port.  The only place of the real world that reads a clock or waits."""

from __future__ import annotations

import subprocess
import time
from functools import cache
from pathlib import Path
from threading import Event

from amp_fsm.model.time import Reading

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


class SystemClock:
    """Wall and monotonic time of this machine, and waits that a signal handler can end."""

    def __init__(self) -> None:
        """Start with nothing waiting."""
        self._woken = Event()

    def read(self) -> Reading:
        """Return the clocks."""
        return Reading(wall=time.time(), mono=time.monotonic(), boot=boot_id())

    def settle(self, seconds: float) -> None:
        """Wait that long for a terminal; a signal whose handler raises ends it."""
        if seconds > 0:
            time.sleep(seconds)

    def pause(self, seconds: float) -> None:
        """Wait that long, or until `wake`; a signal whose handler raises ends it too."""
        self._woken.wait(max(0.0, seconds))
        self._woken.clear()

    def wake(self) -> None:
        """End the pause of another thread, or the one that a signal handler interrupted; or the next one."""
        self._woken.set()


@cache
def boot_id() -> str:
    """Return what tells this start of the machine from every other, empty when nothing says so."""
    try:
        return BOOT_ID.read_text("ascii").strip()
    except OSError:
        return _boot_session()


def _boot_session() -> str:
    """Return macOS's boot session."""
    argv = ["sysctl", "-n", "kern.bootsessionuuid"]
    try:
        return subprocess.run(argv, capture_output=True, text=True, timeout=2, check=True).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return ""
