"""What is desired by now: the configuration, and the tasks that the record keeps besides."""

from __future__ import annotations

from dataclasses import replace

from amp_fsm.model.errand import AddedTask
from amp_fsm.model.project import Project, TaskSpec
from amp_fsm.model.record import Record


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
