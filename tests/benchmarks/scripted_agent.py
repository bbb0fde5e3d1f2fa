"""A terminal program that looks like the practice agent and costs next to nothing: it waits for keys and signals only.

`scripted_agent.py LOG` writes `submitted NANOSECONDS` to LOG for every prompt, `idle NANOSECONDS` when it ends a turn.
With a file `LOG.works` every prompt begins a turn, with a spinner of ten pictures a second, which SIGUSR1 ends.
"""

from __future__ import annotations

import os
import select
import signal
import sys
import time
import tty
from pathlib import Path

RULE = "─" * 60
PASTE, PASTED = b"\x1b[200~", b"\x1b[201~"
SPINNER_SECONDS = 0.1


class Agent:
    """Its composer, and whether it works."""

    def __init__(self, log: str) -> None:
        """Log to `log`."""
        self.works = False
        self._log = Path(log)
        self._draft = b""
        self._pictures = 0

    def draw(self) -> None:
        """Draw everything anew, in one write."""
        self._pictures += 1
        breaks = self._draft.count(b"\r") + self._draft.count(b"\n")
        shown = f"[Pasted text #1 +{breaks} lines]" if breaks else self._draft.decode("utf-8", "replace")
        spinner = f"✻ Working… ({self._pictures}s · esc to interrupt)" if self.works else ""
        text = "\r\n".join([spinner, RULE, f"❯ {shown}", RULE, "? for shortcuts"])
        os.write(1, f"\x1b[?2026h\x1b[H\x1b[2J{text}\x1b[3;{len(shown) + 3}H\x1b[?2026l".encode())

    def take(self, keys: bytes) -> None:
        """Take what was typed or pasted; Enter outside of a paste submits."""
        before, paste, rest = keys.partition(PASTE)
        pasted, _, after = rest.partition(PASTED)
        submits = (after if paste else before) == b"\r"
        self._draft += pasted if paste else b"" if submits else before
        if submits:
            self.note("submitted")
            self._draft, self.works = b"", Path(f"{self._log}.works").exists()

    def note(self, what: str) -> None:
        """Log what happened just now."""
        with self._log.open("a") as file:
            file.write(f"{what} {time.time_ns()}\n")


def main(log: str) -> None:
    """Run until the terminal is gone."""
    agent = Agent(log)
    tty.setraw(0)
    os.write(1, b"\x1b[?2004h")
    ended, end = os.pipe()
    signal.signal(signal.SIGUSR1, lambda *_: os.write(end, b"."))
    agent.draw()
    while True:
        ready, _, _ = select.select([0, ended], [], [], SPINNER_SECONDS if agent.works else None)
        if 0 in ready:
            keys = os.read(0, 1 << 16)
            while PASTE in keys and PASTED not in keys:
                keys += os.read(0, 1 << 16)
            if not keys:
                return
            agent.take(keys)
        if ended in ready:
            os.read(ended, 64)
            agent.works = False
        agent.draw()
        if ended in ready:
            agent.note("idle")


if __name__ == "__main__":
    main(sys.argv[1])
