"""Tasks in worktrees of a real repository, on a day of the practice team over fakes."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from amp_fsm.model.project import Project
from amp_fsm.model.workspace import Merge, WorkspaceKind, WorktreesSpec
from amp_fsm.ports import World
from amp_fsm.world.git import GitRepository
from tests.engine.fake_day import PROJECT, Day
from tests.fakes.terminal import FakePane
from tests.world.test_git import git

ENVIRONMENT = {"PATH": os.environ["PATH"]}
FIRST = next(iter(PROJECT.tasks))


@dataclass(slots=True)
class Apart(Day):
    """A day on which agents write into their worktrees, on the disk too."""

    repository: GitRepository = field(default_factory=lambda: GitRepository("/nowhere", environment={}))
    prompted: dict[str, str] = field(default_factory=dict)

    def world(self, **ports: object) -> World:
        return Day.world(self, **{"repository": self.repository, **ports})

    def _obey(self, pane: FakePane, prompt: str) -> None:
        before = dict(self.files.texts)
        Day._obey(self, pane, prompt)
        task = next(task for task in self.project.tasks.values() if f"TASK_ID: {task.id}\n" in prompt)
        workspace = self.project.workspace(task)
        self.prompted[task.id] = prompt
        for item in task.deliverables if workspace is not None else ():
            if item.file in before:
                self.files.texts[item.file] = before[item.file]
            else:
                del self.files.texts[item.file]
            place = self.project.place(task, item.file)
            self.files.texts[place] = f"{task.id}: as it was asked for\n"
            Path(place).parent.mkdir(parents=True, exist_ok=True)
            Path(place).write_text(self.files.texts[place])

    def pass_minutes(self, minutes: int) -> None:
        """Let passes and agents take turns for so long."""
        for _ in range(minutes * 6):
            while self.a_pass().acted:
                pass
            self.clock.pass_time(10.0)
            self.work()

    def told(self, words: str) -> int:
        return sum(words in text for _, text in self.notifier.told)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "root"
    folder.mkdir()
    git(folder, "init", "--quiet", "--initial-branch=main")
    (folder / "README").write_text("a project\n")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "-m", "first")
    return folder


def day(root: Path, merge: Merge = Merge.AUTO, *tasks: str) -> Apart:
    """Return a day on which `tasks` (all, if none is named) are in worktrees of `root`."""
    made = {
        name: replace(task, workspace=WorkspaceKind.WORKTREE) if not tasks or name in tasks else task
        for name, task in PROJECT.tasks.items()
    }
    worktrees = WorktreesSpec(folder=str(root.parent / "trees"), merge=merge)
    project: Project = replace(PROJECT, root=str(root), tasks=made, worktrees=worktrees)
    return Apart(project=project, repository=GitRepository(str(root), environment=ENVIRONMENT))


def deliverables(folder: Path) -> set[str]:
    wanted = {item.file for task in PROJECT.tasks.values() for item in task.deliverables}
    return {name for name in wanted if (folder / name).exists()}


def test_every_task_is_done_in_its_worktree_merged_and_cleaned_up(root: Path) -> None:
    made = day(root)
    made.go_on()
    assert deliverables(root) == {item.file for task in PROJECT.tasks.values() for item in task.deliverables}
    assert git(root, "branch", "--format=%(refname:short)").split() == ["main"]
    assert list((root.parent / "trees").iterdir()) == []
    assert f"WORKSPACE: {root.parent}/trees/{FIRST}\n" in made.prompted[FIRST]
    assert f"{FIRST}: {PROJECT.tasks[FIRST].title}" in git(root, "log", "--format=%s")


def test_a_branch_that_exists_stops_its_task_only(root: Path) -> None:
    git(root, "branch", f"amp-fsm/{FIRST}")
    made = day(root, Merge.AUTO, FIRST)
    alone = {name: replace(task, needs=()) for name, task in made.project.tasks.items()}
    made.project = replace(made.project, tasks=alone)
    made.pass_minutes(2)
    assert made.states()[FIRST] == "FAILED"
    assert made.told("already, and was not made for this task") == 1
    assert "COMPLETED" in made.states().values()


def test_a_project_without_a_repository_stops_tasks_that_want_one(tmp_path: Path) -> None:
    folder = tmp_path / "plain"
    folder.mkdir()
    made = day(folder, Merge.AUTO, FIRST)
    made.pass_minutes(2)
    assert made.states()[FIRST] == "FAILED"
    assert made.told("not a git repository") == 1


def test_a_merge_conflict_is_kept_for_a_person_and_told_once(root: Path) -> None:
    made = day(root, Merge.AUTO, FIRST)
    while not made.a_pass().record.assignments:
        made.clock.pass_time(2.0)
    name = PROJECT.tasks[FIRST].deliverables[0].file
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_text("somebody else's\n")
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "-m", "meanwhile")
    made.pass_minutes(5)
    assert made.states()[FIRST] == "UNMERGED"
    assert made.told("its branch is not merged") == 1
    assert not any(entry.text.startswith("git merge") for entry in made.store.history())
    drift = [item.text for item in made.a_pass().plan.drift if item.address == f"task/{FIRST}"]
    assert f"a merge would conflict in {name}" in drift[0]
    assert (root / name).read_text() == "somebody else's\n"
    git(root, "merge", "--quiet", "-X", "theirs", "-m", "by hand", f"amp-fsm/{FIRST}")
    made.pass_minutes(1)
    assert made.states()[FIRST] == "COMPLETED"
    assert not (root.parent / "trees" / FIRST).exists()


def test_a_root_with_changes_is_waited_for(root: Path) -> None:
    made = day(root, Merge.AUTO, FIRST)
    (root / "README").write_text("changed, not committed\n")
    made.pass_minutes(3)
    assert made.states()[FIRST] == "UNMERGED"
    git(root, "checkout", "--quiet", "README")
    made.pass_minutes(1)
    assert made.states()[FIRST] == "COMPLETED"


def test_merges_that_a_person_wants_to_make_are_left_to_them(root: Path) -> None:
    made = day(root, Merge.ASK, FIRST)
    made.pass_minutes(3)
    assert (made.states()[FIRST], made.told("its branch is not merged")) == ("UNMERGED", 1)
    git(root, "merge", "--quiet", "--no-edit", f"amp-fsm/{FIRST}")
    made.pass_minutes(1)
    assert made.states()[FIRST] == "COMPLETED"
