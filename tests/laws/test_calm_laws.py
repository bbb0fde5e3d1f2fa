"""The law of calm: deciding only about those who are not calm makes the plan that deciding about everybody makes.

For machines with guards of all kinds, random facts, a record that moves on, and a person's hand in it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import wraps
from pathlib import Path
from typing import Concatenate, ParamSpec

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from amp_fsm.engine.commit import commit_of
from amp_fsm.model.calm import NO_CALM, Calm
from amp_fsm.model.desired import desired
from amp_fsm.model.errand import MACHINE, AddedTask, Errand
from amp_fsm.model.facts import Fact, Truth, Why
from amp_fsm.model.guards import Guard, all_of, any_of, fact, not_
from amp_fsm.model.machine import Budget, MachineSpec, Since, TimerSpec, TransitionSpec
from amp_fsm.model.observed import Memory, Observed
from amp_fsm.model.plan import Plan
from amp_fsm.model.project import Allowance, Deadline, FactSpec, OnLimit, Project, Source, SuccessionSpec, TaskSpec
from amp_fsm.model.record import Intent, IntentStatus, Record, Sample, SubjectRecord
from amp_fsm.model.review import ReviewSpec
from amp_fsm.model.standard import CLAIMS, SCREEN_CLASSES, STANDARD_FACTS, WORK
from amp_fsm.model.time import Now, Reading
from amp_fsm.model.usage import FIELDS, Spent
from amp_fsm.model.workspace import FACTS as WORKSPACE
from amp_fsm.model.workspace import WorkspaceKind
from amp_fsm.plan.planner import plan
from amp_fsm.plan.settle import settled
from amp_fsm.wiring import project_at

BASE = project_at(Path(__file__).parents[2] / "configs" / "practice.yaml", {**os.environ, "PRACTICE_ROOT": "."})
AGENTS, TASKS = ("ada", "ben", "cem"), ("T-1", "T-2", "T-3", "T-4", "T-5")
ADDRESSES = (*(f"agent/{name}" for name in AGENTS), *(f"task/{name}" for name in TASKS))
Given = ParamSpec("Given")
READING = Reading(wall=0.0, mono=0.0, boot="b")
DECLARED = {
    "long_queue": FactSpec(name="long_queue", source=Source.QUEUE, over=2),
    "ada_works": FactSpec(name="ada_works", source=Source.STATE, subject="agent/ada", states=("WORKING", "ASSIGNED")),
    "old": FactSpec(name="old", source=Source.AGE, over=100.0),
    "tried": FactSpec(name="tried", source=Source.ASSIGNMENT, over=1),
    "lit": FactSpec(name="lit", source=Source.FILE, file="lamp"),
}

OBSERVED = {
    "agent": (
        *SCREEN_CLASSES,
        *CLAIMS,
        *FIELDS,
        "at_prompt",
        "recognised",
        "progress",
        "asks_help",
        "context_full",
        "lit",
    ),
    "task": (*WORK, "claims_done", "claims_blocked", *WORKSPACE, "lit"),
}
"""What is seen of subjects; everything else that guards ask for follows from the record."""

truths = st.sampled_from([Truth.TRUE, Truth.TRUE, Truth.FALSE, Truth.UNKNOWN])


def _facts(names: tuple[str, ...], said: Mapping[str, Truth]) -> Mapping[str, Fact]:
    """Return all these facts, false but for what is said of them."""
    truths = dict.fromkeys(names, Truth.FALSE) | {"recognised": Truth.TRUE} | dict(said)
    why = {truth: Why.UNRECOGNISED if truth is Truth.UNKNOWN else None for truth in Truth}
    return {name: Fact(name=name, truth=truth, why=why[truth]) for name, truth in truths.items()}


SHOWN = (
    (),
    ("busy",),
    ("turn_over", "at_prompt"),
    ("turn_over", "claims_done"),
    ("turn_over", "asks_help"),
    ("asks",),
    ("limited",),
    ("gone",),
)
"""What screens usually show; of tasks nothing does."""


def seen(kind: str) -> st.SearchStrategy[Mapping[str, Fact]]:
    """Return what may be seen of a subject of a kind: seldom everything, for then nothing is calm."""
    usual = st.sampled_from(SHOWN if kind == "agent" else SHOWN[:1])
    more = st.dictionaries(st.sampled_from(OBSERVED[kind]), truths, max_size=2)
    return st.builds(lambda names, said: _facts(OBSERVED[kind], dict.fromkeys(names, Truth.TRUE) | said), usual, more)


DERIVED = {kind: sorted(STANDARD_FACTS[kind] - {*names, "offered"}) for kind, names in OBSERVED.items()}
"""What follows from the record: from a subject's own, from its needs, from the lead, from what was asked of others."""

