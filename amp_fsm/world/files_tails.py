"""The ends of files that grow: transcripts, and spools of events.  Called by `files` alone.

What was read once is kept until the file changes, so that looking again costs a `stat`.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable

from amp_fsm.model.seen import Tail

MOST_FILES = 512
MOST_BYTES = 1 << 20
"""Of one file."""

MOST_ALTOGETHER = 8 << 20

_Version = tuple[int, int, int]


class Tails:
    """The ends of the files that were read last, by pattern."""

    def __init__(self) -> None:
        """Know none yet."""
        self._known: dict[str, dict[str, tuple[_Version, Tail]]] = {}

    def of(self, pattern: str, entries: Iterable[os.DirEntry[str]]) -> tuple[Tail, ...]:
        """Return the ends of the newest of the files that a pattern names, the newest last.

        Raises:
            OSError: one of them cannot be read.
        """
        before, known = self._known.get(pattern, {}), dict[str, tuple[_Version, Tail]]()
        left = MOST_ALTOGETHER
        for path, seen in _newest(entries):
            if left <= 0:
                break
            version = (seen.st_ino, seen.st_size, seen.st_mtime_ns)
            kept = before.get(path)
            tail = kept[1] if kept is not None and kept[0] == version else _read(path)
            if tail is not None:
                known[path] = (version, tail)
                left -= min(seen.st_size, MOST_BYTES)
        self._known[pattern] = known
        return tuple(tail for _, tail in reversed(known.values()))


def _newest(entries: Iterable[os.DirEntry[str]]) -> list[tuple[str, os.stat_result]]:
    found: list[tuple[str, os.stat_result]] = []
    for entry in entries:
        try:
            found.append((entry.path, entry.stat(follow_symlinks=False)))
        except FileNotFoundError:  # an event that made room for newer ones
            continue
    return sorted(found, key=lambda item: (item[1].st_mtime_ns, item[0]), reverse=True)[:MOST_FILES]


def _read(path: str) -> Tail | None:
    """Return the end of a regular file, from the beginning of a line on; None: it is gone or no regular file."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    with os.fdopen(descriptor, "rb") as file:
        seen = os.fstat(file.fileno())
        if not stat.S_ISREG(seen.st_mode):
            return None
        first = max(0, seen.st_size - MOST_BYTES)
        file.seek(first)
        data = file.read(MOST_BYTES)
    if first > 0:
        data = data.partition(b"\n")[2]
    text = data.decode("utf-8", "replace")
    return Tail(path=path, text=text, mtime=seen.st_mtime, whole=first == 0)
