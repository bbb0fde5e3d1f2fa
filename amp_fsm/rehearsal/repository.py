"""The git repository of a scratch copy: made for the rehearsal's worktrees, and what others do in it meanwhile.

Runs git only below the scratch folder, whatever the environment says about repositories, without hooks and signatures.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable
from pathlib import Path

from amp_fsm.errors import WorkspaceError

SECONDS = 60.0
_SETTINGS = (
    "core.hooksPath=/dev/null",
    "commit.gpgsign=false",
    "user.name=rehearsal",
    "user.email=rehearsal@localhost",
)


def found_repository(root: Path) -> str:
    """Make `root` a repository whose first commit holds what is there; return why that failed, empty when it did not.

    Nothing of a repository that `root` may lie in is touched.
    """
    try:
        _git(root, "init", "--quiet", "--initial-branch=main")
        _git(root, "add", "--all", "--force")
        _git(root, "commit", "--quiet", "--allow-empty", "-m", "as it was before the rehearsal")
    except WorkspaceError as error:
        return str(error)
    return ""


def commit_meanwhile(root: Path, files: Iterable[str]) -> None:
    """Commit other contents of `files` (below `root`), as somebody would who worked on the same at the same time.

    Raises:
        WorkspaceError: git did not commit them.
    """
    for name in files:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("written by somebody else meanwhile\n", encoding="utf-8")
        _git(root, "add", "--force", "--", name)
    _git(root, "commit", "--quiet", "-m", "somebody else's work")


def merge_by_hand(root: Path, branch: str, take: str) -> None:
    """Merge a branch as a person would: where both sides changed the same, `take` (`ours`, `theirs`) counts.

    Raises:
        WorkspaceError: git did not merge it.
    """
    _git(root, "merge", "--quiet", "--no-edit", "-X", take, branch)


def _git(root: Path, *words: str) -> None:
    env = {name: text for name, text in os.environ.items() if not name.startswith("GIT_")}
    settings = [part for setting in _SETTINGS for part in ("-c", setting)]
    try:
        done = subprocess.run(
            ["git", "-C", str(root), *settings, *words],
            env={**env, "GIT_CEILING_DIRECTORIES": str(root.parent), "GIT_EDITOR": "true"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        message = f"git cannot be run: {error}"
        raise WorkspaceError(message) from error
    if done.returncode != 0:
        message = f"git {words[0]}: {' '.join((done.stderr or done.stdout).split())}"
        raise WorkspaceError(message)
