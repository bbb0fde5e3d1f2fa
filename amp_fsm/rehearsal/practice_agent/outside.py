"""What the practice agent shares with a rehearsal through files: the clock, the tasks, its state, its receipts.

Without a world it lives in real time and knows no tasks.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """One reading of policy time.

    Attributes:
        policy: policy seconds, for durations; `wall`: the same moment on the wall clock; `tick`: number of the jump.
    """

    policy: float
    wall: float
    tick: int = 0


class Outside:
    """The world folder of a rehearsal, from the side of one agent."""

    def __init__(self, folder: Path | None, name: str) -> None:
        """Stand in `folder` as the agent `name`; no folder: a plain agent in real time."""
        self.name = name
        self._folder = folder
        self._clock_text = ""
        self._clock: Moment | None = None
        self._state = ""
        self._files: dict[str, tuple[tuple[int, int], Json]] = {}
        self._used: dict[str, int] = {}
        self._paths: dict[str, Path] = {}
        if folder is not None:
            (folder / name).mkdir(parents=True, exist_ok=True)

    def now(self) -> Moment:
        """Return policy time: as the clock file says, real without one."""
        if self._folder is not None:
            self._poll_clock(self._path("clock.json", self._folder))
        return self._clock or Moment(policy=time.monotonic(), wall=time.time())

    def _poll_clock(self, path: Path) -> None:
        # always read: a replaced file can have its predecessor's inode and, within a jiffy, its time
        try:
            text = path.read_text()
        except FileNotFoundError:
            return
        if text != self._clock_text:
            read = json.loads(text)
            self._clock = Moment(policy=read["policy"], wall=read["wall"], tick=read["tick"])
            self._clock_text = text

    def read(self, name: str) -> Json:
        """Return one of the world's files (`tasks.json`), empty when there is none."""
        if self._folder is None:
            return {}
        path = self._path(name, self._folder)
        try:
            found = path.stat()
        except FileNotFoundError:
            return {}
        known = self._files.get(name)
        if known is None or known[0] != (found.st_ino, found.st_mtime_ns):
            known = self._files[name] = (
                (found.st_ino, found.st_mtime_ns),
                json.loads(path.read_text()),
            )
        return known[1]

    def _path(self, name: str, folder: Path) -> Path:
        """Return the same path each time: making one takes longer than looking at its file."""
        if name not in self._paths:
            self._paths[name] = folder / name
        return self._paths[name]

    def write_state(self, state: Json) -> None:
        """Say what the agent is doing, when that has changed."""
        text = json.dumps(state)
        if self._folder is None or text == self._state:
            return
        self._state = text
        replace_text(self._path(f"{self.name}/state.json", self._folder), text)

    def write_receipt(self, receipt: Json) -> None:
        """Append one line about something that was submitted or answered."""
        if self._folder is None:
            return
        line = json.dumps(receipt, ensure_ascii=False) + "\n"
        descriptor = os.open(self._folder / self.name / "receipts.jsonl", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        try:
            os.write(descriptor, line.encode("utf-8", "surrogateescape"))
        finally:
            os.close(descriptor)

    def mark(self, name: str, present: bool) -> None:
        """Leave or take away an empty file of the world, which others look for."""
        if self._folder is None:
            return
        path = self._folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if present:
            path.touch()
        else:
            path.unlink(missing_ok=True)

    def use(self, what: str, times: int) -> bool:
        """Return whether `what` may happen once more, and count it; in a world, counts outlive the process."""
        if self._folder is None:
            self._used[what] = self._used.get(what, 0) + 1
            return self._used[what] <= times
        folder = self._folder / "happened"
        folder.mkdir(exist_ok=True)
        return any(_created(folder / f"{what.replace('/', '~')}.{number}") for number in range(times))


def _created(path: Path) -> bool:
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        return False
    return True


def write_atomically(path: Path, text: str) -> None:
    """Replace a file in one step: a reader sees the old text or the new one."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_text(text, encoding="utf-8", errors="surrogateescape", newline="")
    if path.exists():
        draft.chmod(path.stat().st_mode)
    draft.replace(path)


def replace_text(path: Path, text: str) -> None:
    """Replace a file of the world's own in one step, and quickly: it has one writer, and its mode does not matter."""
    draft = f"{path}.new"
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    try:
        os.write(descriptor, text.encode())
    finally:
        os.close(descriptor)
    os.replace(draft, path)  # noqa: PTH105 - each wake of each agent ends here
