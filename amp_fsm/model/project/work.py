"""What is to be done, and how it is known to be done: kinds, tasks, checks, deliverables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from amp_fsm.model.review import ReviewSpec
from amp_fsm.model.workspace import WorkspaceKind


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckSpec:
    """A command whose exit code tells whether the work holds.

    Attributes:
        run: argv; never a shell.
        timeout: seconds.
        inputs: globs, relative to the root, whose contents decide whether an earlier result still counts.
        exclusive: checks of the same group never run side by side.
        attempts: how often a lost run is started again.
    """

    name: str
    run: tuple[str, ...]
    timeout: float = 600.0
    inputs: tuple[str, ...] = ()
    exclusive: str = ""
    attempts: int = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Deliverable:
    """A file (or glob) that a task must leave behind, relative to the root.

    Attributes:
        newer: it must have been written after the task was assigned.
    """

    file: str
    min_bytes: int = 1
    contains: str = ""
    newer: bool = False


class Priority(StrEnum):
    """How urgent a task is.  HAUTE, MOYENNE and BASSE are read too."""

    HIGH = "HIGH"
    MEDIUM = "MEDIUM"
    LOW = "LOW"


@dataclass(frozen=True, slots=True, kw_only=True)
class KindSpec:
    """What tasks of one kind have in common."""

    name: str
    prompt: str
    skills: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()
    workspace: WorkspaceKind = WorkspaceKind.SHARED
    review: ReviewSpec | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """When a task should be done: at a moment, or so many seconds after it came into the queue.

    Attributes:
        at: ISO 8601, local time unless it names its zone; empty: `after` counts.
    """

    at: str = ""
    after: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskSpec:
    """One task.

    Attributes:
        exclusive: groups of which no two tasks are ever held at the same time.
        minutes: how long it is thought to take; 0: nobody said.
        brief: what the kind's prompt tells about it: key to text, or to a list of texts.
        review: who reviews it before it counts as done; None: nobody.
        errand: which errand it is (see `model.errand`); empty for an ordinary task.
        only: the only agent that may get it; empty: whoever has the skills.
        by: who proposed it, in words; empty for a task of the configuration.  held: why nobody gets it yet.
        deliverables, checks, skills, workspace: those of its kind are already merged in.
        order: its place in the configuration; ties of priority are broken by it.
    """

    id: str
    kind: str
    title: str
    priority: Priority = Priority.MEDIUM
    needs: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    prefer: tuple[str, ...] = ()
    avoid: tuple[str, ...] = ()
    exclusive: tuple[str, ...] = ()
    deadline: Deadline | None = None
    minutes: float = 0.0
    deliverables: tuple[Deliverable, ...] = ()
    checks: tuple[str, ...] = ()
    brief: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)
    workspace: WorkspaceKind = WorkspaceKind.SHARED
    review: ReviewSpec | None = None
    errand: str = ""
    only: str = ""
    by: str = ""
    held: str = ""
    order: int = 0
    machine: str = "task"

    @property
    def address(self) -> str:
        """The subject's address, `task/ID`."""
        return f"task/{self.id}"
