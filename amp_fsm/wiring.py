"""The composition root: the only place that knows every adapter.  What few projects use is loaded for those alone."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from amp_fsm.config.loaded import Loaded
from amp_fsm.errors import InvalidConfigError
from amp_fsm.model.panes import sockets_of
from amp_fsm.model.project import Project
from amp_fsm.ports import Clock, Notifier, Terminal, World
from amp_fsm.world.clock import SystemClock
from amp_fsm.world.config_files import cached_project, load_project, schema_text
from amp_fsm.world.events import LocalEvents
from amp_fsm.world.files import LocalFiles
from amp_fsm.world.git import GitRepository
from amp_fsm.world.notifier import OperatorNotifier
from amp_fsm.world.runner import LocalRunner
from amp_fsm.world.sqlite import SqliteStore
from amp_fsm.world.tmux import TmuxTerminal

if TYPE_CHECKING:
    from amp_fsm.world.outbox import Outbox


def load(path: str | Path, environment: Mapping[str, str]) -> Loaded:
    """Return the configuration at `path` with all its problems."""
    return load_project(str(path), environment)


def project_at(path: str | Path, environment: Mapping[str, str], *, keep: bool = False) -> Project:
    """Return the project at `path`; `keep` leaves a compiled copy in the user's cache folder, for the next time.

    Raises:
        InvalidConfigError: it cannot be used; the error holds every problem.
    """
    loaded = cached_project(str(path), environment, keep=keep)
    if loaded.project is None:
        raise InvalidConfigError(loaded.problems)
    return loaded.project


def build(
    project: Project,
    *,
    environment: Mapping[str, str],
    clock: Clock | None = None,
    notifier: Notifier | None = None,
    durable: bool = True,
) -> World:
    """Return the real world of a project; nothing is opened, started or written by building it.

    Not `durable`: its store need not survive a loss of power.
    """
    clock = clock or SystemClock()
    return World(
        terminal=_terminal(project, environment),
        files=LocalFiles(project.root),
        runner=LocalRunner(project.store, root=project.root, environment=environment),
        clock=clock,
        notifier=notifier or OperatorNotifier(outbox=_outbox(project)),
        store=SqliteStore(project.store, clock=clock, durable=durable),
        repository=GitRepository(project.root, environment=environment),
        events=LocalEvents(project.root, wake=clock.wake) if isinstance(clock, SystemClock) else None,
        environment=environment,
        schema=schema_text,
    )


def _terminal(project: Project, environment: Mapping[str, str]) -> Terminal:
    servers = {socket: TmuxTerminal(socket, environment=environment) for socket in sockets_of(project)}
    if len(servers) == 1:
        return next(iter(servers.values()))
    from amp_fsm.world.many_terminals import ManyTerminals

    return ManyTerminals(servers)


def _outbox(project: Project) -> Outbox | None:
    if not project.notifications:
        return None
    from amp_fsm.world.apprise_send import send
    from amp_fsm.world.outbox import Outbox

    return Outbox(project.store, project.name, project.notifications, send)
