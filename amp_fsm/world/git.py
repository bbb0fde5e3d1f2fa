"""Git worktrees and branches: the `Repository` port over `git_command`.

A merge is worked out in the object store before the root's tree is touched, so that a conflict leaves nothing to undo.
Nothing that was not committed is ever removed.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from amp_fsm.errors import WorkspaceError
from amp_fsm.model.seen import Failed, Recent, Revision
from amp_fsm.model.workspace import Workspace, WorkspaceSeen
from amp_fsm.world.git_command import GitCommand, Said

MOST_REVISIONS = 15
MOST_CHANGED = 40
"""Commits, and files of one of them or not committed, that are told of the recent past."""

MARK = "ampfsm"
"""Our entry in a branch's section of the repository's configuration: the folder that we make its worktree in."""

_INITIALIZING = "locked initializing"
"""What git says of a worktree while it fills it for the first time, also when it was killed then."""

_NOTHING_YET = ("not a git repository", "does not have any commits yet")
"""What git says where it provably knows of no commit."""

_UNQUOTED = ("-c", "core.quotePath=false")


class GitRepository:
    """The repository that holds the project's root."""

    def __init__(self, root: str, *, environment: Mapping[str, str]) -> None:
        """Look at nothing yet; `environment` is the operator's, of which git's own variables are left out."""
        self._root = root
        self._command = GitCommand(root, environment=environment)

    def look(self, wanted: Sequence[Workspace]) -> Mapping[str, WorkspaceSeen | Failed]:
        """Return how each worktree stands, by its folder."""
        try:
            trees = self._worktrees()
            busy = self._root_busy()
        except WorkspaceError as error:
            return {one.folder: WorkspaceSeen(blocked=str(error)) for one in wanted}
        return {one.folder: self._seen(one, trees, busy) for one in wanted}

    def create(self, workspace: Workspace) -> str:
        """Make the worktree and its branch from what the root has checked out, and say what was done."""
        tree = self._worktrees().get(_real(workspace.folder), ())
        if tree:
            return self._completed(workspace, tree)
        blocked = self._blocked(workspace, tree)
        if blocked:
            raise WorkspaceError(blocked)
        Path(workspace.folder).parent.mkdir(parents=True, exist_ok=True)
        if self._branch_exists(workspace.branch):  # ours, of a run that was killed before the worktree was there
            self._command.do("worktree", "add", workspace.folder, workspace.branch)
        else:
            self._command.do("config", f"branch.{workspace.branch}.{MARK}", workspace.folder)
            self._command.do("worktree", "add", "--no-track", "-b", workspace.branch, workspace.folder, "HEAD")
        return f"made {workspace.folder} on {workspace.branch}"

    def commit(self, workspace: Workspace, message: str) -> str:
        """Commit all that is in the worktree, and say what was done."""
        self._require(workspace)
        if not self._command.do("status", "--porcelain", at=workspace.folder):
            return "nothing to commit"
        self._command.do("add", "--all", at=workspace.folder)
        self._command.do(*self._identity(), "commit", "--quiet", "--no-verify", "-m", message, at=workspace.folder)
        return f"committed to {workspace.branch}"

    def merge(self, workspace: Workspace, message: str) -> str:
        """Merge the branch into what the root has checked out, and say what was done."""
        if self._merged(workspace.branch):
            return "it is merged"
        busy = self._root_busy()
        if busy:
            raise WorkspaceError(busy)
        said = self._merge_tree(workspace.branch)
        if said.code != 0:
            raise WorkspaceError(_conflict(said))
        tree = said.out.splitlines()[0]
        tips = ("-p", "HEAD", "-p", _ref(workspace.branch))
        made = self._command.do(*self._identity(), "commit-tree", tree, *tips, "-m", message)
        self._command.do("merge", "--ff-only", "--quiet", made.strip())
        return f"merged {workspace.branch}"

    def clean(self, workspace: Workspace) -> str:
        """Remove the worktree and its branch, if that loses nothing, and say what was done."""
        if self._branch_exists(workspace.branch) and not self._merged(workspace.branch):
            message = f"{workspace.branch} is not merged: it and {workspace.folder} are kept"
            raise WorkspaceError(message)
        if _real(workspace.folder) in self._worktrees():
            self._command.do("worktree", "remove", workspace.folder)
        if self._branch_exists(workspace.branch):
            self._command.do("branch", "--quiet", "-d", workspace.branch)
        return "it is gone"

    def diff(self, workspace: Workspace) -> str:
        """Return what the task changed since it left the root's branch: committed, not committed, and new files."""
        self._require(workspace)
        base = self._command.do("merge-base", "HEAD", _ref(workspace.branch)).strip()
        changed = self._command.do("diff", "--no-ext-diff", "--no-textconv", base, at=workspace.folder)
        new = self._command.do("ls-files", "--others", "--exclude-standard", at=workspace.folder)
        return changed + "".join(f"new file, not committed: {name}\n" for name in new.splitlines())

    def recent(self) -> Recent | Failed:
        """Return the newest commits, and the files that are not committed; both bounded."""
        log = ("log", f"-{MOST_REVISIONS}", "--name-only", "--format=%x1e%h%x1f%ct%x1f%an%x1f%s%x1f")
        try:
            told, changed = self._command.ask(*_UNQUOTED, *log), self._command.ask(*_UNQUOTED, "status", "--porcelain")
        except WorkspaceError as error:
            return Failed(reason=str(error))
        for said in (told, changed):
            if said.code != 0 and not any(nothing in said.error for nothing in _NOTHING_YET):
                return Failed(reason=f"git: {' '.join(said.error.split())}")
        return Recent(
            revisions=tuple(_revision(one) for one in told.out.split("\x1e")[1:]),
            changed=tuple(line[3:] for line in changed.out.splitlines()[:MOST_CHANGED]),
        )

    # ---- looking -------------------------------------------------------------------------------------------------

    def _seen(self, workspace: Workspace, trees: Mapping[str, Sequence[str]], busy: str) -> WorkspaceSeen | Failed:
        try:
            tree = trees.get(_real(workspace.folder), ())
            blocked = self._blocked(workspace, tree)
            if blocked or not tree or _INITIALIZING in tree:
                return WorkspaceSeen(blocked=blocked, root_busy=busy)
            merged = self._merged(workspace.branch)
            said = None if merged else self._merge_tree(workspace.branch)
            return WorkspaceSeen(
                ready=True,
                committed=not self._command.do("status", "--porcelain", at=workspace.folder),
                merged=merged,
                conflict=_conflict(said) if said is not None and said.code != 0 else "",
                root_busy=busy,
            )
        except WorkspaceError as error:
            return Failed(reason=str(error))

    def _blocked(self, workspace: Workspace, tree: Sequence[str]) -> str:
        if tree:
            on = f"branch {_ref(workspace.branch)}" in tree
            return "" if on else f"the worktree {workspace.folder} is not on branch {workspace.branch}"
        if os.path.lexists(workspace.folder):
            return f"the folder {workspace.folder} exists and is no worktree of {self._root}"
        if self._branch_exists(workspace.branch) and self._mark(workspace.branch) != workspace.folder:
            return f"the branch {workspace.branch} exists already, and was not made for this task"
        return ""

    def _worktrees(self) -> Mapping[str, Sequence[str]]:
        """Return the lines that git tells of each worktree, by its real folder; one whose folder is gone is none."""
        blocks = self._command.do("worktree", "list", "--porcelain").strip().split("\n\n")
        told = {_real(b.splitlines()[0].removeprefix("worktree ")): tuple(b.splitlines()[1:]) for b in blocks if b}
        return {folder: lines for folder, lines in told.items() if Path(folder).is_dir()}

    def _root_busy(self) -> str:
        if self._command.ask("symbolic-ref", "--quiet", "HEAD").code != 0:
            return f"{self._root} has no branch checked out"
        changed = self._command.do("status", "--porcelain", "--untracked-files=no").splitlines()
        return f"{self._root} has changes that are not committed: {changed[0][3:]}" if changed else ""

    def _merge_tree(self, branch: str) -> Said:
        said = self._command.ask("merge-tree", "--write-tree", "--name-only", "--no-messages", "HEAD", _ref(branch))
        if said.code > 1:
            message = f"git cannot tell how {branch} would merge (2.38 or newer is needed): {said.error}"
            raise WorkspaceError(message)
        return said

    def _merged(self, branch: str) -> bool:
        return self._command.ask("merge-base", "--is-ancestor", _ref(branch), "HEAD").code == 0

    def _branch_exists(self, branch: str) -> bool:
        return self._command.ask("show-ref", "--verify", "--quiet", _ref(branch)).code == 0

    def _mark(self, branch: str) -> str:
        return self._command.ask("config", "--get", f"branch.{branch}.{MARK}").out.strip()

    # ---- doing ---------------------------------------------------------------------------------------------------

    def _completed(self, workspace: Workspace, tree: Sequence[str]) -> str:
        blocked = self._blocked(workspace, tree)
        if blocked:
            raise WorkspaceError(blocked)
        if _INITIALIZING in tree:  # killed while git filled it: no agent was ever told of it
            self._command.do("reset", "--quiet", "--hard", at=workspace.folder)
            self._command.do("worktree", "unlock", workspace.folder)
        return f"{workspace.folder} is there"

    def _require(self, workspace: Workspace) -> None:
        tree = self._worktrees().get(_real(workspace.folder), ())
        blocked = self._blocked(workspace, tree) if tree else f"there is no worktree {workspace.folder}"
        if blocked:
            raise WorkspaceError(blocked)

    def _identity(self) -> tuple[str, ...]:
        known = all(self._command.ask("config", "--get", name).out.strip() for name in ("user.name", "user.email"))
        return () if known else ("-c", "user.name=amp-fsm", "-c", "user.email=amp-fsm@localhost")


def _revision(told: str) -> Revision:
    name, at, author, subject, files = told.split("\x1f", 4)
    named = tuple(line for line in files.splitlines() if line)[:MOST_CHANGED]
    return Revision(id=name, at=float(at), author=author, subject=subject, files=named)


def _ref(branch: str) -> str:
    return f"refs/heads/{branch}"


def _real(folder: str) -> str:
    return str(Path(folder).resolve())


def _conflict(said: Said) -> str:
    return "a merge would conflict in " + ", ".join(said.out.split("\n\n")[0].splitlines()[1:])
