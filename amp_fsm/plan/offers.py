"""Offers: which free agent is offered which waiting task.  Weighed before any transition of the pass is chosen.

An agent is free when `offered` would make it fire a transition that assigns; a task waits when `offered` would move it.
Tasks go by priority, then by deadline, then by their place in the configuration; agents by preference, then by who
waited longest.  Of the tasks of one exclusive group at most one is held.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from amp_fsm.model.errand import Errand
from amp_fsm.model.facts import Truth
from amp_fsm.model.guards import fact_names
from amp_fsm.model.machine import TransitionSpec, Verb
from amp_fsm.model.project import AgentSpec, Priority, TaskSpec
from amp_fsm.plan.allowances import over_budget
from amp_fsm.plan.deadlines import deadline_of
from amp_fsm.plan.derived_facts import needs_met, services_up
from amp_fsm.plan.reassigning import attempts, is_avoided
from amp_fsm.plan.situation import Situation
from amp_fsm.plan.subject_facts import SubjectFacts

_URGENCY = {Priority.HIGH: 0, Priority.MEDIUM: 1, Priority.LOW: 2}


def make_offers(situation: Situation, held: Collection[str], bound: Collection[str] = ()) -> Mapping[str, str]:
    """Return agent name to task id, each at most once.

    `held` addresses take no part; `bound` tasks become somebody's in the same pass.
    """
    free = free_agents(situation, held)
    if not free:
        return {}
    offers: dict[str, str] = {}
    taken: set[str] = set()
    queues: dict[frozenset[str], list[AgentSpec]] = {}
    groups = held_groups(situation, bound)
    for task in _waiting_tasks(situation, held):
        if not groups.isdisjoint(task.exclusive):
            continue
        skills = frozenset(task.skills)
        if skills not in queues:
            queues[skills] = [agent for agent in free if skills <= frozenset(agent.skills)]
        agent = _best(situation, task, queues[skills], taken)
        if agent is not None:
            offers[agent.name] = task.id
            taken.add(agent.name)
            groups.update(task.exclusive)
            if len(taken) == len(free):
                break
    return offers


def held_groups(situation: Situation, bound: Collection[str] = ()) -> set[str]:
    """Return the exclusive groups of every task that is held, or is about to be."""
    tasks = situation.project.tasks
    return {group for name in (*situation.by_task, *bound) if name in tasks for group in tasks[name].exclusive}


def free_agents(situation: Situation, held: Collection[str]) -> list[AgentSpec]:
    """Return the agents that would begin something if it were offered, who waited longest first; not the `held`."""
    free = [
        agent
        for agent in situation.project.agents.values()
        if agent.address not in held
        and agent.name not in situation.by_agent
        and not over_budget(situation, agent.address)
        and services_up(situation, agent.address).truth is not Truth.FALSE
        and _would_assign(situation, agent)
    ]
    last = situation.record.last_assigned
    return sorted(free, key=lambda agent: (last.get(agent.name, -1.0), agent.name))


def _would_assign(situation: Situation, agent: AgentSpec) -> bool:
    rules = situation.state_rules(agent.address)
    if not rules.assigns:
        return False
    chosen = rules.chooser.choose(SubjectFacts(situation, agent.address, offered=True)).transition
    return chosen is not None and _assigns(chosen)


def _assigns(transition: TransitionSpec) -> bool:
    return any(action.verb is Verb.ASSIGN for action in transition.do)


def _waiting_tasks(situation: Situation, held: Collection[str]) -> Iterator[TaskSpec]:
    accepting = {(m, state) for m, rules in situation.rules.items() for state, its in rules.states.items() if its.takes}
    waiting = [
        task
        for task in situation.project.tasks.values()
        if (task.machine, situation.state(task.address)) in accepting
        and task.id not in situation.by_task
        and task.address not in held
        and not attempts_spent(situation, task)
        and not over_budget(situation, task.address)
    ]
    for task in sorted(waiting, key=lambda task: rank(situation, task)):
        if needs_met(situation, task.address).truth == "true" and _would_take(situation, task):
            yield task


def rank(situation: Situation, task: TaskSpec) -> tuple[object, ...]:
    """Return by what tasks are handed out, the first first: a hand-over, every other errand, then tasks."""
    due = deadline_of(situation, task)
    kind = 0 if task.errand == Errand.HAND_OVER else 1 if task.errand else 2
    return (
        kind,
        _URGENCY[task.priority],
        due is None,
        due or 0.0,
        task.order,
        task.id,
    )


def _would_take(situation: Situation, task: TaskSpec) -> bool:
    chooser = situation.state_rules(task.address).chooser
    chosen = chooser.choose(SubjectFacts(situation, task.address, offered=True)).transition
    return chosen is not None and "offered" in fact_names(chosen.when)


def attempts_spent(situation: Situation, task: TaskSpec) -> bool:
    """Return whether the task was handed out as often as the policies allow."""
    most = situation.project.policies.attempts
    return most > 0 and attempts(situation, task.id) >= most


def _best(situation: Situation, task: TaskSpec, queue: list[AgentSpec], taken: Collection[str]) -> AgentSpec | None:
    while queue and queue[0].name in taken:
        queue.pop(0)
    able = (agent for agent in queue if agent.name not in taken and not is_avoided(situation, task, agent.name))
    if not task.prefer:
        return next(able, None)
    wish = {name: place for place, name in enumerate(task.prefer)}
    return min(able, key=lambda agent: wish.get(agent.name, len(wish)), default=None)
