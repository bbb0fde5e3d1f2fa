"""Proposing: when the queue runs dry for an idle agent, the lead is asked for tasks.  Pure.

It is dry for an agent when no task waits that it could get, now or after needs that can still be met.  The lead is
asked once until the queue has tasks for that agent again.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from amp_fsm.model.desired import lead_of
from amp_fsm.model.errand import MACHINE, AddedTask, Errand
from amp_fsm.model.kind_brief import brief_of
from amp_fsm.model.project import AgentSpec, KindSpec, TaskSpec
from amp_fsm.plan.allowances import over_budget
from amp_fsm.plan.errands.errand import Wanted
from amp_fsm.plan.reassigning import attempts, is_avoided
from amp_fsm.plan.situation import DONE, LOST, Situation

MOST_TOLD = 40
"""Tasks of each kind, done and open, that the prompt tells."""


def coming(situation: Situation) -> tuple[TaskSpec, ...]:
    """Return the tasks that wait, or will, and that somebody may get as things stand."""
    met: dict[str, bool] = {}
    accepting = _accepting(situation)
    tasks = situation.project.tasks.values()
    return tuple(task for task in tasks if not task.errand and _can_come(situation, task, accepting, met))


def is_dry(situation: Situation, agent: AgentSpec, waiting: Sequence[TaskSpec]) -> bool:
    """Return whether none of the tasks that come is for an agent."""
    skills = frozenset(agent.skills)
    return not any(skills.issuperset(task.skills) and not is_avoided(situation, task, agent.name) for task in waiting)


def _accepting(situation: Situation) -> frozenset[tuple[str, str]]:
    """Return the states, each with its machine, in which a task takes offers or from which it comes there by itself."""
    found: set[tuple[str, str]] = set()
    for name, rules in situation.rules.items():
        taking = {state for state, its in rules.states.items() if its.takes}
        back = {s for s, its in rules.states.items() if any(way.to in taking and not way.manual for way in its.leaving)}
        found |= {(name, state) for state in taking | back}
    return frozenset(found)


def _can_come(
    situation: Situation, task: TaskSpec, accepting: Collection[tuple[str, str]], met: dict[str, bool]
) -> bool:
    most = situation.project.policies.attempts
    return (
        (task.machine, situation.state(task.address)) in accepting
        and task.id not in situation.by_task
        and not (most > 0 and attempts(situation, task.id) >= most)
        and not over_budget(situation, task.address)
        and all(_can_be_met(situation, need, accepting, met) for need in task.needs)
    )


def _can_be_met(situation: Situation, need: str, accepting: Collection[tuple[str, str]], met: dict[str, bool]) -> bool:
    """Return whether a need is met, under way, or will be by a task that can come; a circle never is."""
    if need not in met:
        met[need] = False
        met[need] = _is_on_its_way(situation, need, accepting, met)
    return met[need]


def _is_on_its_way(
    situation: Situation, need: str, accepting: Collection[tuple[str, str]], met: dict[str, bool]
) -> bool:
    spec, state = situation.project.tasks.get(need), situation.state(f"task/{need}")
    if spec is None or state in LOST:
        return False
    machine = situation.machine(spec.address).spec.states.get(state)
    if state == DONE or (machine is not None and machine.final):
        return state == DONE
    waits = (spec.machine, state) in accepting and need not in situation.by_task
    return not waits or _can_come(situation, spec, accepting, met)


def wanted(situation: Situation, idle: Sequence[str], problems: Sequence[str] = ()) -> Wanted | None:
    """Return the errand by which the lead is asked for tasks for those who are idle; None: nobody can be asked."""
    project, lead = situation.project, lead_of(situation.project, situation.record)
    kinds = _fitting(situation, idle)
    if not lead or not kinds or Errand.PROPOSE not in project.prompts or MACHINE not in project.machines:
        return None
    whom, tasks = ", ".join(idle), [task for task in project.tasks.values() if not task.errand]
    return Wanted(
        kind=Errand.PROPOSE,
        title=f"Propose tasks for {whom}" if idle else "Correct the tasks that were proposed",
        by=whom or "amp-fsm",
        to=lead,
        lead=True,
        answer=f"{project.proposals}/{{id}}.yaml",
        brief={
            "idle": tuple(_agent(project.agents[name]) for name in idle),
            "done": tuple(_told(situation, task) for task in tasks if _is_done(situation, task))[-MOST_TOLD:],
            "open": tuple(_told(situation, task) for task in tasks if not _is_over(situation, task))[:MOST_TOLD],
            "kinds": tuple(_kind(situation, kind) for kind in project.kinds.values()),
            "ids": project.task_ids,
            "most": str(project.policies.proposals_tasks),
            "example": _example(situation, kinds[0]),
            "problems": tuple(problems),
        },
    )


def moot(situation: Situation, item: AddedTask) -> str:
    """Return why no task needs to be proposed any more."""
    if item.task.brief.get("problems"):
        return ""
    waiting = coming(situation)
    agents = [situation.project.agents[name] for name in situation.record.asked if name in situation.project.agents]
    return "" if any(is_dry(situation, agent, waiting) for agent in agents) else "the queue has tasks again"


def _is_done(situation: Situation, task: TaskSpec) -> bool:
    return situation.state(task.address) == DONE


def _is_over(situation: Situation, task: TaskSpec) -> bool:
    state = situation.state(task.address)
    spec = situation.machine(task.address).spec.states.get(state)
    return state in LOST or (spec is not None and spec.final)


def _told(situation: Situation, task: TaskSpec) -> str:
    held = situation.by_task.get(task.id)
    whom = f", {held.agent}" if held is not None else ""
    return f"{task.id} ({situation.state(task.address)}{whom}): {task.title}"


def _agent(agent: AgentSpec) -> str:
    return f"{agent.name}: {', '.join(agent.skills) or '-'}"


def _fitting(situation: Situation, idle: Sequence[str]) -> list[KindSpec]:
    """Return the kinds of task, those that somebody idle has the skills for first."""
    skills = [frozenset(situation.project.agents[name].skills) for name in idle]
    kinds = list(situation.project.kinds.values())
    return sorted(kinds, key=lambda kind: not any(own.issuperset(kind.skills) for own in skills))


def _kind(situation: Situation, kind: KindSpec) -> str:
    asked = brief_of(situation.project.prompts.get(kind.prompt, ""))
    brief = ", ".join(f"{name} (list)" if listed else name for name, listed in asked.items()) or "-"
    return f"{kind.name}: skills {', '.join(kind.skills) or '-'}; brief {brief}"


def _example(situation: Situation, kind: KindSpec) -> str:
    """Return a file as it should be, for tasks of one kind."""
    asked = brief_of(situation.project.prompts.get(kind.prompt, ""))
    brief = [f"      {name}: {'[..., ...]' if listed else '...'}" for name, listed in asked.items()]
    lines = [
        "tasks:",
        "  - title: ...",
        f"    kind: {kind.name}",
        "    priority: MEDIUM",
        "    needs: []",
        "    deliverables: [docs/example.md]",
        *(["    brief:", *brief] if brief else []),
    ]
    return "\n".join(lines)
