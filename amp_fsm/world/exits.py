"""The ends of processes, told at once: one descriptor for each, which the kernel makes readable when its process ends.

Nothing is set on the tmux server for it: a `pane-died` hook of ours would silence the operator's own.  Where the system
has no such descriptors (Linux before 5.3, macOS), nothing is told.
"""

from __future__ import annotations

import os
import resource
import select
import threading
from collections.abc import Callable


class Exits:
    """Tells `pid N` once for every process that ended while it was followed."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        """Follow none yet; `tell` is called in a thread of its own."""
        self._tell = tell
        self._lock = threading.Lock()
        self._followed: dict[int, int] = {}  # process to descriptor
        self._ended: frozenset[int] = frozenset()
        self._poll: select.epoll | None = None

    def follow(self, processes: frozenset[int]) -> None:
        """Follow these and no others.  Those that cannot be followed are left out: the next look tells."""
        if not hasattr(os, "pidfd_open") or not hasattr(select, "epoll"):
            return
        with self._lock:
            self._ended &= processes
            for process in self._followed.keys() - processes:
                self._forget(process)
            for process in sorted(processes - self._followed.keys() - self._ended)[: _room(len(self._followed))]:
                self._begin(process)

    def _begin(self, process: int) -> None:
        try:
            descriptor = os.pidfd_open(process)
        except ProcessLookupError:
            self._ended |= {process}
            self._tell(f"pid {process}")
            return
        except OSError:
            return
        self._followed[process] = descriptor
        self._poller().register(descriptor, select.EPOLLIN)

    def _poller(self) -> select.epoll:
        if self._poll is None:
            self._poll = select.epoll()
            threading.Thread(target=self._wait, args=(self._poll,), name="amp-fsm-exits", daemon=True).start()
        return self._poll

    def _wait(self, poll: select.epoll) -> None:
        while True:
            ready = {descriptor for descriptor, _ in poll.poll()}
            with self._lock:
                ended = [process for process, descriptor in self._followed.items() if descriptor in ready]
                for process in ended:
                    self._forget(process)
                self._ended |= frozenset(ended)
            for process in ended:
                self._tell(f"pid {process}")

    def _forget(self, process: int) -> None:
        descriptor = self._followed.pop(process)
        if self._poll is not None:
            self._poll.unregister(descriptor)
        os.close(descriptor)


def _room(taken: int) -> int:
    """Return how many more processes may be followed: never more than a quarter of the descriptors that we may have."""
    return max(0, resource.getrlimit(resource.RLIMIT_NOFILE)[0] // 4 - taken)
