"""`task diff` on a real worktree."""

from __future__ import annotations

from pathlib import Path

from tests.configured_team import Home, run
from tests.world.test_git import git


def test_the_diff_of_a_worktree_is_shown_and_a_shared_task_has_none(tmp_path: Path) -> None:
    home = Home(folder=tmp_path).write()
    assert "not in a worktree" in run("task", "diff", home.config, "T-1").err
    config = Path(home.config)
    config.write_text(config.read_text().replace("prompt: code}", "prompt: code, workspace: worktree}"))
    assert "not a git repository" in run("task", "diff", home.config, "T-1").err
    git(tmp_path, "init", "--quiet", "--initial-branch=main")
    git(tmp_path, "commit", "--quiet", "--allow-empty", "-m", "first")
    assert "there is no worktree" in run("task", "diff", home.config, "T-1").err
    tree = tmp_path / ".amp-fsm" / "crew" / "worktrees" / "T-1"
    git(tmp_path, "config", "branch.amp-fsm/T-1.ampfsm", str(tree))
    git(tmp_path, "worktree", "add", "--quiet", "-b", "amp-fsm/T-1", str(tree))
    (tree / "greeting.txt").write_text("hello")
    said = run("task", "diff", home.config, "T-1")
    assert (said.code, said.out) == (0, "new file, not committed: greeting.txt\n")
