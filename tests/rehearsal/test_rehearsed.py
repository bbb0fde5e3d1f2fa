from __future__ import annotations

from dataclasses import replace

from amp_fsm.model.workspace import Workspace, WorkspaceKind
from amp_fsm.rehearsal.rehearsed import Rehearsed, rehearsed
from tests.rehearsal.team import PLACE, PRACTICE, a_project


def mapped(real: frozenset[str] = frozenset()) -> Rehearsed:
    return rehearsed(a_project(), PLACE, PRACTICE, real)


def test_a_rehearsed_project_is_the_same_but_for_where_it_lives_and_what_it_starts() -> None:
    project, before = mapped().project, a_project()
    ada, ben = before.agents["ada"], before.agents["ben"]
    agent = ("python", "-m", "amp_fsm.rehearsal.practice_agent", "--world", "/scratch/world", "--name")
    check = ("python", "-m", "amp_fsm.rehearsal.stand_in_check", "/scratch/world")
    service = ("python", "-m", "amp_fsm.rehearsal.practice_service", "/scratch/world", "proxy")
    first = before.tasks["T-1"]
    deliverables = (first.deliverables[0], replace(first.deliverables[1], file="/scratch/project/b.md"))
    assert project == replace(
        before,
        root="/scratch/project",
        store="/scratch/store",
        tmux=replace(before.tmux, socket="/scratch/tmux", adopt=False),
        profiles={**before.profiles, "practice": PRACTICE},
        agents={
            "ada": replace(
                ada,
                profile="practice",
                command=(*agent, "ada"),
                cwd="/scratch/project/sub",
                env={"HOME_OF": "/scratch/project/x", "OTHER": "/opt"},
            ),
            "ben": replace(ben, profile="practice", command=(*agent, "ben"), cwd="/scratch/project"),
        },
        services={"proxy": replace(before.services["proxy"], command=service)},
        documents={
            "status": replace(before.documents["status"], file="/scratch/project/STATUS.md"),
            "log": replace(before.documents["log"], file="/scratch/outside/log/LOG.md"),
        },
        checks={
            "build": replace(before.checks["build"], run=(*check, "build")),
            "lint": replace(before.checks["lint"], run=(*check, "lint")),
        },
        tasks={**before.tasks, "T-1": replace(first, deliverables=deliverables)},
        worktrees=replace(before.worktrees, folder="/scratch/trees"),
    )


def test_a_worktree_is_one_of_the_copy_and_none_where_the_copy_cannot_be_a_repository() -> None:
    tasks = {name: replace(task, workspace=WorkspaceKind.WORKTREE) for name, task in a_project().tasks.items()}
    apart = a_project(tasks=tasks)
    project = rehearsed(apart, PLACE, PRACTICE, frozenset()).project
    assert project.workspace(project.tasks["T-1"]) == Workspace(folder="/scratch/trees/T-1", branch="amp-fsm/T-1")
    without = rehearsed(apart, PLACE, PRACTICE, frozenset(), repository=False).project
    assert without.workspace(without.tasks["T-1"]) is None


def test_a_check_that_is_real_keeps_its_command_inside_the_copy() -> None:
    assert mapped(real=frozenset({"build"})).project.checks["build"].run == ("make", "/scratch/project/Makefile")


def test_what_cannot_be_as_in_reality_is_said() -> None:
    assert mapped().notes == (
        "agent ben: its folder /srv/ben is outside the project; it works in the copy's root",
        "document log: /srv/LOG.md is outside the project; a copy of it is used",
        "fact said: looks at the real programs' screens; practice agents do not show it",
        "fact told: listens to the real programs' hooks; practice agents have none",
        "fact mail: /var/mail/op is outside the project; it is read where it is",
        "tmux.adopt: there is nothing to adopt in a private server; every agent is started",
    )
