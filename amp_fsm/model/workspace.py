"""Where a task is worked on: the project's folder, or a git worktree with a branch of the task's own."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

FACTS = (
    "wants_worktree",
    "workspace_ready",
    "workspace_blocked",
    "workspace_committed",
    "workspace_merged",
    "merge_conflict",
    "merge_ready",
)
"""What guards may ask of a task's workspace; of a task in the shared folder only `workspace_ready` is true."""


class WorkspaceKind(StrEnum):
    """Where a task's work is done."""

    SHARED = "shared"
    WORKTREE = "worktree"


class Merge(StrEnum):
    """Who merges what was verified: we (`auto`), or a person (`ask`)."""

    AUTO = "auto"
    ASK = "ask"


@dataclass(frozen=True, slots=True, kw_only=True)
class WorktreesSpec:
    """How worktrees are made.

    Attributes:
        folder: absolute path of the folder that holds them.
        branch: pattern of a branch's name; `{task}` stands for the task's id.
        message: template of the message of the commit and of the merge.
    """

    folder: str = ""
    branch: str = "amp-fsm/{task}"
    message: str = "{{ task.id }}: {{ task.title }}"
    merge: Merge = Merge.AUTO


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """One task's worktree: its folder (absolute) and its branch."""

    folder: str
    branch: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkspaceSeen:
    """How a worktree stands.

    Attributes:
        ready: it is there, on its branch.
        blocked: why it can neither be used nor made; empty when it can.
        committed: nothing in it waits to be committed.
        merged: its branch is part of what the root has checked out.
        conflict: the files that a merge would leave in conflict; empty: none.
        root_busy: why nothing can be merged into the root now; empty: something can.
    """

    ready: bool = False
    blocked: str = ""
    committed: bool = False
    merged: bool = False
    conflict: str = ""
    root_busy: str = ""
