"""Needs that can never be met: of tasks that are no more, or of tasks that wait for each other.  Pure.

A configuration with such needs is refused; they come about when it changes under tasks that were proposed.
"""

from __future__ import annotations

from collections.abc import Iterator

from amp_fsm.model.observed import Drift
from amp_fsm.model.project import Project
from amp_fsm.plan.situation import DONE, Situation


def unmeetable(situation: Situation) -> Iterator[Drift]:
    """Yield every waiting task whose needs can never be met, with the reason; the others are not touched by it."""
    project = situation.project
    if not any(task.by for task in project.tasks.values()):
        return
    circles = _in_circles(project)
    for task in project.tasks.values():
        if task.id in situation.by_task or situation.state(task.address) == DONE:
            continue
        gone = [need for need in task.needs if need not in project.tasks]
        if gone:
            text = f"needs {', '.join(gone)}, which is in the configuration no more: it waits for ever; `task cancel`"
            yield Drift(address=task.address, kind="needs", text=text)
        elif task.id in circles:
            text = f"needs itself, by {' -> '.join(circles[task.id])}: none of them can begin; `task cancel` one"
            yield Drift(address=task.address, kind="needs", text=text)


def shadowed(situation: Situation) -> Iterator[Drift]:
    """Yield the proposed tasks whose id the configuration gave to another task meanwhile."""
    for name, item in situation.record.added.items():
        other = situation.project.tasks.get(name)
        if not item.task.errand and other is not None and not other.by and other.title != item.task.title:
            text = f"also the id of a proposed task ({item.task.title}), which nobody gets: give yours another id"
            yield Drift(address=other.address, kind="twins", text=text)


def _waiting_for_each_other(project: Project) -> tuple[str, ...]:
    """Return the tasks in a circle of needs, and those behind one."""
    left = {name: {need for need in task.needs if need in project.tasks} for name, task in project.tasks.items()}
    needed_by: dict[str, list[str]] = {}
    for name, needs in left.items():
        for need in needs:
            needed_by.setdefault(need, []).append(name)
    free = [name for name, needs in left.items() if not needs]
    while free:
        name = free.pop()
        del left[name]
        for other in needed_by.get(name, ()):
            left[other].discard(name)
            if not left[other]:
                free.append(other)
    return tuple(left)


def _in_circles(project: Project) -> dict[str, tuple[str, ...]]:
    """Return the tasks that need themselves, each with its way round."""
    found: dict[str, tuple[str, ...]] = {}
    for start in _waiting_for_each_other(project):
        reached: dict[str, str] = {}
        waiting = [start]
        while waiting and start not in reached:
            name = waiting.pop()
            for need in project.tasks[name].needs if name in project.tasks else ():
                if need not in reached:
                    reached[need] = name
                    waiting.append(need)
        if start in reached:
            way = [start]
            while (before := reached[way[-1]]) != start:
                way.append(before)
            found[start] = (start, *reversed(way[1:]), start)
    return found
