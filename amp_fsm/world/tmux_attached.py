"""One client in control mode kept attached to a session, tried again with growing pauses after it failed."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from amp_fsm.world.tmux_control import ControlClient
from amp_fsm.world.tmux_process import TmuxProcess, joined

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 300.0
"""Seconds until a client is tried again after one failed; doubled each time."""

ABSENT_PAUSE = 2.0
"""Seconds until it is looked again for a session that was not there."""

_UNSAFE = ("exit-unattached", "destroy-unattached", "focus-events")
"""Options by which an attached client, though it shows nothing, would be more than a look.

It would keep alive what is to end with the last client, or tell a program that somebody looks at it.
"""


class Attached:
    """At most one client of a session at a time.  For one thread at a time."""

    def __init__(self, process: TmuxProcess, session: str, *, now: Callable[[], float] = time.monotonic) -> None:
        """Begin without a client."""
        self._process = process
        self._session = session
        self._now = now
        self._not_before = 0.0
        self._pause = FIRST_PAUSE
        self.client: ControlClient | None = None

    def attach(
        self,
        flags: str,
        *,
        through: Sequence[str] = (),
        hears: Callable[[bytes], None] = lambda chunk: None,
        lag: float = 0.0,
    ) -> ControlClient | None:
        """Return the client, or a new one with these flags; None: it is too early, or the session takes none.

        `through` is a program that runs it; for the rest see `ControlClient`.

        Raises:
            ControlError: it cannot be started.
            TerminalUnreachableError: the server does not answer.
        """
        if self.client is None and self._now() >= self._not_before:
            self._not_before = self._now() + ABSENT_PAUSE
            if self._takes_clients():
                attach = ("-C", "attach-session", "-f", flags, "-t", f"={self._session}:")
                argv = (*through, *self._process.argv(*attach))
                environment = self._process.environment
                self.client = ControlClient(argv, environment=environment, hears=hears, lag=lag)
        return self.client

    def _takes_clients(self) -> bool:
        target = f"={self._session}:"
        options = "".join(f"#{{{name}}}" for name in _UNSAFE)
        asked = self._process.run(
            *joined((("has-session", "-t", target), ("display-message", "-p", "-t", target, options)))
        )
        return asked.code == 0 and asked.said.strip() == "0" * len(_UNSAFE)

    def answered(self) -> None:
        """Say that the client is well."""
        self._pause = FIRST_PAUSE

    def give_up(self) -> None:
        """Let a client go that failed, and have no other for a while."""
        self.close()
        self._not_before = self._now() + self._pause
        self._pause = min(LONGEST_PAUSE, self._pause * 2)

    def close(self) -> None:
        """Let the client go."""
        client, self.client = self.client, None
        if client is not None:
            client.close()
