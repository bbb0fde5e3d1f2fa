"""Events of a folder in memory: whoever changes it says so."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.fakes.files import regex


@dataclass(slots=True)
class FakeEvents:
    """The `Events` port.

    Attributes:
        complaint: what cannot be followed.  wake: ends a pause.
        asked: every call of `follow`.
    """

    complaint: str = ""
    wake: Callable[[], object] = bool
    asked: list[tuple[frozenset[str], frozenset[int], bool]] = field(default_factory=list)
    closed: bool = False
    _told: set[str] = field(default_factory=set)
    _patterns: frozenset[str] = frozenset()
    _processes: frozenset[int] = frozenset()

    def follow(self, patterns: frozenset[str], processes: frozenset[int] = frozenset(), *, anew: bool = False) -> str:
        self.asked.append((patterns, processes, anew))
        for pattern in patterns - self._patterns:
            self.tell(pattern)
        self._patterns, self._processes = patterns, processes
        return self.complaint

    def take(self) -> frozenset[str]:
        told, self._told = frozenset(self._told), set()
        return told

    def tell(self, what: str) -> None:
        self._told.add(what)
        self.wake()

    def close(self) -> None:
        self.closed, self._patterns, self._processes = True, frozenset(), frozenset()

    def changed(self, path: str) -> None:
        """Say what the system would: this file was written, made, moved here or removed."""
        for pattern in self._patterns:
            if re.fullmatch(regex(pattern), path):
                self.tell(pattern)

    def ended(self, process: int) -> None:
        """Say that a process ended."""
        if process in self._processes:
            self.tell(f"pid {process}")
