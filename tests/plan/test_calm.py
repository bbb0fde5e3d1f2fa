"""Each thing that a decision may rest on: when it changes, whoever was calm is decided anew."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

import pytest

from amp_fsm.model.calm import NO_CALM
from amp_fsm.model.desired import desired
from amp_fsm.model.errand import MACHINE, AddedTask, Errand
from amp_fsm.model.facts import Fact, Truth
from amp_fsm.model.guards import fact, not_
from amp_fsm.model.machine import MachineSpec, Since, StateSpec, TimerSpec, TransitionSpec
from amp_fsm.model.observed import Memory, Observed
from amp_fsm.model.plan import Plan
from amp_fsm.model.project import Allowance, OnLimit, Project, ServiceSpec, SuccessionSpec, TaskSpec
from amp_fsm.model.record import Assignment, Record, Sample, SubjectRecord
from amp_fsm.model.time import Now
from amp_fsm.model.usage import Spent
from amp_fsm.model.workspace import WorkspaceKind
from amp_fsm.plan.decide import Decision
from amp_fsm.plan.planner import plan
from amp_fsm.plan.situation import Situation
from amp_fsm.wiring import project_at

BASE = project_at(Path(__file__).parents[2] / "configs" / "practice.yaml", {**os.environ, "PRACTICE_ROOT": "."})
HOME, AWAY, STUCK = "HOME", "AWAY", "BLOCKED"
HELP = TaskSpec(id="HELP-1", kind="help", title="Help", errand=Errand.HELP, machine=MACHINE)
HELD = Assignment(id="T-1#1", agent="ada", task="T-1", attempt=1)


def at(state: str, *addresses: str) -> dict[str, SubjectRecord]:
    return {address: SubjectRecord(address=address, state=state) for address in addresses}


EVERYBODY = at(HOME, "agent/ada", "agent/ben", "agent/cem", "task/T-1", "task/T-2")
NOTHING = Memory()
RECORD = Record(lineage="L", subjects=EVERYBODY)


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What there is to rest on: a record, facts by address, and what else was seen."""

    record: Record = RECORD
    facts: Mapping[str, Mapping[str, bool]] = field(default_factory=dict)
    memory: Memory = NOTHING
    answers: Mapping[str, Fact] = field(default_factory=dict)
    policy: float = 100.0


def machine(kind: str, name: str) -> MachineSpec:
    """Return a machine that leaves home when a fact is true (or `not`), or, named `later`, by a timer."""
    guard = not_(fact(name.removeprefix("not "))) if name.startswith("not ") else fact(name)
    go = TransitionSpec(name="go", to=AWAY, when=guard)
    timer = TimerSpec(name="late", seconds=50.0, since=Since.PROGRESS, to=AWAY)
    home = StateSpec(name=HOME, timers=(timer,)) if name == "later" else StateSpec(name=HOME, transitions=(go,))
    others = {
        state: StateSpec(name=state, final=state == "COMPLETED")
        for state in (AWAY, STUCK, "COMPLETED", "FAILED", "RETIRED")
    }
    others["RETIRED"] = StateSpec(name="RETIRED", final=True)
    return MachineSpec(name=kind, initial=HOME, states={HOME: home, **others})


def team(name: str, kind: str) -> Project:
    """Return three agents and two tasks, of which those of a kind leave home when a fact is true."""
    agent, task = BASE.agents["ada"], next(iter(BASE.tasks.values()))
    machines = {
        **BASE.machines,
        "agent": machine("agent", name if kind == "agent" else "gone"),
        "task": machine("task", name if kind == "task" else "moot"),
    }
    return replace(
        BASE,
        agents={one: replace(agent, name=one, row=one, requires=("proxy",)) for one in ("ada", "ben", "cem")},
        services={"proxy": ServiceSpec(name="proxy", window="9", command=("proxy",))},
        tasks={
            "T-1": replace(task, id="T-1", workspace=WorkspaceKind.WORKTREE),
            "T-2": replace(task, id="T-2", needs=("T-1",), order=1),
        },
        machines=machines,
        budgets={"agent/ada": Allowance(tokens=100.0)},
        succession=SuccessionSpec(order=("ben", "cem", "ada")),
        policies=replace(BASE.policies, reassign_after=2, on_limit=OnLimit.REASSIGN, attempts=3),
    )


