"""One task: everything that its facts are made of, and what comes of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from amp_fsm.model.facts import Facts
from amp_fsm.model.observed import Drift
from amp_fsm.model.project import Project, TaskSpec
from amp_fsm.model.record import Assignment
from amp_fsm.model.seen import Failed
from amp_fsm.model.workspace import WorkspaceSeen
from amp_fsm.observe.declared import Found, declared_facts, declared_found
from amp_fsm.observe.sources import Paths, Sources
from amp_fsm.observe.work import CheckSeen, check_facts, checks_seen, deliverables_fact, deliverables_found
from amp_fsm.observe.workspace import needs_person, workspace_facts

OF_HOLDERS = ("claims_done", "claims_blocked")
"""Claims of an agent that are about the task that it holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskSeen:
    """What was seen of a task.

    Attributes:
        judged: it is held or its work was looked at; otherwise only its worktree was.
        claims: those of its holder; None: nobody holds it, or one who is no longer named.
        workspace: how its worktree stands; None: it was not looked at.
        declared: what the declared facts are made of.
    """

    task: TaskSpec
    judged: bool
    assignment: Assignment | None = None
    deliverables: tuple[Paths | None, ...] = ()
    checks: tuple[CheckSeen, ...] = ()
    claims: Facts | None = None
    workspace: WorkspaceSeen | Failed | None = None
    declared: tuple[Found, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskObserved:
    """What came of it: facts, what failed in words, and what a person has to do."""

    facts: Facts
    failure: str = ""
    drift: tuple[Drift, ...] = ()


def tasks_seen(sources: Sources, claims: Mapping[str, Facts]) -> Iterator[TaskSeen]:
    """Yield what was seen of every task of which anything was looked at; `claims` are those of agents, by name.

    Those are looked at that are held, for their holder may claim something, and those whose work or worktree is.
    """
    places, seen = sources.places, sources.seen
    looked = {task for pattern in seen.globs for task in places.patterns.get(pattern, ())}
    judged = looked | {name.partition("|")[0] for name in sources.run_keys} | set(sources.by_task)
    apart = {places.folders[folder]: found for folder, found in seen.workspaces.items() if folder in places.folders}
    for name in sorted((judged | set(apart)) & places.order.keys(), key=places.order.__getitem__):
        task = sources.project.tasks[name]
        if name in judged:
            yield _judged(sources, task, apart.get(name), claims)
        else:
            yield TaskSeen(task=task, judged=False, workspace=apart[name])


def _judged(
    sources: Sources, task: TaskSpec, workspace: WorkspaceSeen | Failed | None, claims: Mapping[str, Facts]
) -> TaskSeen:
    assignment = sources.by_task.get(task.id)
    return TaskSeen(
        task=task,
        judged=True,
        assignment=assignment,
        deliverables=deliverables_found(sources, task),
        checks=checks_seen(sources, task),
        claims=claims.get(assignment.agent) if assignment is not None else None,
        workspace=workspace,
        declared=declared_found(sources, task.id),
    )


def observe_task(project: Project, seen: TaskSeen, at: float) -> TaskObserved:
    """Return a task's facts, from its files, its checks and its holder's claims.  They do not depend on the time."""
    judged = _work(project, seen, at) if seen.judged else TaskObserved(facts={})
    workspace = project.workspace(seen.task) if seen.workspace is not None else None
    if workspace is None or seen.workspace is None:
        return judged
    found = workspace_facts(seen.workspace, project.worktrees.merge, at)
    text = needs_person(project, workspace, seen.workspace)
    drift = (Drift(address=seen.task.address, kind="merge", text=text),) if text else ()
    return TaskObserved(facts={**judged.facts, **found}, failure=judged.failure, drift=drift)


def _work(project: Project, seen: TaskSeen, at: float) -> TaskObserved:
    task = seen.task
    present, missing = deliverables_fact(task, seen.deliverables, seen.assignment, at)
    passed, failed, output = check_facts(project, task, seen.checks, at)
    facts = {fact.name: fact for fact in (present, passed, failed)}
    facts |= {name: seen.claims[name] for name in OF_HOLDERS if seen.claims is not None and name in seen.claims}
    facts |= declared_facts(project, task.id, seen.declared, None, None)
    return TaskObserved(facts=facts, failure="\n".join(part for part in (missing, output) if part))
