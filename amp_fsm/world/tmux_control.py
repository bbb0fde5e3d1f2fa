"""One tmux client in control mode, kept open: many commands in one write, no process for each.  Knows no command.

It looks like nobody: without a size of its own it resizes nothing, and it ends by itself when its standard input ends,
so that nothing is left of it when this process is killed.
"""

from __future__ import annotations

import os
import secrets
import select
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence

from amp_fsm.errors import TerminalUnreachableError
from amp_fsm.world.tmux_frames import Reply, last_mark, marked, replies, sections, with_end

_CHUNK = 1 << 16
_GRACE_SECONDS = 1.0
_IDLE_BYTES = 1 << 16
_MOST_BYTES = 1 << 26
"""A thousand screens have a sixth of that; who says more says something else."""


class ControlError(TerminalUnreachableError):
    """The client did not answer, answered something else, or ended: it is of no use any more."""


class ControlClient:
    """A client attached to a session.  One question at a time."""

    def __init__(
        self,
        argv: Sequence[str],
        *,
        environment: Mapping[str, str],
        hears: Callable[[bytes], None] = lambda chunk: None,
        lag: float = 0.0,
    ) -> None:
        """Start the client.

        Args:
            argv: what runs it.
            environment: its own.
            hears: is given everything that it says, in a thread of its own, before an answer is returned.
            lag: seconds for which what nobody asked for may wait to be read with more of it.

        Raises:
            ControlError: it cannot be started.
        """
        try:
            self._process = subprocess.Popen(
                argv,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=environment,
                start_new_session=True,  # a Ctrl-C at our terminal is not for it
            )
        except OSError as error:
            raise ControlError(f"tmux cannot be run: {error.strerror}") from error
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._in, self._out = self._process.stdin.fileno(), self._process.stdout.fileno()
        os.set_blocking(self._in, False)
        self._heard = bytearray()
        self._news = threading.Condition()
        self._asked = self._ended = False
        self._hears, self._lag = hears, lag
        self._hurry = threading.Event()
        self._reader = threading.Thread(target=self._read, name="tmux control", daemon=True)
        self._reader.start()

    def ask(self, lines: Sequence[str], timeout: float) -> tuple[Reply, ...]:
        """Return the reply to every command line.

        Raises:
            ControlError: they did not all come within `timeout` seconds.
        """
        mark = secrets.token_hex(8)
        answer = self._answer(marked(lines, mark), last_mark(lines, mark), timeout)
        return _understood(replies(answer, len(lines), mark))

    def run_script(self, script: str, nonce: str, timeout: float) -> tuple[Reply, ...]:
        """Return the replies to a script whose every other command prints `nonce` (`tmux_frames.sections`).

        Raises:
            ControlError: they did not all come within `timeout` seconds.
        """
        mark = secrets.token_hex(8)
        return _understood(sections(self._answer(with_end(script, mark), last_mark((), mark), timeout), nonce))

    def hear_out(self, timeout: float) -> None:
        """Return when everything was heard that the server said before.

        Raises:
            ControlError: it did not come within `timeout` seconds.
        """
        mark = secrets.token_hex(8)
        self._answer(with_end("", mark), last_mark((), mark), timeout)

    def _answer(self, asked: str, last: str, timeout: float) -> str:
        until = time.monotonic() + timeout
        with self._news:
            self._heard.clear()
            self._asked = True
        self._hurry.set()
        self._write(asked.encode(), until)
        return self._wait(last.encode(), until).decode(errors="replace")

    @property
    def alive(self) -> bool:
        """Whether it still says something, as far as was heard."""
        return not self._ended

    def close(self) -> None:
        """Detach, and end the client if it does not go."""
        with self._process:
            try:
                os.write(self._in, b"\n")  # an empty line detaches
            except OSError:
                pass
            finally:
                self._hurry.set()
                assert self._process.stdin is not None
                self._process.stdin.close()
            try:
                self._process.wait(_GRACE_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
            self._reader.join(_GRACE_SECONDS)

    def _write(self, data: bytes, until: float) -> None:
        view = memoryview(data)
        while view:
            left = until - time.monotonic()
            if left <= 0 or not select.select((), (self._in,), (), left)[1]:
                raise ControlError("tmux's control client takes nothing in")
            try:
                view = view[os.write(self._in, view[:_CHUNK]) :]
            except BlockingIOError:
                continue
            except OSError as error:
                raise ControlError("tmux's control client ended") from error

    def _wait(self, mark: bytes, until: float) -> bytes:
        """Return what was heard up to `mark`."""
        searched = 0
        with self._news:
            while (at := self._heard.find(mark, searched)) < 0:
                searched = max(0, len(self._heard) - len(mark))
                left = until - time.monotonic()
                if self._ended:
                    raise ControlError("tmux's control client ended")
                if left <= 0 or not self._news.wait(left):
                    raise ControlError("tmux's control client did not answer in time")
            self._asked = False
            self._hurry.clear()
            return bytes(self._heard[: at + len(mark)])

    def _read(self) -> None:
        """Read whatever comes, always: a server whose client does not listen keeps all of it in memory."""
        while chunk := _read_some(self._out):
            self._hears(chunk)
            with self._news:
                if not self._asked and len(self._heard) > _IDLE_BYTES:
                    self._heard.clear()
                self._heard += chunk
                self._news.notify_all()
                if len(self._heard) > _MOST_BYTES:
                    break
            if self._lag:
                self._hurry.wait(self._lag)
        with self._news:
            self._ended = True
            self._news.notify_all()


def _understood(replies: tuple[Reply, ...] | None) -> tuple[Reply, ...]:
    if replies is None:
        raise ControlError("tmux's control client answered something else")
    return replies


def _read_some(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, _CHUNK)
    except OSError:
        return b""
