"""Sessions of a tmux server, asked for through libtmux.  Only importer of `libtmux`; loaded when a window is opened."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import libtmux
from libtmux.common import tmux_cmd
from libtmux.exc import LibTmuxException

from amp_fsm.errors import NotPossibleError
from amp_fsm.world.tmux_process import Answer, TmuxProcess


def has_session(process: TmuxProcess, session: str) -> bool:
    """Return whether the server that `process` speaks to has a session of this very name.

    Raises:
        NotPossibleError: tmux knows no sessions with such names.
    """
    try:
        return BoundedServer(process).has_session(session, exact=True)
    except LibTmuxException as error:
        raise NotPossibleError(f"tmux cannot have a session {session!r}: {error}") from error


class BoundedServer(libtmux.Server):
    """libtmux's server, whose commands go through our own process, which is bounded in time."""

    def __init__(self, process: TmuxProcess) -> None:
        """Speak to the server that `process` speaks to."""
        super().__init__(socket_name=process.socket_name or None, socket_path=process.socket_path or None)
        self._process = process

    def cmd(self, cmd: str, *args: Any, target: str | int | None = None) -> tmux_cmd:
        """Return tmux's answer as libtmux expects it."""
        words = (cmd, *(("-t", str(target)) if target is not None else ()), *(str(argument) for argument in args))
        return _Answered(words, self._process.run(*words))


class _Answered(tmux_cmd):
    """An answer that is there already; libtmux's own would run a process without a time limit."""

    def __init__(self, words: Sequence[str], answer: Answer) -> None:
        self.cmd = list(words)
        self.stdout = answer.said.splitlines()
        self.stderr = answer.complaint.splitlines()
        self.returncode = answer.code
