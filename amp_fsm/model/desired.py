"""What is desired by now: the configuration, and the tasks that the record keeps besides."""

from __future__ import annotations

from dataclasses import replace

from amp_fsm.model.errand import AddedTask, Errand
from amp_fsm.model.project import Project, TaskSpec
from amp_fsm.model.record import Record

AWAY = frozenset({"limited", "gone"})
"""What is seen of an agent that leads nobody at the moment."""


def desired(project: Project, record: Record) -> Project:
    """Return the project with the added tasks of the record, in the order in which they came, after its own.

    A task that the configuration has meanwhile got itself goes before an added one of the same id.
    """
    added = [_meant(project, record, item) for item in record.added.values() if item.task.id not in project.tasks]
    if not added:
        return project
    first = len(project.tasks)
    placed = {task.id: replace(task, order=first + place) for place, task in enumerate(added)}
    return replace(project, tasks={**project.tasks, **placed})


def _meant(project: Project, record: Record, item: AddedTask) -> TaskSpec:
    """Return an added task, for the agent that leads by now if it is the lead's."""
    lead = lead_of(project, record) if item.lead else ""
    return replace(item.task, only=lead) if lead else item.task


def lead_of(project: Project, record: Record) -> str:
    """Return the name of the agent that leads; empty when nobody does."""
    order = project.succession.order
    if record.lead in order:
        return record.lead
    return order[0] if order else ""


def is_open_hand_over(record: Record, item: AddedTask) -> bool:
    """Return whether an added task is to hand over the present lead: it was opened since that agent leads."""
    return item.task.errand == Errand.HAND_OVER and (not record.lead or item.at > record.lead_since)


def hand_over_files(project: Project, record: Record) -> tuple[str, ...]:
    """Return the hand-over files that the present lead may leave, and those by which it may have taken over."""
    spec, lead = project.succession, lead_of(project, record)
    if not lead:
        return ()
    left = (spec.file_of(lead, other) for other in (*spec.after(lead), ""))
    written = (path for path, one in record.written.items() if one.task in record.added)
    return tuple(dict.fromkeys((*left, *written, *incoming_files(project, record))))


def incoming_files(project: Project, record: Record) -> tuple[str, ...]:
    """Return the files by which the present lead may have taken over; before the first hand-over anybody's to it."""
    spec, lead = project.succession, lead_of(project, record)
    if not record.lead:
        return (spec.incoming,) if spec.incoming else tuple(spec.file_of(one, lead) for one in spec.after(lead))
    errands = {name for name, item in record.added.items() if item.task.only == lead}
    return tuple(path for path, one in record.written.items() if one.task in errands)
