"""What a command works on: the project and its world, or an error that says what is missing.  Changes nothing."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

from amp_fsm.errors import ProgramMissingError

if TYPE_CHECKING:
    from amp_fsm.model.project import Project
    from amp_fsm.ports import World


def open_project(config: str, *, keep: bool = False) -> tuple[Project, World]:
    """Return a project and its world; `keep` leaves a compiled copy in the user's cache folder, for the next command.

    Raises:
        InvalidConfigError: the configuration cannot be used.
    """
    # Here, so that `--help` of every command stays quick.
    from amp_fsm.wiring import build, project_at

    project = project_at(config, os.environ, keep=keep)
    return project, build(project, environment=os.environ)


def open_recorded(config: str, *, with_terminal: bool = False) -> tuple[Project, World]:
    """Return a project with the tasks that its record keeps besides the configuration's, and its world.

    Raises:
        InvalidConfigError: the configuration cannot be used.
        ProgramMissingError: `with_terminal` is asked for, and tmux is not on this machine.
    """
    from amp_fsm.model.desired import desired

    project, world = open_with_terminal(config) if with_terminal else open_project(config)
    return desired(project, world.store.load()), world


def open_with_terminal(config: str, *, keep: bool = False) -> tuple[Project, World]:
    """Return a project and its world, whose terminal can be looked at; for `keep` see `open_project`.

    Raises:
        InvalidConfigError: the configuration cannot be used.
        ProgramMissingError: tmux is not on this machine.
    """
    opened = open_project(config, keep=keep)
    if shutil.which("tmux") is None:
        raise ProgramMissingError("tmux not found on PATH", hint="install tmux 3.2 or newer")
    return opened
