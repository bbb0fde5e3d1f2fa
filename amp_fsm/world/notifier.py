"""Tells the operator on standard error: the `Notifier` port."""

from __future__ import annotations

import sys
from contextlib import suppress
from typing import TextIO


class StderrNotifier:
    """One line per message, `amp-fsm: agent/codex: ...`; further lines of a message are indented."""

    def __init__(self, stream: TextIO | None = None) -> None:
        """Write to `stream`, or to whatever standard error is at that moment."""
        self._stream = stream

    def tell(self, address: str, text: str) -> None:
        """Write one message; a closed or full stream never stops a pass."""
        first, *more = text.splitlines() or [""]
        said = "".join(f"    {line}\n" for line in more)
        with suppress(OSError, ValueError):
            print(f"amp-fsm: {address}: {first}\n{said}", end="", file=self._stream or sys.stderr, flush=True)
