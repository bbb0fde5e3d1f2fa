from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from amp_fsm.errors import WorkspaceError
from amp_fsm.rehearsal.repository import commit_meanwhile, found_repository, merge_by_hand


def git(folder: Path, *words: str) -> str:
    done = subprocess.run(["git", "-C", str(folder), *words], capture_output=True, text=True, check=True)
    return done.stdout


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    copy = tmp_path / "copy"
    copy.mkdir()
    (copy / "a.py").write_text("a = 1\n")
    assert found_repository(copy) == ""
    return copy


def test_what_was_copied_is_the_first_commit(copy: Path) -> None:
    assert git(copy, "ls-files").split() == ["a.py"]
    assert git(copy, "status", "--porcelain") == ""


def test_the_repository_around_the_copy_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    outer = tmp_path / "outer"
    (outer / "copy").mkdir(parents=True)
    git(outer.parent, "init", "--quiet", str(outer))
    monkeypatch.setenv("GIT_DIR", str(outer / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(outer))
    assert found_repository(outer / "copy") == ""
    monkeypatch.delenv("GIT_DIR")
    monkeypatch.delenv("GIT_WORK_TREE")
    assert git(outer, "for-each-ref") == ""
    assert git(outer / "copy", "log", "--format=%s").strip() == "as it was before the rehearsal"


def test_without_git_it_is_said_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert found_repository(tmp_path).startswith("git cannot be run")


@pytest.mark.parametrize(
    ("take", "expected"), [("theirs", "a = 2\n"), ("ours", "written by somebody else meanwhile\n")]
)
def test_a_conflict_is_resolved_as_the_scenario_says(copy: Path, take: str, expected: str) -> None:
    git(copy, "branch", "work")
    commit_meanwhile(copy, ["a.py"])
    git(copy, "worktree", "add", "--quiet", str(copy.parent / "tree"), "work")
    (copy.parent / "tree" / "a.py").write_text("a = 2\n")
    git(copy.parent / "tree", "-c", "user.name=x", "-c", "user.email=x@localhost", "commit", "--quiet", "-am", "work")
    merge_by_hand(copy, "work", take)
    assert (copy / "a.py").read_text() == expected


def test_what_git_refuses_is_said(copy: Path) -> None:
    with pytest.raises(WorkspaceError, match="git merge"):
        merge_by_hand(copy, "nowhere", "theirs")
