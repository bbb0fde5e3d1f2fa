"""Who can do what: tasks that nobody can do, agents that have nothing to do, windows and rows of two."""

from __future__ import annotations

from collections.abc import Iterator

from amp_fsm.config.lint.places import actions
from amp_fsm.config.problems import Finding
from amp_fsm.model.machine import Verb
from amp_fsm.model.panes import socket_of
from amp_fsm.model.project import AgentSpec, KindSpec, Project, ServiceSpec, TaskSpec


def lint_people(project: Project) -> Iterator[Finding]:
    """Yield what is wrong with how agents, services and tasks fit together."""
    yield from _impossible_tasks(project)
    yield from _idle_agents(project)
    yield from _shared_windows(project)
    yield from _shared_rows(project)
    yield from _no_commands(project)


def _impossible_tasks(project: Project) -> Iterator[Finding]:
    able: dict[frozenset[str], tuple[str, ...]] = {}
    for task in project.tasks.values():
        skills = frozenset(task.skills)
        if skills not in able:
            able[skills] = tuple(agent.name for agent in project.agents.values() if skills <= set(agent.skills))
        if not set(able[skills]) - set(task.avoid):
            yield _impossible(task, able[skills])


def _impossible(task: TaskSpec, able: tuple[str, ...]) -> Finding:
    if able:
        message = f"nobody can do task {task.id}: it avoids {', '.join(able)}, the only ones with its skills"
        return Finding(code="E246", path=("tasks", task.order, "avoid"), message=message)
    wanted = ", ".join(task.skills) or "none at all"
    message = f"nobody can do task {task.id}: no agent has the skills it needs ({wanted})"
    mend = "give an agent these skills, or the task others"
    return Finding(code="E246", path=("tasks", task.order, "skills"), message=message, suggestion=mend)


def _idle_agents(project: Project) -> Iterator[Finding]:
    wanted = {frozenset(task.skills) for task in project.tasks.values()}
    wanted |= {frozenset(kind.skills) for kind in project.kinds.values()}
    specs: tuple[TaskSpec | KindSpec, ...] = (*project.tasks.values(), *project.kinds.values())
    wanted |= {frozenset(spec.review.skills) for spec in specs if spec.review is not None and not spec.review.by}
    assigning = {
        machine.name
        for machine in project.machines.values()
        if any(action.verb is Verb.ASSIGN for action, _ in actions(machine))
    }
    for agent in project.agents.values():
        path = ("agents", agent.name)
        if wanted and not any(skills <= set(agent.skills) for skills in wanted):
            message = f"agent `{agent.name}` gets no work: no task and no kind is for its skills"
            yield Finding(code="W401", path=(*path, "skills"), message=message, on="key")
        if agent.machine in project.machines and agent.machine not in assigning:
            message = f"agent `{agent.name}` gets no work: its machine `{agent.machine}` never assigns"
            yield Finding(code="W402", path=path, message=message, on="key")


def _shared_windows(project: Project) -> Iterator[Finding]:
    taken: dict[tuple[str, str], str] = {}
    subjects: tuple[AgentSpec | ServiceSpec, ...] = (*project.agents.values(), *project.services.values())
    for subject in subjects:
        window = subject.window or subject.name
        place = (socket_of(project, subject), window)
        if place in taken:
            room = "agents" if isinstance(subject, AgentSpec) else "services"
            message = f"{subject.address} has the window {window!r}, which is {taken[place]}'s"
            yield Finding(
                code="E237",
                path=(room, subject.name, "window"),
                message=message,
                suggestion="every agent and every service has a window of its own",
            )
        taken.setdefault(place, subject.address)


def _shared_rows(project: Project) -> Iterator[Finding]:
    taken: dict[str, str] = {}
    for agent in project.agents.values():
        row = (agent.row or agent.name).casefold()
        if row in taken:
            message = f"agent `{agent.name}` has the row of `{taken[row]}`: what one says would be the other's claim"
            yield Finding(code="E248", path=("agents", agent.name, "row"), message=message)
        taken.setdefault(row, agent.name)


def _no_commands(project: Project) -> Iterator[Finding]:
    for agent in project.agents.values():
        profile = project.profiles.get(agent.profile)
        if profile is not None and not agent.command and not profile.command:
            message = f"agent `{agent.name}` has no `command`, and neither has its profile `{profile.name}`"
            yield Finding(code="E250", path=("agents", agent.name), message=message, on="key")
