"""Hears which panes of a session draw, through a client in control mode that takes their output and keeps none of it.

Only beside a client that takes no output: while that one is attached, tmux never waits for this one before it reads
what a program draws, and a program never stands still because we do.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Collection, Mapping

from amp_fsm.world.tmux_attached import Attached
from amp_fsm.world.tmux_control import ControlError
from amp_fsm.world.tmux_process import TmuxProcess

LAG_SECONDS = 0.02
"""For how long what panes draw may wait to be heard together: sixty spinners are six hundred lines a second."""

ANSWER_SECONDS = 1.0
"""How long the client may take to say that all was heard."""

FLAGS = "ignore-size,pause-after=1"
"""A client that falls behind is told so after a second, and no longer kept in the server's memory."""

DRAINED = ("sh", "-c", '"$@" | { cat; cat >/dev/null; }', "sh")
"""Runs the client so that somebody takes what it says even when we were killed.

tmux keeps a client until it has taken all that it was told, and lets programs wait for one that is alone.
"""

_DRAWN = re.compile(rb"^%(?:extended-)?output (%\d+) ", re.MULTILINE)
_BEHIND = re.compile(rb"^%pause %\d", re.MULTILINE)
_HEAD_BYTES = 64
"""The beginning of a line says whose output it is."""


class Ear:
    """When panes were last heard to draw.  One question at a time; hears meanwhile in a thread of its own."""

    def __init__(self, process: TmuxProcess, session: str, *, now: Callable[[], float] = time.monotonic) -> None:
        """Begin deaf."""
        self._attached = Attached(process, session, now=now)
        self._now = now
        self._since = 0.0
        self._drawn: dict[bytes, float] = {}
        self._rest = b""
        self._behind = False

    def silence(self, panes: Collection[str], *, exact: bool) -> Mapping[str, float]:
        """Return for how many seconds each of these panes drew nothing; empty: nobody listens, or not for long enough.

        A pane of another session is never heard: do not ask for it.  With `exact` everything counts that was drawn
        before this call; else the last moments may be missing.

        Raises:
            ControlError: the client failed, and is let go.
            TerminalUnreachableError: the server does not answer.
        """
        client = self._attached.client
        try:
            if client is None:
                return self._begin()
            if exact:
                client.hear_out(ANSWER_SECONDS)
        except ControlError:
            self._attached.give_up()
            raise
        if self._behind or not client.alive:
            self._attached.give_up()
            raise ControlError(f"tmux's control client {'fell behind' if self._behind else 'ended'}")
        self._attached.answered()
        now = self._now()
        return {pane: now - self._drawn.get(pane.encode(), self._since) for pane in panes}

    def _begin(self) -> Mapping[str, float]:
        """Listen from now on, if that can be; what was drawn before is not known."""
        self._drawn, self._rest, self._behind = {}, b"", False
        client = self._attached.attach(FLAGS, through=DRAINED, hears=self._hear, lag=LAG_SECONDS)
        if client is not None:
            client.hear_out(ANSWER_SECONDS)
            self._since = self._now()
        return {}

    def _hear(self, chunk: bytes) -> None:
        now = self._now()
        said = self._rest + chunk
        for match in _DRAWN.finditer(said):
            self._drawn[match[1]] = now
        self._behind = self._behind or _BEHIND.search(said) is not None
        # Of a line that is not whole yet its head may be counted twice, which says no more than that it goes on.
        self._rest = said[said.rfind(b"\n") + 1 :][:_HEAD_BYTES]

    def close(self) -> None:
        """Listen no more."""
        self._attached.close()
