"""The `git` command, bounded in time, without hooks, prompts, editors or signatures.  The only place that runs it."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from dataclasses import dataclass

from amp_fsm.errors import WorkspaceError

TIMEOUT = 60.0
"""Seconds that one git command may take."""

_SETTINGS = ("core.hooksPath=/dev/null", "core.fsmonitor=false", "commit.gpgsign=false", "gc.auto=0")
_QUIET = {"GIT_TERMINAL_PROMPT": "0", "GIT_EDITOR": "true", "GIT_ASKPASS": "true", "LC_ALL": "C"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a command that ended came to."""

    code: int
    out: str
    error: str


class GitCommand:
    """Runs git in one repository."""

    def __init__(self, root: str, *, environment: Mapping[str, str]) -> None:
        """Run nothing yet; `environment` is the operator's, of which git's own variables are left out."""
        self._root = root
        self._env = {name: text for name, text in environment.items() if not name.startswith("GIT_")} | _QUIET

    def do(self, *words: str, at: str = "") -> str:
        """Run a command that must succeed, in the folder `at` (empty: the root), and return what it printed.

        Raises:
            WorkspaceError: it refused, cannot be run, or did not end in time.
        """
        said = self.ask(*words, at=at)
        if said.code != 0:
            what = next(word for word in words if not word.startswith("-") and "=" not in word)
            message = f"git {what}: {' '.join((said.error or said.out).split()) or f'exit code {said.code}'}"
            raise WorkspaceError(message)
        return said.out

    def ask(self, *words: str, at: str = "") -> Said:
        """Run a command whose exit code is an answer, and return what it said.

        Raises:
            WorkspaceError: it cannot be run, or did not end in time.
        """
        settings = [part for setting in _SETTINGS for part in ("-c", setting)]
        argv = ["git", "-C", at or self._root, *settings, *words]
        try:
            done = subprocess.run(
                argv, env=self._env, stdin=subprocess.DEVNULL, capture_output=True, timeout=TIMEOUT, check=False
            )
        except subprocess.TimeoutExpired:
            message = f"git {words[0]} did not end within {TIMEOUT:.0f}s"
            raise WorkspaceError(message) from None
        except OSError as error:
            message = f"git cannot be run: {error.strerror or error}"
            raise WorkspaceError(message, hint="install git, or give the task `workspace: shared`") from None
        return Said(code=done.returncode, out=_text(done.stdout), error=_text(done.stderr))


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")
