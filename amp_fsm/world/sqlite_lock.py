"""The project's lock: an advisory lock of the operating system on a file in the store's folder.

It dies with the process that holds it, however that ends; the file stays and says who held it last.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from math import ceil
from pathlib import Path

from amp_fsm.errors import ProjectLockedError, StoreError
from amp_fsm.ports import Clock

RETRY_SECONDS = 0.05


@contextmanager
def project_lock(path: Path, clock: Clock, timeout: float) -> Iterator[None]:
    """Hold the lock for the block.

    Raises:
        ProjectLockedError: another process holds it, and still does after `timeout` seconds.
        StoreError: the file cannot be made or written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        message = f"the lock {path} cannot be opened: {error}"
        raise StoreError(message) from error
    try:
        _acquire(descriptor, clock, timeout)
        _sign(path, descriptor, clock.read().wall)
        yield
    finally:
        os.close(descriptor)  # which releases it


def holder(path: Path) -> str:
    """Return which process holds the lock, and since when; empty: none does.

    Raises:
        StoreError: the file cannot be read.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return ""
    except OSError as error:
        message = f"the lock {path} cannot be opened: {error}"
        raise StoreError(message) from error
    try:
        said = _holder(descriptor)
        # Trying the lock is the only way to know, and could be in the way of somebody who takes it just now.
        return said if _may_live(said) and not _is_free(descriptor) else ""
    finally:
        os.close(descriptor)


def _may_live(said: str) -> bool:
    words = said.split()
    if len(words) < 2 or not words[1].isdecimal():
        return True
    try:
        os.kill(int(words[1]), 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True  # somebody else's
    return True


def _is_free(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _acquire(descriptor: int, clock: Clock, timeout: float) -> None:
    for _ in range(ceil(timeout / RETRY_SECONDS)):
        if _taken(descriptor):
            return
        clock.settle(RETRY_SECONDS)
    if not _taken(descriptor):
        message = f"another process holds this project: {_holder(descriptor)}"
        raise ProjectLockedError(message, hint="wait for it with --lock-timeout, or end it")


def _taken(descriptor: int) -> bool:
    with suppress(BlockingIOError):
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    return False


def _sign(path: Path, descriptor: int, wall: float) -> None:
    since = datetime.fromtimestamp(wall).astimezone().isoformat(sep=" ", timespec="seconds")
    try:
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"pid {os.getpid()} since {since}\n".encode(), 0)
    except OSError as error:
        message = f"the lock {path} cannot be written: {error}"
        raise StoreError(message, hint="make room on its disk") from error


def _holder(descriptor: int) -> str:
    said = os.pread(descriptor, 200, 0).decode("utf-8", "replace").strip()
    return said or "it has only just taken it"
