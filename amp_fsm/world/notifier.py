"""Tells the operator on standard error, and by the channels that the configuration names: the `Notifier` port."""

from __future__ import annotations

import sys
from contextlib import suppress
from typing import TYPE_CHECKING, TextIO

from amp_fsm.model.notice import Notice

if TYPE_CHECKING:
    from amp_fsm.world.outbox import Outbox


class OperatorNotifier:
    """One line per message, `amp-fsm: agent/codex: ...`; further lines of a message are indented."""

    def __init__(self, stream: TextIO | None = None, outbox: Outbox | None = None) -> None:
        """Write to `stream`, or to whatever standard error is at that moment; and to `outbox`, if there is one."""
        self._stream = stream
        self._outbox = outbox

    def tell(self, notice: Notice) -> None:
        """Write one message and keep it for the channels; a closed stream or a full disk never stops a pass."""
        self._say(notice.address, notice.text)
        if self._outbox is not None:
            try:
                self._outbox.put(notice)
            except OSError as error:
                self._say("notification", f"not kept for later: {error}")

    def flush(self, now: float) -> None:
        """Send what is due at wall time `now`."""
        for line in self._outbox.send_due(now) if self._outbox is not None else ():
            self._say("operator", line)

    def _say(self, address: str, text: str) -> None:
        first, *more = text.splitlines() or [""]
        said = "".join(f"    {line}\n" for line in more)
        with suppress(OSError, ValueError):
            print(f"amp-fsm: {address}: {first}\n{said}", end="", file=self._stream or sys.stderr, flush=True)
