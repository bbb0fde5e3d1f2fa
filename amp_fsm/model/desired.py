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

    A task that the configuration has meanwhile got itself goes before an added one of the same id.  One whose machine
    it has no more is left out.
    """
    added = [
        item
        for item in record.added.values()
        if item.task.id not in project.tasks and item.task.machine in project.machines
    ]
    if not added:
        return project
    first = len(project.tasks)
    placed = {item.task.id: _placed(project, record, item, first + place) for place, item in enumerate(added)}
    return replace(project, tasks={**project.tasks, **placed})


def _placed(project: Project, record: Record, item: AddedTask, order: int) -> TaskSpec:
    """Return an added task, for the agent that leads by now if it is the lead's.

    One that was proposed gets what its kind brings by now.
    """
    task = item.task
    if task.errand:
        lead = lead_of(project, record) if item.lead else ""
        return replace(task, order=order, only=lead or task.only)
    kind = project.kinds.get(task.kind)
    if kind is None:
        return replace(task, order=order, by=item.by, held=f"its kind `{task.kind}` is in the configuration no more")
    return replace(
        task,
        order=order,
        skills=tuple(dict.fromkeys((*kind.skills, *task.skills))),
        checks=kind.checks,
        workspace=kind.workspace,
        by=item.by,
        held="proposed: waits for `task approve`" if item.waits else "",
    )


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
