"""Looks through a client in control mode while there is one, else through one process each.  The floor never goes away.

For looking only: whatever changes anything goes through a process, whose end says what became of it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Mapping, Sequence

from amp_fsm.errors import TerminalUnreachableError
from amp_fsm.world.tmux_attached import Attached
from amp_fsm.world.tmux_control import ControlClient, ControlError
from amp_fsm.world.tmux_ear import Ear
from amp_fsm.world.tmux_frames import Reply, command_lines
from amp_fsm.world.tmux_process import Answer, TmuxProcess

ANSWER_SECONDS = 5.0
"""How long a client may take; a process is asked then, and has its own time."""

FLAGS = "no-output,ignore-size"


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
        self.session = session
        self._process = process
        self._say = say
        self._turn = threading.Lock()
        self._attached = Attached(process, session, now=now)
        self._hearing = threading.Lock()
        self._ear = Ear(process, session, now=now)
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

    def silence(self, panes: Collection[str], *, exact: bool) -> Mapping[str, float]:
        """Return for how many seconds these panes of the session drew nothing; see `Ear.silence`."""
        with self._hearing:
            if self._attached.client is None:  # without it, tmux would let programs wait until we have listened
                self._ear.close()
                return {}
            try:
                return self._ear.silence(panes, exact=exact)
            except ControlError as error:
                self._tell(f"{error}: asking for the screens of those at work again and again")
            except TerminalUnreachableError:  # the next look says so
                self._ear.close()
            return {}

    def _ask(self, asked: Callable[[ControlClient], tuple[Reply, ...]], process: Callable[[], Answer]) -> Answer:
        with self._turn:
            try:
                client = self._attached.attach(FLAGS)
                if client is not None:
                    replies = asked(client)
                    self._attached.answered()
                    return _as_answer(replies)
            except ControlError as error:
                self._attached.give_up()
                with self._hearing:
                    self._ear.close()
                answer = process()
                if not answer.no_server:
                    self._tell(f"{error}: looking with a tmux process each time, and trying again")
                return answer
        return process()

    def close(self) -> None:
        """Let the clients go."""
        with self._hearing:
            self._ear.close()
        with self._turn:
            self._attached.close()

    def _tell(self, reason: str) -> None:
        if reason not in self._said:
            self._said.add(reason)
            self._say(reason)


def _as_answer(replies: Sequence[Reply]) -> Answer:
    complaints = [reply.text.strip() for reply in replies if reply.failed]
    said = "".join(reply.text for reply in replies if not reply.failed)
    return Answer(code=1 if complaints else 0, said=said, complaint="\n".join(complaints))
