"""A nudge: the word to a practice program that the clock was moved, so that it need not look all the time.

The signal is one that every other program ignores, should a process id be used again.
"""

from __future__ import annotations

import os
import signal
import socket
from contextlib import suppress

SIGNAL = signal.SIGWINCH


def nudges() -> socket.socket:
    """Return a socket on which something can be read whenever this process was nudged; `select` can wait for it."""
    hears, says = socket.socketpair()
    hears.setblocking(False)
    says.setblocking(False)
    signal.signal(SIGNAL, lambda _number, _frame: None)
    signal.set_wakeup_fd(says.detach(), warn_on_full_buffer=False)
    return hears


def nudge(pid: int) -> None:
    """Nudge a process; one that is gone is no error."""
    with suppress(ProcessLookupError, PermissionError):
        os.kill(pid, SIGNAL)
