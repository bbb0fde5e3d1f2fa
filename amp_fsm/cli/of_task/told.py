"""What is told of a task: how it stands and what was decided about it.  Reads the record, asks nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from amp_fsm.model.project import Project, TaskSpec
    from amp_fsm.model.record import Record

SETTLED = ("COMPLETED", "CANCELLED")
"""States in which a task needs no more time."""


PROPOSED = "PROPOSED"
"""How a task stands that nobody gets before the operator approves."""


def find_task(project: Project, name: str) -> TaskSpec:
    """Return the task of an id or an address.

    Raises:
        UnknownSubjectError: there is none.
    """
    from amp_fsm.cli.subjects import find

    address = find(name, (task.address for task in project.tasks.values()))
    return project.tasks[address.partition("/")[2]]


def state_of(record: Record, task: TaskSpec) -> str:
    """Return a task's recorded state; `-`: no pass has seen it yet; `PROPOSED`: it waits for the operator's word."""
    subject = record.subjects.get(task.address)
    state = subject.state if subject is not None else "-"
    return PROPOSED if state not in SETTLED and waits(record, task) else state


def waits(record: Record, task: TaskSpec) -> bool:
    """Return whether a task was proposed and the operator did not approve it yet."""
    item = record.added.get(task.id)
    return bool(task.by) and item is not None and item.waits


def attempts_of(record: Record, task: TaskSpec) -> int:
    """Return how often a task was handed out since it was last retried."""
    return record.attempts.get(task.id, 0) - record.forgiven.get(task.id, 0)


def deadline_text(record: Record, task: TaskSpec) -> str:
    """Return a task's deadline for people, empty for none; a duration is added to when the task came into the queue."""
    from amp_fsm.cli.output import local_time

    if task.deadline is None:
        return ""
    if task.deadline.at:
        return task.deadline.at
    subject = record.subjects.get(task.address)
    if subject is None or record.reading is None:
        return f"{task.deadline.after / 60:.0f}m"
    return local_time(record.reading.wall + subject.born + task.deadline.after - record.policy)


def task_json(project: Project, record: Record, task: TaskSpec) -> dict[str, object]:
    """Return a task as JSON-ready values."""
    from amp_fsm.cli.status import other_half
    from amp_fsm.plan.as_json import timestamp

    subject = record.subjects.get(task.address)
    refused = {
        name.partition("|")[2]: count for name, count in record.refusals.items() if name.startswith(f"{task.id}|")
    }
    return {
        "id": task.id,
        "kind": task.kind,
        "title": task.title,
        "priority": str(task.priority),
        "state": subject.state if subject is not None else None,
        "since": timestamp(subject.since_wall) if subject is not None else None,
        "because": subject.because if subject is not None else "not seen yet",
        "agent": other_half(record, "task", task.id) or None,
        "attempts": attempts_of(record, task),
        "refusals": refused,
        "proposed_by": task.by or None,
        "held": task.held or None,
        "reserved": record.reserved.get(task.id),
        "barred": list(record.barred.get(task.id, ())),
        "deadline": deadline_text(record, task) or None,
        "minutes": task.minutes or None,
        "needs": {need: state_of(record, project.tasks[need]) for need in task.needs if need in project.tasks},
        "exclusive": list(task.exclusive),
        "skills": list(task.skills),
        "prefer": list(task.prefer),
        "avoid": list(task.avoid),
        "deliverables": [item.file for item in task.deliverables],
        "checks": list(task.checks),
    }
