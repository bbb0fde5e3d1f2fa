"""The one connection to the store that is kept open: when it may be used again, and when it is opened anew.

Called by `sqlite_file` alone.  Opening costs 0.15 ms and an empty page cache; a connection that stays open is also the
only one to which SQLite can tell whether others wrote since.  It is never used for a file that somebody replaced, nor
in a child of the process that opened it.
"""

from __future__ import annotations

import os
import sqlite3
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from threading import RLock

BUSY_SECONDS = 10.0


class KeptConnection:
    """A connection to one file, opened when it is needed.  Whoever uses it holds `lock`.

    Attributes:
        lock: threads of this process queue here, which is fair; SQLite's own waiting is not.
        number: of the connection in this process; another one has another.
    """

    def __init__(self, path: Path, *, durable: bool = True) -> None:
        """Name the file; opens nothing.

        Not `durable`: what was written outlives this process, but not a loss of power.
        """
        self.path = path
        self._synchronous = "FULL" if durable else "OFF"
        self.lock = RLock()
        self.number = 0
        self._db: sqlite3.Connection | None = None
        self._stamp: _Stamp | None = None
        self._writes = False
        _ALL.add(self)

    def to_read(self) -> sqlite3.Connection:
        """Return a connection that changes nothing by itself."""
        return self._open("rw" if self._writes else "ro")

    def to_write(self) -> sqlite3.Connection:
        """Return a connection that may write; makes the file, and its folder, if need be."""
        if not self._writes:
            self.close()
            self._writes = True
        return self._open("rwc")

    def to_repair(self) -> sqlite3.Connection:
        """Return a connection that, before it reads, undoes what a killed process left half-written."""
        self.close()
        return self._open("rw")

    def written(self) -> None:
        """Take note that the file was written through this connection."""
        now = _stamp(self.path)
        if self._stamp is not None and now is not None and now[:2] == self._stamp[:2]:
            self._stamp = now

    def close(self) -> None:
        """Close the connection; a transaction under way is undone."""
        db, self._db = self._db, None
        if db is not None:
            db.close()

    @contextmanager
    def closed_on_error(self) -> Iterator[None]:
        """Close the connection if the block raises: nothing that failed is ever built upon."""
        try:
            yield
        except BaseException:
            self.close()
            raise

    def leave_to_parent(self) -> None:
        """Begin anew in a forked child.  What is closed here was at rest: it holds no lock and has nothing to undo."""
        self.lock = RLock()
        self.close()

    def _open(self, mode: str) -> sqlite3.Connection:
        stamp = _stamp(self.path)
        if self._db is not None and stamp is not None and stamp == self._stamp:
            return self._db
        self.close()
        if mode == "rwc" and stamp is None:
            stamp = _made(self.path)
        self._db, self.number = self._connect(mode), next(_NUMBERS)
        opened = _stamp(self.path)
        is_same = stamp is not None and opened is not None and opened[:2] == stamp[:2]
        self._stamp = stamp if is_same else None
        return self._db

    def _connect(self, mode: str) -> sqlite3.Connection:
        uri = f"{self.path.absolute().as_uri()}?mode={mode}"
        db = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=BUSY_SECONDS, check_same_thread=False)
        if mode != "ro":
            db.execute(f"PRAGMA synchronous = {self._synchronous}")
            db.execute("PRAGMA journal_mode = PERSIST")
        return db


_Stamp = tuple[int, int, int, int]
"""Device and inode of a file, its size and when it was last written: another one means that another wrote it."""

_NUMBERS = count(1)
_ALL: weakref.WeakSet[KeptConnection] = weakref.WeakSet()
_RESTING: list[KeptConnection] = []  # those whose lock is held because a fork is under way


def _stamp(path: Path) -> _Stamp | None:
    try:
        seen = os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return None
    return seen.st_dev, seen.st_ino, seen.st_size, seen.st_mtime_ns


def _made(path: Path) -> _Stamp | None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with suppress(FileExistsError):  # another was faster
        path.touch(exist_ok=False)
    return _stamp(path)


def _rest() -> None:
    for kept in list(_ALL):
        kept.lock.acquire()
        _RESTING.append(kept)


def _go_on() -> None:
    while _RESTING:
        _RESTING.pop().lock.release()


def _leave() -> None:
    _RESTING.clear()
    for kept in list(_ALL):
        kept.leave_to_parent()


os.register_at_fork(before=_rest, after_in_parent=_go_on, after_in_child=_leave)
