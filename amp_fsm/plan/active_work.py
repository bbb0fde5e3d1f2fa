"""Tasks whose work is of interest now, and which run of each check counts for them.  For `needs`, and for who looks."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping

from amp_fsm.model.project import Project, Source, TaskSpec
from amp_fsm.model.record import Record
from amp_fsm.model.seen import Failed
from amp_fsm.plan.rules import rules_of


def active_tasks(project: Project, record: Record) -> tuple[TaskSpec, ...]:
    """Return the tasks whose work is of interest now: held by an agent, or in a state that judges work."""
    held = {assignment.task for assignment in record.assignments.values()}
    active = [project.tasks[name] for name in held if name in project.tasks]
    judging = {name: rules_of(machine).judging for name, machine in project.machines.items()}
    tasks = project.tasks
    for address, subject in record.subjects.items():
        if address.startswith("task/"):
            task = tasks.get(address.removeprefix("task/"))
            if task is not None and subject.state in judging[task.machine] and task.id not in held:
                active.append(task)
    return tuple(sorted(active, key=lambda task: task.order))


def input_key(project: Project, task: TaskSpec, check: str) -> str:
    """Return under which key the inputs of a task's check are looked at: those in a worktree are its own."""
    return check if project.workspace(task) is None else f"{check}@{task.id}"


def check_inputs(project: Project, active: tuple[TaskSpec, ...]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the patterns of the inputs of every check that counts now, with their keys."""
    for task in active:
        for name in task.checks:
            if name in project.checks:
                patterns = project.checks[name].inputs
                yield input_key(project, task, name), tuple(project.place(task, pattern) for pattern in patterns)
    for spec in project.facts.values():
        if spec.source is Source.CHECK and spec.check in project.checks:
            yield spec.check, project.checks[spec.check].inputs


def run_keys(project: Project, record: Record, inputs: Mapping[str, str | Failed]) -> Mapping[str, str]:
    """Return `TASK|CHECK` to the key of a run on the present inputs; absent where the inputs could not be read.

    A check that names no inputs is run anew for every stay of its task.
    """
    keys: dict[str, str] = {}
    for task in active_tasks(project, record):
        subject = record.subjects.get(task.address)
        for name in task.checks:
            digest = inputs.get(input_key(project, task, name))
            check = project.checks.get(name)
            if check is None or not isinstance(digest, str):
                continue
            stay = "" if check.inputs else f"{task.id}/{subject.entry if subject else 0}"
            workspace = project.workspace(task)
            place = project.root if workspace is None else workspace.folder
            keys[f"{task.id}|{name}"] = _key(name, *check.run, place, digest, stay)
    for spec in project.facts.values():
        digest = inputs.get(spec.check)
        if spec.source is Source.CHECK and spec.check in project.checks and isinstance(digest, str):
            keys[f"|{spec.check}"] = _key(spec.check, *project.checks[spec.check].run, project.root, digest, "")
    return keys


def _key(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "surrogateescape")).hexdigest()[:24]
