"""Everything that is done to tasks' worktrees, one step at a time: git locks the whole repository for most of it."""

from __future__ import annotations

import threading

from amp_fsm.errors import WorkspaceError
from amp_fsm.model.record import Action
from amp_fsm.model.workspace import Workspace
from amp_fsm.ports import Repository


class Worktrees:
    """The worktrees of one project while a plan is performed.  Safe for threads."""

    def __init__(self, repository: Repository | None) -> None:
        """Work on `repository`, if the world has one."""
        self._repository = repository
        self._lock = threading.Lock()

    def perform(self, action: Action) -> str:
        """Do one step of one worktree and return what was done, in words.

        Raises:
            WorkspaceError: it cannot be done.
        """
        if self._repository is None:
            raise WorkspaceError("there is no repository")
        workspace = Workspace(folder=action.cwd, branch=action.target)
        with self._lock:
            match action.what:
                case "create":
                    return self._repository.create(workspace)
                case "commit":
                    return self._repository.commit(workspace, action.text)
                case "merge":
                    return self._repository.merge(workspace, action.text)
                case _:
                    return self._repository.clean(workspace)