LIVED_IN = {
    "agent": ("IDLE", "ASSIGNED", "WORKING", "COMPLETED"),
    "task": ("PENDING", "ASSIGNED", "WORKING", "VERIFYING"),
}
"""States in which subjects stay long enough to be calm."""


def guards(kind: str) -> st.SearchStrategy[Guard]:
    """Return guards of everything that subjects of a kind can be asked for, declared facts included."""
    return st.recursive(
        st.one_of(st.sampled_from(DERIVED[kind]), st.sampled_from(sorted({*STANDARD_FACTS[kind], *DECLARED}))).map(
            fact
        ),
        lambda inner: st.one_of(
            inner.map(not_),
            st.lists(inner, min_size=1, max_size=3).map(lambda parts: all_of(*parts)),
            st.lists(inner, min_size=1, max_size=2).map(lambda parts: any_of(*parts)),
        ),
        max_leaves=3,
    )


@st.composite
def machines(draw: st.DrawFn, kind: str) -> MachineSpec:
    """Return the built-in machine with transitions and timers of its states' own added at random."""
    spec, states = BASE.machines[kind], {}
    names = [name for name, state in spec.states.items() if not state.final]
    homes = st.sampled_from(LIVED_IN[kind])
    budgets = st.sampled_from([Budget(), Budget(most=2), Budget(most=1, per="", seconds=300.0), Budget(backoff=20.0)])
    for number, name in enumerate(draw(st.lists(homes, unique=True, max_size=4))):
        way = TransitionSpec(
            name=f"own{number}", to=draw(st.sampled_from(names)), when=draw(guards(kind)), budget=draw(budgets)
        )
        timer = TimerSpec(
            name=f"late{number}",
            seconds=draw(st.sampled_from([20.0, 90.0])),
            since=draw(st.sampled_from(Since)),
            when=draw(guards(kind)),
            repeats=draw(st.booleans()),
            budget=draw(budgets),
        )
        old = spec.states[name]
        states[name] = replace(old, transitions=(*old.transitions, way), timers=(*old.timers, timer))
    return replace(spec, states={**spec.states, **states})


@st.composite
def projects(draw: st.DrawFn) -> Project:
    """Return a team of three with five tasks, in which everything is used that decisions about others may rest on."""
    agent, task = BASE.agents["ada"], next(iter(BASE.tasks.values()))
    other = {
        "T-2": replace(task, needs=("T-1",)),
        "T-3": replace(task, needs=("T-1", "T-2"), workspace=draw(st.sampled_from(WorkspaceKind))),
        "T-4": replace(task, review=draw(st.sampled_from([None, ReviewSpec(by="lead")]))),
        "T-5": replace(task, deadline=draw(st.sampled_from([None, Deadline(after=500.0)])), avoid=("ada",)),
    }
    tasks: dict[str, TaskSpec] = {
        name: replace(other.get(name, task), id=name, order=place) for place, name in enumerate(TASKS)
    }
    return replace(
        BASE,
        agents={name: replace(agent, name=name, row=name) for name in AGENTS},
        tasks=tasks,
        facts=DECLARED,
        machines={**BASE.machines, "agent": draw(machines("agent")), "task": draw(machines("task"))},
        budgets=draw(st.sampled_from([{}, {"agent/ada": Allowance(tokens=100.0)}])),
        succession=SuccessionSpec(order=draw(st.sampled_from([(), ("ada", "ben")]))),
        policies=replace(
            BASE.policies,
            reassign_after=draw(st.sampled_from([0, 2])),
            on_limit=draw(st.sampled_from(OnLimit)),
            attempts=draw(st.sampled_from([0, 3])),
        ),
    )


