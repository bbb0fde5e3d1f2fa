"""How long a plan takes, from a small team to one far larger than any that exists."""

from __future__ import annotations

import os
from dataclasses import replace
from functools import partial
from pathlib import Path

from amp_fsm.model.calm import NO_CALM
from amp_fsm.model.facts import Fact, Truth
from amp_fsm.model.observed import Observed
from amp_fsm.model.project import AgentSpec, Project, TaskSpec
from amp_fsm.model.record import Assignment, Record, SubjectRecord
from amp_fsm.model.standard import STANDARD_FACTS
from amp_fsm.model.time import Now
from amp_fsm.plan.planner import plan
from amp_fsm.world.config_files import load_project
from tests.benchmarks.measure import side_by_side, spoken, table

CONFIG = Path(__file__).parents[2] / "configs" / "practice.yaml"
NOW = Now(policy=10_000.0, wall=1_800_000_000.0)
SIZES = (10, 100, 1_000, 10_000)
TASKS_EACH = 5
FROM_THE_RECORD = frozenset(
    {"has_task", "offered", "prompt_delivered", "task_returned", "services_up", "has_holder", "holder_busy"}
    | {"needs_met", "needs_lost", "reassign_due"}
)


def report() -> str:
    """Return the table of planning times: everybody at work, and one agent in a hundred free for a task."""
    rows = []
    for size in SIZES:
        project = team(size)
        busy, free = (world(project, idle=idle) for idle in (0, max(1, size // 100)))
        calm = plan(project, *busy, NOW, NO_CALM).calm
        steady, offering, again = side_by_side(
            [
                partial(plan, project, *busy, NOW),
                partial(plan, project, *free, NOW),
                partial(plan, project, one_turned_idle(busy[0]), busy[1], NOW, calm),
            ],
            5 if size < 5_000 else 3,
        )
        each = spoken(steady.median / (size * (1 + TASKS_EACH)))
        rows.append([f"{size:,}", f"{size * TASKS_EACH:,}", str(steady), each, str(offering), str(again)])
    last = "again in a loop, one agent turned idle"
    head = ["agents", "tasks", "everybody at work", "per subject", "one agent in 100 is handed a task", last]
    return table("Planning", head, rows, "`plan(project, observed, record, now)`, in memory.")


def one_turned_idle(observed: Observed) -> Observed:
    """Return the same, but for one agent, whose turn is over."""
    address = next(iter(observed.facts))
    return replace(observed, facts={**observed.facts, address: _seen("agent", "turn_over", "at_prompt", "recognised")})


def team(size: int) -> Project:
    """Return a project of `size` agents and five times as many tasks, with the built-in machines."""
    project = load_project(str(CONFIG), os.environ).project
    assert project is not None, "configs/practice.yaml is not valid"
    agent, task = next(iter(project.agents.values())), next(iter(project.tasks.values()))
    agents: dict[str, AgentSpec] = {f"a{n}": replace(agent, name=f"a{n}", row=f"a{n}") for n in range(size)}
    tasks: dict[str, TaskSpec] = {
        f"T-{n}": replace(task, id=f"T-{n}", order=n, needs=(f"T-{n - 1}",) if n % 3 == 2 else ())
        for n in range(size * TASKS_EACH)
    }
    return replace(project, agents=agents, tasks=tasks)


def world(project: Project, *, idle: int) -> tuple[Observed, Record]:
    """Return what is seen and remembered when `idle` agents wait and each other one works on a task."""
    names = list(project.agents)
    tasks = list(project.tasks)
    working = dict(zip(names[idle:], tasks, strict=False))
    done = set(tasks[len(names) : 3 * len(names)])
    assignments = [Assignment(id=f"{t}#1", agent=a, task=t, prompt="p", delivered=9_990.0) for a, t in working.items()]
    held = set(working.values())
    states = {f"agent/{name}": "WORKING" if name in working else "IDLE" for name in names}
    states |= {f"task/{t}": "WORKING" if t in held else "COMPLETED" if t in done else "PENDING" for t in tasks}
    record = Record(
        lineage="bench",
        subjects={a: SubjectRecord(address=a, state=s, entry=3, since=9_990.0) for a, s in states.items()},
        assignments={assignment.id: assignment for assignment in assignments},
    )
    facts = {f"agent/{name}": _seen("agent", "busy", "recognised") for name in working}
    facts |= {f"agent/{name}": _seen("agent", "turn_over", "at_prompt", "recognised") for name in names[:idle]}
    facts |= {f"task/{name}": _seen("task") for name in held}
    return Observed(at=NOW.wall, facts=facts, server="1:1"), record


def _seen(kind: str, *true: str) -> dict[str, Fact]:
    """Return the facts of one subject: `true` ones, the others false."""
    names = STANDARD_FACTS[kind] - FROM_THE_RECORD
    return {name: Fact(name=name, truth=Truth.of(name in true), source="screen") for name in names}
