"""Looks through a client in control mode while there is one, else through one process each.  The floor never goes away.

For looking only: whatever changes anything goes through a process, whose end says what became of it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence

from amp_fsm.world.tmux_control import ControlClient, ControlError
from amp_fsm.world.tmux_frames import Reply, command_lines
from amp_fsm.world.tmux_process import Answer, TmuxProcess, joined

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 300.0
"""Seconds until a client is tried again after one failed; doubled each time."""

ABSENT_PAUSE = 2.0
"""Seconds until it is looked again for a session that was not there."""

ANSWER_SECONDS = 5.0
"""How long a client may take; a process is asked then, and has its own time."""

_UNSAFE = ("exit-unattached", "destroy-unattached", "focus-events")
"""Options by which an attached client, though it shows nothing, would be more than a look.

It would keep alive what is to end with the last client, or tell a program that somebody looks at it.
"""


class ControlledLooks:
    """Asks one tmux server, as `TmuxProcess` does.  Safe for threads: one question at a time."""

    def __init__(
        self,
        process: TmuxProcess,
        session: str,
        say: Callable[[str], None],
        *,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        """Begin without a client.  `say` hears, once for each reason, that processes are run instead."""
        self._process = process
        self._session = session
        self._say = say
        self._now = now
        self._turn = threading.Lock()
        self._client: ControlClient | None = None
        self._not_before = 0.0
        self._pause = FIRST_PAUSE
        self._said: set[str] = set()

    def run(self, *words: str) -> Answer:
        """Return the answer to the commands in `words`, as `TmuxProcess.run` does.

        Raises:
            TerminalUnreachableError: the server does not answer a process either.
        """
        lines = command_lines(words)
        return self._ask(lambda client: client.ask(lines, ANSWER_SECONDS), lambda: self._process.run(*words))

    def run_script(self, script: str, nonce: str) -> Answer:
        """Return the answer to the commands in `script`, as `TmuxProcess.run_script` does.

        Raises:
            TerminalUnreachableError: the server does not answer a process either.
        """
        return self._ask(
            lambda client: client.run_script(script, nonce, ANSWER_SECONDS),
            lambda: self._process.run_script(script, nonce),
        )

    def _ask(self, asked: Callable[[ControlClient], tuple[Reply, ...]], process: Callable[[], Answer]) -> Answer:
        with self._turn:
            try:
                client = self._client or self._attached()
                if client is not None:
                    replies = asked(client)
                    self._pause = FIRST_PAUSE
                    return _as_answer(replies)
            except ControlError as error:
                self._give_up()
                answer = process()
                if not answer.no_server:
                    self._tell(str(error))
                return answer
        return process()

    def close(self) -> None:
        """Let the client go."""
        with self._turn:
            if self._client is not None:
                self._client.close()
            self._client = None

    def _attached(self) -> ControlClient | None:
        """Return a new client, if it is time to try one and the session is there and takes one."""
        if self._now() < self._not_before:
            return None
        self._not_before = self._now() + ABSENT_PAUSE
        target = f"={self._session}:"
        options = "".join(f"#{{{name}}}" for name in _UNSAFE)
        asked = self._process.run(
            *joined((("has-session", "-t", target), ("display-message", "-p", "-t", target, options)))
        )
        if asked.code != 0 or asked.said.strip() != "0" * len(_UNSAFE):
            return None
        flags = ("-f", "no-output,ignore-size")
        argv = self._process.argv("-C", "attach-session", *flags, "-t", target)
        self._client = ControlClient(argv, environment=self._process.environment)
        return self._client

    def _give_up(self) -> None:
        if self._client is not None:
            self._client.close()
        self._client = None
        self._not_before = self._now() + self._pause
        self._pause = min(LONGEST_PAUSE, self._pause * 2)

    def _tell(self, reason: str) -> None:
        if reason not in self._said:
            self._said.add(reason)
            self._say(f"{reason}: looking with a tmux process each time, and trying again")


def _as_answer(replies: Sequence[Reply]) -> Answer:
    complaints = [reply.text.strip() for reply in replies if reply.failed]
    said = "".join(reply.text for reply in replies if not reply.failed)
    return Answer(code=1 if complaints else 0, said=said, complaint="\n".join(complaints))
