"""A tmux server of our own: made without anybody's configuration, ended by its own socket, whatever happens.

Beside `world.tmux` the only module that runs tmux: it starts and ends a server, and looks at no pane.
"""

from __future__ import annotations

import os
import shlex
import subprocess
from pathlib import Path
from types import TracebackType

from amp_fsm.errors import TerminalUnreachableError

SECONDS = 10.0


class PrivateServer:
    """A tmux server on `socket`, for the time of a `with` block."""

    def __init__(self, socket: Path, *, keep: bool) -> None:
        """Name it; nothing runs yet.  `keep`: it is only ended when the block fails."""
        self.socket = socket
        self._keep = keep

    def __enter__(self) -> PrivateServer:
        """Start it without sessions; it stays up until it is ended."""
        try:
            self._tmux("-f", "/dev/null", "start-server", ";", "set-option", "-g", "exit-empty", "off")
            if not self._keep:
                self._tmux("run-shell", "-b", self._watchdog())
        except (OSError, subprocess.SubprocessError) as error:
            raise TerminalUnreachableError(f"cannot start a tmux server: {error}", hint="is tmux installed?") from error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End it and every practice agent in it."""
        if self._keep and kind is None:
            return
        subprocess.run(
            ["tmux", "-S", str(self.socket), "kill-server"], capture_output=True, timeout=SECONDS, check=False
        )

    def _watchdog(self) -> str:
        """Return a shell command by which the server ends itself when this process was killed."""
        end = f"tmux -S {shlex.quote(str(self.socket))} kill-server"
        return f"while kill -0 {os.getpid()} 2>/dev/null; do sleep 1; done; {end}"

    def _tmux(self, *arguments: str) -> None:
        subprocess.run(
            ["tmux", "-u", "-S", str(self.socket), *arguments], capture_output=True, timeout=SECONDS, check=True
        )
