"""The actions about a task's work: its checks, its worktree."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from amp_fsm.model.machine import ActionSpec, Verb
from amp_fsm.model.project import CheckSpec, TaskSpec
from amp_fsm.model.record import Action
from amp_fsm.plan.actions.cause import Cause
from amp_fsm.plan.prompts import render
from amp_fsm.plan.situation import Situation


def run_checks(situation: Situation, cause: Cause) -> Iterator[tuple[str, Action]]:
    """Yield the actions that run a task's checks on the present inputs, by the checks' names."""
    task = situation.specs.get(cause.address)
    if not isinstance(task, TaskSpec):
        return
    for name in task.checks:
        key = situation.observed.run_keys.get(f"{task.id}|{name}")
        check = situation.project.checks.get(name)
        if key is not None and check is not None:
            yield name, run_action(situation, task, check, key)


def git_step(
    situation: Situation, cause: Cause, spec: ActionSpec, values: Mapping[str, object]
) -> Iterator[tuple[str, Action]]:
    """Yield one step of a task's worktree; a task in the shared folder has none."""
    task = situation.specs.get(cause.address)
    workspace = situation.project.workspace(task) if isinstance(task, TaskSpec) else None
    if workspace is not None:
        message = render(situation.project.worktrees.message, values)
        yield "", Action(verb=Verb.GIT, target=workspace.branch, what=spec.what, cwd=workspace.folder, text=message)


def run_action(situation: Situation, task: TaskSpec, check: CheckSpec, key: str) -> Action:
    """Return the action that runs a task's check on the present inputs, where the task is worked on."""
    workspace = situation.project.workspace(task)
    return Action(
        verb=Verb.RUN,
        target=check.name,
        what=check.name,
        key=key,
        argv=check.run,
        cwd=situation.project.root if workspace is None else workspace.folder,
        timeout=check.timeout,
        exclusive=check.exclusive,
    )