def between_passes(
    happens: Callable[Concatenate[CalmPasses, Given], None],
) -> Callable[Concatenate[CalmPasses, Given], None]:
    """Let something happen right between two passes that do nothing: one finds out who is calm, one relies on it."""

    @wraps(happens)
    def rule(passes: CalmPasses, /, *arguments: Given.args, **named: Given.kwargs) -> None:
        passes.passes_go_by(1, does=False)
        happens(passes, *arguments, **named)
        passes.passes_go_by(1, does=False)

    return rule


class CalmPasses(RuleBasedStateMachine):
    """Passes that decide only about those who are not calm, each beside one that decides about everybody."""

    calm: Calm

    @initialize(project=projects())
    def begin(self, project: Project) -> None:
        self.project = project
        self.record = Record(lineage="L")
        self.policy = 0.0
        kinds = {address: address.partition("/")[0] for address in ADDRESSES}
        self.facts: dict[str, Mapping[str, Fact]] = {a: _facts(OBSERVED[kind], {}) for a, kind in kinds.items()}
        self.memory = Memory()
        self.answers: dict[str, Fact] = {}
        self.calm = NO_CALM

    @rule(passes=st.integers(3, 5))
    def everybody_gets_work(self, passes: int) -> None:
        """Let undisturbed passes go by, so that tasks are really handed out and worked on."""
        for names in (("turn_over", "at_prompt"), ("busy",)):
            shown = _facts(OBSERVED["agent"], dict.fromkeys(names, Truth.TRUE))
            self.facts = {**self.facts, **{f"agent/{name}": shown for name in AGENTS}}
            self.passes_go_by(passes, does=True)

    @rule(said=seen("agent"))
    @between_passes
    def everybody_is_seen_alike(self, said: Mapping[str, Fact]) -> None:
        self.facts = {**self.facts, **{f"agent/{name}": said for name in AGENTS}}

    @rule(agent=st.sampled_from(AGENTS), said=seen("agent"))
    @between_passes
    def an_agent_is_seen(self, agent: str, said: Mapping[str, Fact]) -> None:
        self.facts = {**self.facts, f"agent/{agent}": said}

    @rule(task=st.sampled_from(TASKS), said=seen("task"))
    @between_passes
    def work_is_seen(self, task: str, said: Mapping[str, Fact]) -> None:
        self.facts = {**self.facts, f"task/{task}": said}

    @rule(seconds=st.sampled_from([0.0, 1.0, 15.0, 25.0, 95.0, 400.0]))
    @between_passes
    def time_passes(self, seconds: float) -> None:
        self.policy += seconds

    @rule(agent=st.sampled_from(AGENTS), back=st.sampled_from([0.0, 10.0]))
    @between_passes
    def an_agent_gets_on(self, agent: str, back: float) -> None:
        sample = Sample(state="working", since=self.policy, progress=self.policy - back)
        self.memory = replace(self.memory, samples={**self.memory.samples, agent: sample})

    @rule(tokens=st.sampled_from([10.0, 120.0]))
    @between_passes
    def tokens_are_used(self, tokens: float) -> None:
        self.memory = replace(self.memory, spent={"agent/ada": Spent(tokens=tokens)})

    @rule(address=st.sampled_from(ADDRESSES), data=st.data())
    @between_passes
    def somebody_is_put_elsewhere(self, address: str, data: st.DataObject) -> None:
        subject = self.record.subjects.get(address)
        if subject is not None:
            state = data.draw(st.sampled_from(sorted(self.project.machines[address.partition("/")[0]].states)))
            moved = replace(subject, state=state, entry=subject.entry + 1, since=self.policy)
            self.record = replace(self.record, subjects={**self.record.subjects, address: moved})

    @rule(
        who=st.sampled_from(["ada", "ben", "*"]),
        what=st.sampled_from(["pause", "go", "lead", "bar", "refuse", "forgive"]),
    )
    @between_passes
    def a_person_steps_in(self, who: str, what: str) -> None:
        record, name = self.record, who if who != "*" else "cem"
        match what:
            case "pause":
                self.record = replace(record, paused=record.paused | {who})
            case "go":
                self.record = replace(record, paused=record.paused - {who})
            case "lead":
                self.record = replace(record, lead=name)
            case "bar":
                self.record = replace(record, barred={**record.barred, "T-1": (name,)})
            case "refuse":
                self.record = replace(record, refusals={**record.refusals, f"T-1|{name}": 2})
            case _:
                self.record = replace(record, attempts={**record.attempts, "T-1": 3}, forgiven={"T-1": 1})

    @rule(first=st.sampled_from(TASKS), needs=st.sampled_from(TASKS))
    @between_passes
    def the_configuration_is_edited(self, first: str, needs: str) -> None:
        tasks = self.project.tasks
        edited = replace(tasks[first], needs=(needs,) if needs < first else ())
        self.project = replace(self.project, tasks={**tasks, first: edited})

    @rule(state=st.sampled_from(["PENDING", "COMPLETED"]), held=st.booleans())
    @between_passes
    def help_is_asked_for(self, state: str, held: bool) -> None:
        """Let somebody who holds a task have asked the lead, with an answer or without."""
        holding = next(iter(self.record.assignments.values()), None)
        if holding is None or "HELP-1" in self.record.added:
            return
        errand = TaskSpec(id="HELP-1", kind="help", title="Help", errand=Errand.HELP, machine=MACHINE)
        item = AddedTask(
            task=errand, about=f"task/{holding.task}", by=holding.agent, assignment=holding.id if held else ""
        )
        subject = SubjectRecord(address="task/HELP-1", state=state)
        subjects = {**self.record.subjects, subject.address: subject}
        self.record = replace(self.record, added={"HELP-1": item}, subjects=subjects)

    @rule(done=st.booleans())
    @between_passes
    def help_comes(self, done: bool) -> None:
        answer = Fact(name="help_answered", truth=Truth.of(done), value="do it so", source="file")
        subject = self.record.subjects.get("task/HELP-1")
        if subject is not None:
            self.answers = {"HELP-1": answer}
            after = replace(subject, state="COMPLETED" if done else "PENDING")
            self.record = replace(self.record, subjects={**self.record.subjects, subject.address: after})

    @rule(what=st.sampled_from(["delivered", "unknown", "returned"]))
    @between_passes
    def prompts_come_to_something(self, what: str) -> None:
        for held in self.record.assignments.values():
            after = {
                "delivered": replace(held, delivered=self.policy),
                "unknown": replace(held, unknown=not held.unknown),
                "returned": replace(held, returned=not held.returned),
            }[what]
            self.record = replace(self.record, assignments={**self.record.assignments, held.id: after})

    @rule(passes=st.integers(1, 4), does=st.booleans())
    def passes_go_by(self, passes: int, does: bool) -> None:
        for _ in range(passes):
            self._pass(does=does)

    def _pass(self, *, does: bool) -> None:
        now = Now(policy=self.policy, wall=self.policy)
        observed = Observed(at=self.policy, facts=self.facts, server="1:1", memory=self.memory, answers=self.answers)
        project = desired(self.project, self.record)
        everybody = plan(project, observed, self.record, now)
        made = plan(project, observed, self.record, now, self.calm)
        assert _as_told(made) == _as_told(everybody)
        assert made.due_in == pytest.approx(everybody.due_in)
        self.calm = made.calm
        if does:
            done = commit_of(self.record, made, self.memory, now, READING)
            self.record = replace(done.record, serial=self.record.serial + 1)
            for intent in [intent for change in made.changes for intent in change.intents]:
                self._settle(replace(intent, status=IntentStatus.DONE), now)

    def _settle(self, intent: Intent, now: Now) -> None:
        self.record = settled(self.record, intent, now)


def _as_told(made: Plan) -> Plan:
    """Return a plan without what is compared apart, or only made when it is asked for."""
    return replace(made, facts={}, due_in=None)


TestCalmPasses = CalmPasses.TestCase
TestCalmPasses.settings = settings(max_examples=40, stateful_step_count=40, deadline=None)
