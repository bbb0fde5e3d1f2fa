"""The world: every port, as one value.  Made by `wiring` or a rehearsal, given to whatever of `engine` needs one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from amp_fsm.ports.clock import Clock
from amp_fsm.ports.events import Events
from amp_fsm.ports.files import Files
from amp_fsm.ports.notifier import Notifier
from amp_fsm.ports.repository import Repository
from amp_fsm.ports.runner import Runner
from amp_fsm.ports.store import Store
from amp_fsm.ports.terminal import Terminal


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Every port, as one value.

    Attributes:
        events: None: nobody tells, and whoever watches looks.
        schema: returns the JSON Schema of configurations, by which proposed tasks are read.
    """

    terminal: Terminal
    files: Files
    runner: Runner
    clock: Clock
    notifier: Notifier
    store: Store
    repository: Repository | None = None
    events: Events | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    schema: Callable[[], str] = str
