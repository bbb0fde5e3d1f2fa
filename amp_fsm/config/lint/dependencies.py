"""Tasks among themselves: ids that are there once, needs that can be met."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from amp_fsm.config.problems import Finding, did_you_mean
from amp_fsm.model.project import Project

DONE = "COMPLETED"
"""The state of a task that meets the needs of others."""


def lint_dependencies(project: Project, tree: Mapping[str, Any]) -> Iterator[Finding]:
    """Yield repeated ids, needs that do not exist, and circles of needs."""
    yield from _repeated(tree)
    for task in project.tasks.values():
        for place, need in enumerate(task.needs):
            path = ("tasks", task.order, "needs", place)
            needed = project.tasks.get(need)
            if needed is None:
                message = f"task {task.id} needs {need!r}, which is no task"
                yield Finding(code="E224", path=path, message=message, suggestion=did_you_mean(need, project.tasks))
            elif needed.machine in project.machines and DONE not in project.machines[needed.machine].states:
                message = f"{need} can never meet a need: its machine `{needed.machine}` has no state {DONE}"
                yield Finding(code="E316", path=path, message=message)
    for circle in _circles(project):
        message = f"tasks need each other in a circle: {' -> '.join((*circle, circle[0]))}"
        order = project.tasks[circle[0]].order
        yield Finding(
            code="E235", path=("tasks", order, "needs"), message=message, suggestion="take one of these needs out"
        )


def _repeated(tree: Mapping[str, Any]) -> Iterator[Finding]:
    seen: set[str] = set()
    for place, task in enumerate(tree.get("tasks") or ()):
        if task["id"] in seen:
            message = f"there is a task {task['id']!r} already"
            yield Finding(code="E234", path=("tasks", place, "id"), message=message, suggestion="ids are for one task")
        seen.add(task["id"])


def _circles(project: Project) -> Iterator[tuple[str, ...]]:
    """Yield circles of needs, disjoint ones each once; without recursion, for needs can be thousands deep."""
    done: set[str] = set()
    for start in project.tasks:
        trail: list[str] = []
        waiting = [(start, 0)]
        while waiting:
            name, place = waiting.pop()
            if place == 0:
                if name in trail:
                    yield tuple(trail[trail.index(name) :])
                    continue
                if name in done:
                    continue
                trail.append(name)
            needs = [need for need in project.tasks[name].needs if need in project.tasks]
            if place < len(needs):
                waiting.append((name, place + 1))
                waiting.append((needs[place], 0))
            else:
                done.add(name)
                trail.pop()