HOLDING = replace(RECORD, assignments={HELD.id: HELD})
ASKED = replace(
    HOLDING,
    added={"HELP-1": AddedTask(task=HELP, about="task/T-1", by="ada", assignment=HELD.id)},
    subjects={**EVERYBODY, **at("PENDING", "task/HELP-1")},
)
ANSWERED = replace(ASKED, subjects={**EVERYBODY, **at("COMPLETED", "task/HELP-1")})
NO_ANSWER, ANSWER = (
    {"HELP-1": Fact(name="help_answered", truth=Truth.of(said), value="so", source="file")} for said in (False, True)
)
REFUSED = replace(HOLDING, refusals={"T-1|ada": 1})
ONLY_CEM = replace(REFUSED, barred={"T-1": ("ben",)})
OTHERS_BARRED = {"T-1": ("ben", "cem")}
LIMITED = {"agent/ada": {"limited": True}}


def told(**what: object) -> Record:
    return replace(RECORD, assignments={HELD.id: replace(HELD, **what)})  # type: ignore[arg-type]  # any of its fields


def sample(progress: float) -> Memory:
    return Memory(samples={"ada": Sample(progress=progress)})


MOVED = sample(90.0)

CASES = {
    "own facts": (
        "agent/ada",
        "asks",
        World(facts={"agent/ada": {"asks": False}}),
        World(facts={"agent/ada": {"asks": True}}),
    ),
    "an assignment": ("agent/ada", "has_task", World(record=RECORD), World(record=HOLDING)),
    "a delivery": ("agent/ada", "prompt_delivered", World(record=HOLDING), World(record=told(delivered=1.0))),
    "a verdict": ("agent/ada", "task_returned", World(record=HOLDING), World(record=told(returned=True))),
    "a holder": ("task/T-1", "has_holder", World(record=RECORD), World(record=HOLDING)),
    "the holder's screen": (
        "task/T-1",
        "holder_busy",
        World(record=HOLDING, facts={"agent/ada": {"busy": False}}),
        World(record=HOLDING, facts={"agent/ada": {"busy": True}}),
    ),
    "the work": (
        "agent/ada",
        "deliverables_present",
        World(record=HOLDING, facts={"task/T-1": {"deliverables_present": False}}),
        World(record=HOLDING, facts={"task/T-1": {"deliverables_present": True}}),
    ),
    "a need": (
        "task/T-2",
        "needs_met",
        World(),
        World(record=replace(RECORD, subjects={**EVERYBODY, **at("COMPLETED", "task/T-1")})),
    ),
    "a lost need": (
        "task/T-2",
        "needs_lost",
        World(),
        World(record=replace(RECORD, subjects={**EVERYBODY, **at("FAILED", "task/T-1")})),
    ),
    "the lead": ("agent/ada", "leads", World(), World(record=replace(RECORD, lead="ada"))),
    "the lead's state": (
        "agent/ada",
        "has_lead",
        World(record=replace(RECORD, subjects={**EVERYBODY, **at(STUCK, "agent/ben")})),
        World(),
    ),
    "the lead's pause": ("agent/ada", "has_lead", World(record=replace(RECORD, paused=frozenset({"ben"}))), World()),
    "an errand": (
        "agent/ada",
        "help_answered",
        World(record=HOLDING, answers=ANSWER),
        World(record=ANSWERED, answers=ANSWER),
    ),
    "an errand's state": (
        "agent/ada",
        "help_answered",
        World(record=ASKED, answers=ANSWER),
        World(record=ANSWERED, answers=ANSWER),
    ),
    "an answer": (
        "agent/ada",
        "help_answered",
        World(record=ANSWERED, answers=NO_ANSWER),
        World(record=ANSWERED, answers=ANSWER),
    ),
    "tokens": ("agent/ada", "over_budget", World(), World(memory=Memory(spent={"agent/ada": Spent(tokens=200.0)}))),
    "remembered tokens": (
        "agent/ada",
        "over_budget",
        World(),
        World(record=replace(RECORD, spent={"agent/ada": Spent(tokens=200.0)})),
    ),
    "a refusal": ("task/T-1", "reassign_due", World(record=HOLDING), World(record=REFUSED)),
    "attempts": (
        "task/T-1",
        "reassign_due",
        World(record=replace(REFUSED, attempts={"T-1": 3})),
        World(record=REFUSED),
    ),
    "forgiveness": (
        "task/T-1",
        "reassign_due",
        World(record=replace(REFUSED, attempts={"T-1": 3})),
        World(record=replace(REFUSED, attempts={"T-1": 3}, forgiven={"T-1": 1})),
    ),
    "a bar": ("task/T-1", "reassign_due", World(record=replace(REFUSED, barred=OTHERS_BARRED)), World(record=REFUSED)),
    "a reservation": (
        "task/T-1",
        "reassign_due",
        World(record=replace(REFUSED, reserved={"T-1": "ada"})),
        World(record=REFUSED),
    ),
    "who is left": (
        "task/T-1",
        "reassign_due",
        World(record=replace(ONLY_CEM, subjects={**EVERYBODY, **at("RETIRED", "agent/cem")})),
        World(record=ONLY_CEM),
    ),
    "what was told": (
        "agent/ada",
        "help_answered",
        World(record=replace(ANSWERED, added={"HELP-1": replace(ASKED.added["HELP-1"], told="x")}), answers=ANSWER),
        World(record=ANSWERED, answers=ANSWER),
    ),
    "a service": (
        "agent/ada",
        "services_up",
        World(facts={"service/proxy": {"ready": False}}),
        World(facts={"service/proxy": {"ready": True}}),
    ),
    "a limit": (
        "task/T-1",
        "limit_due",
        World(record=HOLDING, facts={"agent/ada": {"limited": False}}),
        World(record=HOLDING, facts=LIMITED),
    ),
    "time": ("agent/ada", "later", World(memory=MOVED), World(memory=MOVED, policy=141.0)),
    "progress": ("agent/ada", "later", World(memory=MOVED), World(memory=sample(40.0))),
    "remembered progress": (
        "agent/ada",
        "later",
        World(record=replace(RECORD, samples=MOVED.samples)),
        World(record=replace(RECORD, samples=sample(40.0).samples)),
    ),
    "an assignment that is no more": ("agent/ada", "not has_task", World(record=HOLDING), World(record=RECORD)),
    "a holder that is no more": ("task/T-1", "not has_holder", World(record=HOLDING), World(record=RECORD)),
}


