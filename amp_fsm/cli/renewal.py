"""The configuration while a loop runs: read again whenever it changed.  A wrong one is said once and not used."""

from __future__ import annotations

import os
from collections.abc import Callable
from shlex import join

from amp_fsm.config.problems import format_problem
from amp_fsm.engine.calls import Calls
from amp_fsm.errors import AmpFsmError, InvalidConfigError
from amp_fsm.model.panes import sockets_of
from amp_fsm.model.project import Project
from amp_fsm.wiring import project_at


class Renewal:
    """Returns the project as its file has it by now; the one that is given while that is no other, or is wrong.

    What it has to say of one state of the file is said once; asked by SIGHUP it says it again, with every problem.
    """

    def __init__(
        self, config: str, *, say: Callable[[str], None], calls: Calls, done: Callable[[], None] = lambda: None
    ) -> None:
        """Follow the file `config`; `done` hears when a renewal that was called for is over, whatever came of it."""
        self._config = config
        self._tell = say
        self._calls = calls
        self._done = done
        self._said = ""

    def __call__(self, project: Project) -> Project:
        """Return the project to go on with."""
        if not self._calls.anew:
            return self._renewed(project)
        self._calls.anew, self._said = False, ""
        try:
            return self._renewed(project, in_full=True)
        finally:
            self._done()

    def _renewed(self, project: Project, *, in_full: bool = False) -> Project:
        try:
            fresh = project_at(self._config, os.environ, keep=True)
        except AmpFsmError as error:
            self._refuse(error, in_full=in_full)
            return project
        if fresh.digest == project.digest:
            if in_full:
                self._tell(f"{self._config} was read anew: it did not change")
            self._said = ""
            return project
        fixed = _fixed(project, fresh)
        if fixed:
            self._say(f"{self._config} has another {fixed}: that is not taken up before the next start")
            return project
        self._say(f"{self._config} changed: going on with it")
        return fresh

    def _refuse(self, error: AmpFsmError, *, in_full: bool) -> None:
        if in_full and isinstance(error, InvalidConfigError):
            for problem in error.problems:
                self._tell(format_problem(problem))
        again = join(["amp-fsm", "validate", self._config])
        self._say(f"{error}: going on with the last good one (see: {again})")

    def _say(self, text: str) -> None:
        if text != self._said:
            self._tell(text)
        self._said = text


def _fixed(before: Project, after: Project) -> str:
    """Return what changed of the things that a running loop is built on; empty for nothing."""
    built_on: dict[str, tuple[object, object]] = {
        "project name": (before.name, after.name),
        "root": (before.root, after.root),
        "store": (before.store, after.store),
        "tmux socket": (set(), set(sockets_of(after)) - set(sockets_of(before))),
    }
    return next((what for what, (old, new) in built_on.items() if old != new), "")
