"""The configuration while a loop runs: read again whenever it changed.  A wrong one is said once and not used."""

from __future__ import annotations

import os
from shlex import join

import click

from amp_fsm.errors import AmpFsmError
from amp_fsm.model.panes import sockets_of
from amp_fsm.model.project import Project
from amp_fsm.wiring import project_at


class Renewal:
    """Returns the project as its file has it by now; the one that is given while that is no other, or is wrong."""

    def __init__(self, config: str) -> None:
        """Follow the file `config`."""
        self._config = config
        self._said = ""

    def __call__(self, project: Project) -> Project:
        """Return the project to go on with."""
        try:
            fresh = project_at(self._config, os.environ, keep=True)
        except AmpFsmError as error:
            again = join(["amp-fsm", "validate", self._config])
            self._say(f"{error}: going on with the last good one (see: {again})")
            return project
        if fresh.digest == project.digest:
            self._said = ""
            return project
        fixed = _fixed(project, fresh)
        if fixed:
            self._say(f"{self._config} has another {fixed}: that is not taken up before the next start")
            return project
        self._say(f"{self._config} changed: going on with it")
        return fresh

    def _say(self, text: str) -> None:
        if text != self._said:
            click.echo(f"amp-fsm: {text}", err=True)
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
