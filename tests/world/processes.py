"""Processes that tests start, and waiting for them."""

from __future__ import annotations

import json
import os
import resource
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from amp_fsm.world.supervise import start_of

PATIENCE = 20.0


def until(condition: Callable[[], object]) -> None:
    """Wait until `condition` holds; fail when it does not in good time."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "did not come about in time"
        time.sleep(0.01)


def command_of(run: Path) -> int:
    """Return the process of a run's command, once it has started."""
    until((run / "command").exists)
    return int(json.loads((run / "command").read_text("utf-8"))["pid"])


def supervisor_of(run: Path) -> int:
    """Return the process that supervises a run: the parent of its command."""
    stat = Path(f"/proc/{command_of(run)}/stat").read_text("utf-8")
    return int(stat.rpartition(")")[2].split()[1])


def kill_supervisor(run: Path) -> None:
    """Kill a run's supervisor, as a power cut would, and wait until it is gone."""
    supervisor = supervisor_of(run)
    born = start_of(supervisor)
    os.kill(supervisor, signal.SIGKILL)
    until(lambda: not _runs(supervisor, born))


def runs(pid: int) -> bool:
    """Return whether a process is there and no zombie."""
    return _runs(pid, start_of(pid))


def _runs(pid: int, born: str) -> bool:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text("utf-8")
    except (FileNotFoundError, ProcessLookupError):
        return False
    return stat.rpartition(")")[2].split()[0] != "Z" and start_of(pid) == born


@contextmanager
def full_disk(at: int) -> Iterator[None]:
    """No file of this process may become larger than `at` bytes: writing fails as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (at, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