@pytest.mark.parametrize(("address", "name", "before", "after"), CASES.values(), ids=CASES)
def test_a_change_of_what_a_decision_rests_on_stirs_whoever_was_calm(
    address: str, name: str, before: World, after: World
) -> None:
    project = team(name, address.partition("/")[0])
    first = planned(project, before)
    assert address not in moved(first)
    assert address in first.calm.until, "nobody was calm: nothing is tested"
    again = planned(project, after, first)
    assert address in moved(again)
    assert again.changes == planned(project, after).changes


def test_another_configuration_stirs_everybody() -> None:
    world = World(facts={"agent/ada": {"asks": True, "limited": False}})
    calm = planned(team("limited", "agent"), world)
    assert "agent/ada" in calm.calm.until
    assert "agent/ada" in moved(planned(team("asks", "agent"), world, calm))


def test_whoever_is_calm_is_not_decided_again(monkeypatch: pytest.MonkeyPatch) -> None:
    project, world = team("asks", "agent"), World(facts={"agent/ada": {"asks": False}})
    first, decided = planned(project, world), []

    def decide(situation: Situation, address: str, *_: object, **__: object) -> Decision:
        decided.append(address)
        return Decision()

    monkeypatch.setattr("amp_fsm.plan.planner.decide", decide)
    planned(project, world, first)
    assert "agent/ada" in first.calm.until
    assert not set(first.calm.until) & set(decided)
    assert "agent/ben" in decided, "of whom nothing is known, so that the plan says so each time"


@cache
def seen(said: tuple[tuple[str, bool], ...]) -> Mapping[str, Fact]:
    """Return facts: the very same ones for what is the same, as observing again does."""
    return {name: Fact(name=name, truth=Truth.of(value)) for name, value in said}


def planned(project: Project, world: World, before: Plan | None = None) -> Plan:
    said = {"agent/ada": {}, **world.facts}
    facts = {address: seen(tuple({"recognised": True, **found}.items())) for address, found in said.items()}
    observed = Observed(at=0.0, facts=facts, server="1:1", memory=world.memory, answers=world.answers)
    project = desired(project, world.record)
    now = Now(policy=world.policy, wall=world.policy)
    return plan(project, observed, world.record, now, before.calm if before is not None else NO_CALM)


def moved(made: Plan) -> set[str]:
    return {change.address for change in made.changes if change.moves}
