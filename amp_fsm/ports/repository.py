"""The port of worktrees and branches: `Repository`.  `world.git` keeps its word."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from amp_fsm.model.seen import Failed, Recent
from amp_fsm.model.workspace import Workspace, WorkspaceSeen


class Repository(Protocol):
    """Worktrees and branches of the repository that holds the project's root.

    Every effect may be asked for again: what is done already is left as it is.  What was not committed is never
    removed, a branch that is not merged is never deleted, and a merge that would conflict changes nothing.

    Raises (every method but `look`):
        WorkspaceError: git refused it, is not on this machine, or did not end in time.
    """

    def look(self, wanted: Sequence[Workspace]) -> Mapping[str, WorkspaceSeen | Failed]:
        """Return how each worktree stands, by its folder; changes nothing."""

    def create(self, workspace: Workspace) -> str:
        """Make the worktree and its branch from what the root has checked out, and say what was done."""

    def commit(self, workspace: Workspace, message: str) -> str:
        """Commit all that is in the worktree, and say what was done."""

    def merge(self, workspace: Workspace, message: str) -> str:
        """Merge the branch into what the root has checked out, and say what was done."""

    def clean(self, workspace: Workspace) -> str:
        """Remove the worktree and its branch, if that loses nothing, and say what was done."""

    def recent(self) -> Recent | Failed:
        """Return the newest commits, and the files that are not committed; both bounded."""

    def diff(self, workspace: Workspace) -> str:
        """Return what the task changed since it left the root's branch."""
