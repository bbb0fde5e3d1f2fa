"""One tmux process: the only place that runs tmux, bounded in time.  Knows no command; `tmux` says what to ask.

An answer that did not come is an error of its own, never an empty answer.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from amp_fsm.errors import TerminalUnreachableError

_NO_SERVER = re.compile(r"no server running|error connecting to .*\((No such file or directory|Connection refused)\)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What one tmux process said."""

    code: int
    said: str
    complaint: str

    @property
    def no_server(self) -> bool:
        """Whether there provably is no server; a refusal or silence is not that."""
        return self.code != 0 and _NO_SERVER.search(self.complaint) is not None


class TmuxProcess:
    """Runs tmux for one server: a socket name, a path, or empty for the user's default server."""

    def __init__(self, socket: str, *, environment: Mapping[str, str], timeout: float) -> None:
        """Remember where the server is; nothing is run yet."""
        self.socket_path = socket if "/" in socket else ""
        self.socket_name = "" if self.socket_path else socket
        self.environment = {**environment, "LC_ALL": utf8_locale(environment)}
        self._timeout = timeout

    def run(self, *words: str, text: str = "") -> Answer:
        """Return the answer to the commands in `words`, with `text` on their standard input.

        Raises:
            TerminalUnreachableError: tmux is not installed or did not answer in time.
        """
        try:
            done = subprocess.run(
                self.argv(*words),
                input=text.encode(),
                capture_output=True,
                timeout=self._timeout,
                env=self.environment,
                check=False,
            )
        except FileNotFoundError as error:
            hint = "apt install tmux, or brew install tmux"
            raise TerminalUnreachableError("tmux is not installed", hint=hint) from error
        except subprocess.TimeoutExpired as error:
            raise TerminalUnreachableError(f"tmux did not answer in {self._timeout:g} s") from error
        except OSError as error:
            raise TerminalUnreachableError(f"tmux cannot be run: {error.strerror}") from error
        complaint = done.stderr.decode(errors="replace").strip()
        return Answer(code=done.returncode, said=done.stdout.decode(errors="replace"), complaint=complaint)

    def run_script(self, script: str, nonce: str) -> Answer:
        """Return the answer to the commands in `script`, of which every other prints a line that begins with `nonce`.

        Raises:
            TerminalUnreachableError: as `run`.
        """
        assert script.endswith(f"{nonce} end'\n")
        return self.run("source-file", "-", text=script)

    def argv(self, *words: str) -> tuple[str, ...]:
        """Return the words of a process that speaks to this server."""
        return ("tmux", "-u", *self._where(), *words)

    def _where(self) -> tuple[str, ...]:
        if self.socket_path:
            return ("-S", self.socket_path)
        return ("-L", self.socket_name) if self.socket_name else ()


def utf8_locale(environment: Mapping[str, str]) -> str:
    """Return the environment's UTF-8 locale, or one that every system has; without it `❯` would become `_`."""
    for name in ("LC_ALL", "LC_CTYPE", "LANG"):
        value = environment.get(name, "")
        if re.search(r"utf-?8", value, re.IGNORECASE):
            return value
    return "C.UTF-8"


def joined(commands: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """Return several commands as the words of one process; an argument's own trailing `;` stays an argument's."""
    words: list[str] = []
    for command in commands:
        if words:
            words.append(";")
        words += [f"{word[:-1]}\\;" if word.endswith(";") else word for word in command]
    return tuple(words)
