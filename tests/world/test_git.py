"""Worktrees of real repositories."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from amp_fsm.errors import WorkspaceError
from amp_fsm.model.seen import Failed, Recent
from amp_fsm.model.workspace import Workspace, WorkspaceSeen
from amp_fsm.world.git import MOST_CHANGED, GitRepository


def git(folder: Path, *words: str) -> str:
    env = {"PATH": os.environ["PATH"], "HOME": str(folder)}
    identity = ("-c", "user.name=someone", "-c", "user.email=someone@localhost")
    argv = ["git", "-C", str(folder), *identity, *words]
    return subprocess.run(argv, env=env, check=True, capture_output=True, text=True).stdout


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "root"
    folder.mkdir()
    git(folder, "init", "--quiet", "--initial-branch=main")
    (folder / "a.txt").write_text("one\n")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "-m", "first")
    return folder


@pytest.fixture
def repository(root: Path) -> GitRepository:
    return GitRepository(str(root), environment={"PATH": os.environ["PATH"], "HOME": str(root.parent)})


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(folder=str(tmp_path / "trees" / "T-1"), branch="amp-fsm/T-1")


def seen(repository: GitRepository, workspace: Workspace) -> WorkspaceSeen:
    found = repository.look([workspace])[workspace.folder]
    assert isinstance(found, WorkspaceSeen)
    return found


def test_work_goes_from_its_worktree_into_the_root(root: Path, repository: GitRepository, workspace: Workspace) -> None:
    assert seen(repository, workspace) == WorkspaceSeen()
    for _ in range(2):  # every step may be asked for again
        repository.create(workspace)
    assert seen(repository, workspace) == WorkspaceSeen(ready=True, committed=True, merged=True)
    (Path(workspace.folder) / "b.txt").write_text("two\n")
    assert "b.txt" in repository.diff(workspace)
    assert not seen(repository, workspace).committed
    assert [repository.commit(workspace, "T-1: two") for _ in range(2)][1] == "nothing to commit"
    assert not (root / "b.txt").exists()
    assert seen(repository, workspace) == WorkspaceSeen(ready=True, committed=True)
    assert [repository.merge(workspace, "T-1: two") for _ in range(2)][1] == "it is merged"
    assert (root / "b.txt").read_text() == "two\n"
    for _ in range(2):
        repository.clean(workspace)
    assert not Path(workspace.folder).exists()
    assert git(root, "branch", "--list", "amp-fsm/*") == ""


def test_a_branch_that_is_not_ours_is_left_alone(root: Path, repository: GitRepository, workspace: Workspace) -> None:
    git(root, "branch", workspace.branch)
    assert seen(repository, workspace).blocked.startswith("the branch amp-fsm/T-1 exists already")
    with pytest.raises(WorkspaceError, match="exists already"):
        repository.create(workspace)


def test_a_folder_that_is_there_is_left_alone(repository: GitRepository, workspace: Workspace) -> None:
    mine = Path(workspace.folder) / "mine.txt"
    mine.parent.mkdir(parents=True)
    mine.write_text("mine")
    assert "exists and is no worktree" in seen(repository, workspace).blocked
    with pytest.raises(WorkspaceError, match="exists and is no worktree"):
        repository.create(workspace)
    assert mine.read_text() == "mine"


def test_a_creation_that_was_killed_goes_on(root: Path, repository: GitRepository, workspace: Workspace) -> None:
    git(root, "config", f"branch.{workspace.branch}.ampfsm", workspace.folder)
    git(root, "branch", workspace.branch)
    assert seen(repository, workspace) == WorkspaceSeen()
    repository.create(workspace)
    assert seen(repository, workspace).ready


def test_a_worktree_that_git_had_not_filled_is_filled(
    root: Path, repository: GitRepository, workspace: Workspace
) -> None:
    repository.create(workspace)
    git(root, "worktree", "lock", "--reason", "initializing", workspace.folder)
    (Path(workspace.folder) / "a.txt").unlink()
    assert not seen(repository, workspace).ready
    repository.create(workspace)
    assert seen(repository, workspace) == WorkspaceSeen(ready=True, committed=True, merged=True)


def test_a_conflict_changes_nothing(root: Path, repository: GitRepository, workspace: Workspace) -> None:
    repository.create(workspace)
    (Path(workspace.folder) / "a.txt").write_text("theirs\n")
    repository.commit(workspace, "theirs")
    (root / "a.txt").write_text("ours\n")
    git(root, "commit", "--quiet", "--all", "-m", "ours")
    head = git(root, "rev-parse", "HEAD")
    assert seen(repository, workspace).conflict == "a merge would conflict in a.txt"
    with pytest.raises(WorkspaceError, match=r"conflict in a\.txt"):
        repository.merge(workspace, "merge")
    with pytest.raises(WorkspaceError, match="is not merged"):
        repository.clean(workspace)
    assert (git(root, "rev-parse", "HEAD"), (root / "a.txt").read_text()) == (head, "ours\n")
    assert git(root, "status", "--porcelain") == ""
    assert (Path(workspace.folder) / "a.txt").read_text() == "theirs\n"


def test_nothing_is_merged_into_a_root_with_changes(
    root: Path, repository: GitRepository, workspace: Workspace
) -> None:
    repository.create(workspace)
    (Path(workspace.folder) / "b.txt").write_text("two\n")
    repository.commit(workspace, "two")
    (root / "a.txt").write_text("not committed\n")
    assert seen(repository, workspace).root_busy.endswith("not committed: a.txt")
    with pytest.raises(WorkspaceError, match="not committed"):
        repository.merge(workspace, "merge")
    assert (root / "a.txt").read_text() == "not committed\n"


def test_a_worktree_with_changes_is_never_removed(repository: GitRepository, workspace: Workspace) -> None:
    repository.create(workspace)
    late = Path(workspace.folder) / "late.txt"
    late.write_text("written after the merge")
    with pytest.raises(WorkspaceError, match="worktree"):
        repository.clean(workspace)
    assert late.exists()


def test_hooks_of_the_repository_do_not_run(root: Path, repository: GitRepository, workspace: Workspace) -> None:
    for name in ("post-checkout", "pre-commit", "commit-msg", "post-merge"):
        hook = root / ".git" / "hooks" / name
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(f"#!/bin/sh\ntouch {root}/ran-{name}\nexit 1\n")
        hook.chmod(0o755)
    repository.create(workspace)
    (Path(workspace.folder) / "b.txt").write_text("two\n")
    repository.commit(workspace, "two")
    repository.merge(workspace, "merge")
    assert list(root.glob("ran-*")) == []


def test_a_folder_without_a_repository_is_said(tmp_path: Path, workspace: Workspace) -> None:
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    repository = GitRepository(str(tmp_path), environment=environment)
    assert "not a git repository" in seen(repository, workspace).blocked
    with pytest.raises(WorkspaceError, match="not a git repository"):
        repository.create(workspace)


def test_a_machine_without_git_is_said(root: Path, workspace: Workspace, tmp_path: Path) -> None:
    repository = GitRepository(str(root), environment={"PATH": str(tmp_path)})
    assert seen(repository, workspace).blocked == "git cannot be run: No such file or directory"
    with pytest.raises(WorkspaceError, match="git cannot be run"):
        repository.diff(workspace)


def test_what_changed_lately_is_told_and_bounded(root: Path, repository: GitRepository) -> None:
    (root / "b c.txt").write_text("two\n")
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "-m", "second: an \x1b odd one")
    (root / "open.txt").write_text("not committed\n")
    found = repository.recent()
    assert isinstance(found, Recent)
    assert [(one.author, one.subject, one.files) for one in found.revisions] == [
        ("someone", "second: an \x1b odd one", ("b c.txt",)),
        ("someone", "first", ("a.txt",)),
    ]
    assert found.changed == ("open.txt",)
    for number in range(MOST_CHANGED + 5):
        (root / f"new-{number:03}.txt").write_text("x")
    again = repository.recent()
    assert isinstance(again, Recent)
    assert len(again.changed) == MOST_CHANGED


def test_without_a_repository_or_a_commit_nothing_has_changed(tmp_path: Path) -> None:
    folder = GitRepository(str(tmp_path), environment={"PATH": os.environ["PATH"], "HOME": str(tmp_path)})
    assert folder.recent() == Recent()
    git(tmp_path, "init", "--quiet")
    (tmp_path / "caf\u00e9.txt").write_text("new\n")
    assert folder.recent() == Recent(changed=("caf\u00e9.txt",))


def test_a_repository_that_cannot_be_read_tells_why(root: Path, repository: GitRepository) -> None:
    (root / ".git" / "HEAD").write_text("ref: refs/heads/main\n")
    (root / ".git" / "refs" / "heads" / "main").write_text("0123456789abcdef0123456789abcdef01234567\n")
    found = repository.recent()
    assert isinstance(found, Failed)
    assert found.reason.startswith("git: ")
