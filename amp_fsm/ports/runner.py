"""The port of programs without a pane, and of short requests: `Runner`.  `world.runner` keeps its word."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Protocol

from amp_fsm.model.project import HttpExpect
from amp_fsm.model.record import Action
from amp_fsm.model.seen import Failed, HttpSeen, RunSeen, Survivor


class Runner(Protocol):
    """Commands that outlive this process, and short requests."""

    def start(self, action: Action) -> None:
        """Run `action.argv` detached, in a process group of its own, recorded under `action.key`.

        Starting a key that runs or has ended is a no-op.  Raises `ProgramMissingError`.
        """

    def look(self, keys: Iterable[str]) -> Mapping[str, RunSeen]:
        """Return the state of each key that ever ran; executes nothing."""

    def forget(self, key: str) -> None:
        """Drop a lost run so that it can be started again."""

    def missing(self, programs: Iterable[tuple[str, str]]) -> frozenset[tuple[str, str]]:
        """Return those of the pairs of program and folder it would be started in that are not on this machine."""

    def survivors(self, owners: Collection[str], below: Collection[int] = ()) -> Mapping[str, tuple[Survivor, ...]]:
        """Return the processes that live on of what was started for each owner (`model.panes.process_owner`).

        Owners without any are left out.

        `below`: processes of living panes; what descends from them is not looked for.
        """

    def fetch(self, wanted: Mapping[str, HttpExpect]) -> Mapping[str, HttpSeen | Failed]:
        """Ask each URL once, side by side, within its time-out.  A refused connection is unhealthy, not failed."""
