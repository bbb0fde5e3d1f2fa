"""A tmux server of a test's own: private socket, nobody's configuration, ended by its own socket."""

from __future__ import annotations

import secrets
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field

DEADLINE = 15.0


@dataclass(slots=True)
class TmuxServer:
    """The name of a socket that nobody else has, and tmux spoken to through it."""

    socket: str = field(default_factory=lambda: f"amp-test-{secrets.token_hex(6)}")

    def tmux(self, *words: str) -> str:
        """Return what tmux says to one command, which must succeed."""
        argv = ["tmux", "-u", "-L", self.socket, "-f", "/dev/null", *words]
        done = subprocess.run(argv, capture_output=True, text=True, timeout=DEADLINE, check=False)
        assert done.returncode == 0, f"{words}: {done.stderr}"
        return done.stdout

    def open(self, session: str, *program: str) -> str:
        """Return the pane of a window somebody opened in a session, which is made when it is not there."""
        shown = ("-P", "-F", "#{pane_id}")
        if self.has(session):
            return self.tmux("new-window", "-d", *shown, "-t", f"={session}:", *program).strip()
        return self.tmux("new-session", "-d", "-x", "100", "-y", "30", *shown, "-s", session, *program).strip()

    def has(self, session: str) -> bool:
        """Return whether the server runs and has such a session."""
        argv = ["tmux", "-L", self.socket, "has-session", "-t", f"={session}"]
        return subprocess.run(argv, capture_output=True, timeout=DEADLINE, check=False).returncode == 0

    def show(self, pane: str, name: str) -> str:
        """Return one of tmux's variables of a pane."""
        return self.tmux("display-message", "-p", "-t", pane, f"#{{{name}}}").rstrip("\n")

    def end(self) -> None:
        """End the server, if it runs, and wait until it is gone: it lets its clients go first."""
        argv = ["tmux", "-L", self.socket, "kill-server"]
        until(lambda: _connects_to_nothing(argv), "the end of the server")


def _connects_to_nothing(argv: list[str]) -> bool:
    done = subprocess.run(argv, capture_output=True, text=True, timeout=DEADLINE, check=False)
    return "no server running" in done.stderr or "error connecting" in done.stderr


def until(condition: Callable[[], bool], what: str) -> None:
    """Wait for a condition, up to a deadline."""
    deadline = time.monotonic() + DEADLINE
    while not condition():
        assert time.monotonic() < deadline, f"never came: {what}"
        time.sleep(0.01)
