"""A small team with small machines, and observations of it, for tests of the planner."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from amp_fsm.model.facts import Fact, Truth, Why
from amp_fsm.model.guards import all_of, fact, not_
from amp_fsm.model.machine import (
    ActionSpec,
    Budget,
    Exhausted,
    MachineSpec,
    Since,
    StateSpec,
    TimerSpec,
    TransitionSpec,
    Verb,
)
from amp_fsm.model.observed import Observed
from amp_fsm.model.profile import Profile
from amp_fsm.model.project import AgentSpec, KindSpec, Priority, Project, TaskSpec, TmuxSpec
from amp_fsm.model.record import Assignment, Record, SubjectRecord
from amp_fsm.model.standard import STANDARD_FACTS
from amp_fsm.model.time import Now

NOW = Now(policy=1000.0, wall=1_700_000_000.0)
ASSIGN = ActionSpec(verb=Verb.ASSIGN)
RELEASE = ActionSpec(verb=Verb.RELEASE)
TELL = ActionSpec(verb=Verb.NOTIFY, what="operator")


def send(prompt: str) -> ActionSpec:
    return ActionSpec(verb=Verb.SEND, what=prompt)


def verdict(word: str) -> ActionSpec:
    return ActionSpec(verb=Verb.VERDICT, what=word)


AGENT_MACHINE = MachineSpec(
    name="agent",
    initial="IDLE",
    transitions=(
        TransitionSpec(name="busy", to="WORKING", when=fact("busy")),
        TransitionSpec(name="give_back", to="IDLE", manual=True, do=(RELEASE,)),
    ),
    states={
        "IDLE": StateSpec(
            name="IDLE",
            transitions=(
                TransitionSpec(
                    name="assign",
                    to="ASSIGNED",
                    when=all_of(fact("at_prompt"), fact("offered")),
                    do=(ASSIGN, send("work")),
                ),
            ),
        ),
        "ASSIGNED": StateSpec(
            name="ASSIGNED",
            timers=(
                TimerSpec(
                    name="ignored",
                    seconds=120,
                    since=Since.DELIVERY,
                    when=fact("prompt_delivered"),
                    to="BLOCKED",
                    do=(TELL,),
                ),
            ),
        ),
        "WORKING": StateSpec(
            name="WORKING",
            transitions=(
                TransitionSpec(name="free", to="IDLE", when=all_of(fact("turn_over"), not_(fact("has_task")))),
            ),
            timers=(TimerSpec(name="stalled", seconds=600, since=Since.PROGRESS, to="BLOCKED"),),
        ),
        "BLOCKED": StateSpec(
            name="BLOCKED",
            transitions=(
                TransitionSpec(
                    name="again",
                    to="ASSIGNED",
                    when=all_of(fact("at_prompt"), fact("task_returned")),
                    do=(send("work"),),
                    budget=Budget(most=2, then=Exhausted(to="STUCK", do=(TELL,))),
                ),
            ),
            timers=(
                TimerSpec(
                    name="remind",
                    seconds=600,
                    repeats=True,
                    when=fact("at_prompt"),
                    do=(send("reminder"),),
                    budget=Budget(most=2, per="entry"),
                ),
            ),
        ),
        "STUCK": StateSpec(name="STUCK"),
    },
)
TASK_MACHINE = MachineSpec(
    name="task",
    initial="PENDING",
    states={
        "PENDING": StateSpec(
            name="PENDING",
            transitions=(
                TransitionSpec(name="needs_lost", to="PARKED", when=fact("needs_lost")),
                TransitionSpec(name="assign", to="WORKING", when=fact("offered")),
            ),
        ),
        "PARKED": StateSpec(name="PARKED", transitions=(TransitionSpec(name="back", to="PENDING", manual=True),)),
        "WORKING": StateSpec(
            name="WORKING",
            transitions=(TransitionSpec(name="claimed", to="VERIFYING", when=fact("claims_done")),),
        ),
        "VERIFYING": StateSpec(
            name="VERIFYING",
            transitions=(
                TransitionSpec(
                    name="refused", to="WORKING", when=not_(fact("deliverables_present")), do=(verdict("refused"),)
                ),
                TransitionSpec(
                    name="verified",
                    to="COMPLETED",
                    when=fact("deliverables_present"),
                    do=(verdict("verified"), RELEASE),
                ),
            ),
        ),
        "COMPLETED": StateSpec(name="COMPLETED", final=True),
        "CANCELLED": StateSpec(name="CANCELLED", final=True),
    },
)
ADA = AgentSpec(name="ada", profile="p", window="0", skills=("code",))
BEN = AgentSpec(name="ben", profile="p", window="1", skills=("code", "writing"))


def task(name: str, **changes: object) -> TaskSpec:
    spec = TaskSpec(id=name, kind="code", title=f"Title of {name}", skills=("code",))
    return replace(spec, **changes)  # type: ignore[arg-type]  # field names vary by test


def project(*tasks: TaskSpec, agents: tuple[AgentSpec, ...] = (ADA, BEN), **changes: object) -> Project:
    ordered = tuple(replace(spec, order=place) for place, spec in enumerate(tasks))
    made = Project(
        name="team",
        root="/r",
        store="/s",
        source="team.yaml",
        digest="d1",
        tmux=TmuxSpec(session="s"),
        agents={agent.name: agent for agent in agents},
        profiles={"p": Profile(name="p", command=("agent",), programs=("agent",))},
        kinds={"code": KindSpec(name="code", prompt="work")},
        prompts={
            "work": "Do {{ task.id }}: {{ task.title }}.",
            "reminder": "Go on with {{ task.id }} ({{ reminder }}).",
        },
        tasks={spec.id: spec for spec in ordered},
        machines={"agent": AGENT_MACHINE, "task": TASK_MACHINE},
    )
    return replace(made, **changes)  # type: ignore[arg-type]  # field names vary by test


def known(*names: str, unknown: tuple[str, ...] = (), kind: str = "agent") -> dict[str, Fact]:
    """Return the standard facts of a kind, false but for `names` (true) and `unknown`."""
    observed = {"has_task", "offered", "prompt_delivered", "task_returned", "services_up", "has_holder", "holder_busy"}
    observed |= {
        "needs_met",
        "needs_lost",
        "reassign_due",
        "over_budget",
        "moot",
        "has_lead",
        "help_answered",
        "limit_due",
    }
    observed |= {"leads"}
    if kind == "agent":
        observed |= {"deliverables_present", "checks_passed", "checks_failed"}
    facts = {name: Fact(name=name, truth=Truth.of(name in names)) for name in STANDARD_FACTS[kind] - observed}
    if kind == "agent":
        facts["recognised"] = Fact(name="recognised", truth=Truth.TRUE)
    for name in unknown:
        facts[name] = Fact(name=name, truth=Truth.UNKNOWN, why=Why.UNRECOGNISED)
    return facts


AT_PROMPT = ("turn_over", "at_prompt")


def observed(**facts: Mapping[str, Fact]) -> Observed:
    """Return an observation; keys are `ada`, `ben` (agents), anything else a task's id with `_` for `-`."""
    named = {f"agent/{name}" if name in ("ada", "ben") else f"task/{name}": value for name, value in facts.items()}
    return Observed(at=NOW.wall, facts=named, server="1:1")


def assignment(agent: str, name: str, **changes: object) -> Assignment:
    made = Assignment(id=f"{name}#1", agent=agent, task=name, since=900.0, prompt="p1", delivered=905.0)
    return replace(made, **changes)  # type: ignore[arg-type]  # field names vary by test


def record(
    *assignments: Assignment, states: Mapping[str, str] | None = None, since: float = 900.0, **changes: object
) -> Record:
    subjects = {
        address: SubjectRecord(address=address, state=state, entry=3, since=since)
        for address, state in (states or {}).items()
    }
    made = Record(lineage="L", serial=5, subjects=subjects, assignments={item.id: item for item in assignments})
    return replace(made, **changes)  # type: ignore[arg-type]  # field names vary by test


HIGH, LOW = Priority.HIGH, Priority.LOW
