"""Laws of passes, for the default machines, in a world that changes and a process that dies at any instant.

The world here is values only: facts come and go at random, effects are applied or lost, and a pass may be cut off
between any two of its steps.  What is tested is what the pure parts make of it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from amp_fsm.engine.commit import commit_of
from amp_fsm.model.facts import Fact, Truth, Why
from amp_fsm.model.guards import Guard, evaluate
from amp_fsm.model.machine import Verb
from amp_fsm.model.observed import Memory, Observed
from amp_fsm.model.plan import Change, Plan, Recovery
from amp_fsm.model.profile import Composer, ScreenReading, ScreenState
from amp_fsm.model.project import Project
from amp_fsm.model.record import Intent, IntentStatus, Record, SubjectRecord
from amp_fsm.model.seen import PaneRef, PaneSeen
from amp_fsm.model.standard import CLAIMS, SCREEN_CLASSES, WORK
from amp_fsm.model.time import Now, Reading
from amp_fsm.plan.planner import plan
from amp_fsm.plan.settle import settled
from amp_fsm.wiring import project_at

PROJECT = project_at(Path(__file__).parents[2] / "configs" / "practice.yaml", {**os.environ, "PRACTICE_ROOT": "."})
AGENTS = tuple(PROJECT.agents)
TASKS = tuple(PROJECT.tasks)
READING = Reading(wall=0.0, mono=0.0, boot="b")

classes = st.sampled_from([*SCREEN_CLASSES, "unknown", "draft"])
claims = st.sampled_from(["none", "unknown", *CLAIMS])
works = st.tuples(st.sampled_from(Truth), st.sampled_from(["passed", "failed", "unknown"]))


def screen(shown: str, claim: str) -> dict[str, Fact]:
    """Return an agent's facts when its screen shows one class and its row says one thing."""
    facts = {name: _fact(name, Truth.of(name == shown)) for name in SCREEN_CLASSES}
    if shown == "draft":
        facts["turn_over"] = _fact("turn_over", Truth.TRUE)
    facts["at_prompt"] = _fact("at_prompt", Truth.of(shown == "turn_over"))
    facts["recognised"] = _fact("recognised", Truth.of(shown != "unknown"))
    if shown == "unknown":
        facts |= {name: _fact(name, Truth.UNKNOWN) for name in (*SCREEN_CLASSES, "at_prompt") if name != "gone"}
    for name in CLAIMS:
        facts[name] = _fact(name, Truth.UNKNOWN if claim == "unknown" else Truth.of(name == claim))
    return {**facts, "asks_help": replace(facts["claims_help"], name="asks_help")}


def work(present: Truth, checks: str) -> dict[str, Fact]:
    passed = {"passed": (Truth.TRUE, Truth.FALSE), "failed": (Truth.FALSE, Truth.TRUE)}
    truths = (present, *passed.get(checks, (Truth.UNKNOWN, Truth.UNKNOWN)))
    return {name: _fact(name, truth) for name, truth in zip(WORK, truths, strict=True)}


def _fact(name: str, truth: Truth) -> Fact:
    return Fact(name=name, truth=truth, why=Why.UNRECOGNISED if truth is Truth.UNKNOWN else None)


class Passes(RuleBasedStateMachine):
    """Passes over a changing world, with crashes."""

    @initialize()
    def begin(self) -> None:
        self.record = Record(lineage="L")
        self.policy = 0.0
        self.shown = dict.fromkeys(AGENTS, "gone")
        self.claimed = dict.fromkeys(AGENTS, "none")
        self.worked: dict[str, tuple[Truth, str]] = dict.fromkeys(TASKS, (Truth.FALSE, "unknown"))
        self.panes: dict[str, PaneSeen] = {}
        self.typed: list[str] = []
        self.made: list[str] = []

    # ---- the world ---------------------------------------------------------------------------------------------

    @rule(agent=st.sampled_from(AGENTS), shown=classes, claim=claims)
    def something_happens(self, agent: str, shown: str, claim: str) -> None:
        self.shown[agent], self.claimed[agent] = shown, claim
        if shown == "gone":
            self.panes.pop(agent, None)
        elif agent not in self.panes:
            ref = PaneRef(server="1:1", pane=f"%{AGENTS.index(agent)}", pid=len(self.typed) + 1)
            self.panes[agent] = PaneSeen(
                ref=ref, session="s", window="0", name=agent, owner=f"practice/agent/{agent}", command="python"
            )

    @rule(task=st.sampled_from(TASKS), done=works)
    def somebody_works(self, task: str, done: tuple[Truth, str]) -> None:
        self.worked[task] = done

    @rule(seconds=st.sampled_from([0.5, 30.0, 130.0, 700.0, 4000.0]))
    def time_passes(self, seconds: float) -> None:
        self.policy += seconds

    # ---- a pass ------------------------------------------------------------------------------------------------

    @rule(passes=st.integers(1, 5))
    def everybody_is_at_the_prompt(self, passes: int) -> None:
        """Let some undisturbed passes go by, so that tasks are really handed out."""
        for agent in AGENTS:
            self.something_happens(agent, "turn_over", "none")
        for _ in range(passes):
            self.a_pass(None, refuse=False)

    @rule(crash=st.sampled_from([None, 0, 1, 2, 3, 4, 5, 6, 7]), refuse=st.sampled_from([False, False, False, True]))
    def a_pass(self, crash: int | None, refuse: bool) -> None:
        """Plan, write down, do; `crash` cuts it off after that many steps, `refuse` lets panes refuse."""
        made = self.planned()
        self.check(made)
        if crash == 0:
            return
        self.commit(made)
        left = 10_000 if crash is None else crash
        for intent, recovery in _jobs(made):
            left = self.perform(intent, recovery, left, refuse=refuse)
            if left <= 0:
                return

    def observed(self) -> Observed:
        facts: dict[str, Mapping[str, Fact]] = {
            f"agent/{name}": screen(self.shown[name], self.claimed[name]) for name in AGENTS
        }
        holders = {assignment.task: assignment.agent for assignment in self.record.assignments.values()}
        for task in TASKS:
            said = facts[f"agent/{holders[task]}"] if task in holders else {}
            own = {name: said[name] for name in ("claims_done", "claims_blocked") if name in said}
            facts[f"task/{task}"] = {**work(*self.worked[task]), **own}
        readings = {name: self.reading(name) for name in self.panes}
        panes = {f"agent/{name}": pane for name, pane in self.panes.items()}
        return Observed(at=0.0, facts=facts, panes=panes, readings=readings, server="1:1")

    def reading(self, agent: str) -> ScreenReading:
        pane = self.panes[agent]
        waits = pane.typed != "" and pane.entered != pane.typed
        if waits:
            return ScreenReading(state=ScreenState.IDLE, composer=Composer.DRAFT, collapsed=True)
        return ScreenReading(state=ScreenState.IDLE, composer=Composer.EMPTY)

    def planned(self) -> Plan:
        return plan(PROJECT, self.observed(), self.record, Now(policy=self.policy, wall=0.0))

    def commit(self, made: Plan) -> None:
        done = commit_of(self.record, made, Memory(), Now(policy=self.policy, wall=0.0), READING)
        self.record = replace(done.record, serial=self.record.serial + done.moves)
        self.made += [intent.id for change in made.changes for intent in change.intents]
        for step in made.steps:
            ends = {
                Recovery.DONE: IntentStatus.DONE,
                Recovery.VOID: IntentStatus.VOID,
                Recovery.ASK: IntentStatus.UNKNOWN,
            }
            if step.recovery in ends:
                self.settle(replace(step.intent, status=ends[step.recovery]))

    def settle(self, intent: Intent) -> None:
        self.record = settled(self.record, intent, Now(policy=self.policy, wall=0.0))

    def keep(self, intent: Intent) -> None:
        self.record = replace(self.record, intents={**self.record.intents, intent.id: intent})

    def perform(self, intent: Intent, recovery: Recovery, left: int, *, refuse: bool) -> int:
        """Do one intent step by step, as far as `left` goes; return what is left."""
        if intent.action.verb is not Verb.SEND:
            self.settle(replace(intent, status=IntentStatus.DONE))
            return left - 1
        agent = intent.address.partition("/")[2]
        pane = self.panes.get(agent)
        if pane is None or refuse:
            return left - 1
        if recovery is Recovery.PERFORM:
            intent = replace(intent, status=IntentStatus.TYPING, pane=pane.ref)
            self.keep(intent)
            if left <= 1:
                return 0
            assert pane.typed != intent.id, "typed twice"
            self.typed.append(intent.id)
            self.panes[agent] = pane = replace(pane, typed=intent.id)
            if left <= 2:
                return 0
            self.keep(replace(intent, status=IntentStatus.TYPED))
        if left <= 3:
            return 0
        self.panes[agent] = replace(pane, entered=intent.id)
        if left <= 4:
            return 0
        self.settle(replace(intent, status=IntentStatus.DONE, pane=pane.ref))
        return left - 5

    # ---- what must hold ----------------------------------------------------------------------------------------

    def check(self, made: Plan) -> None:
        moved = [change.address for change in made.changes]
        assert len(moved) == len(set(moved)), "more than one change of one subject in one pass"
        for change in made.changes:
            self.check_change(made, change)
        mirrored = plan(_mirrored(PROJECT), self.observed(), self.record, Now(policy=self.policy, wall=0.0))
        key = _by_address(made.changes)
        assert _by_address(mirrored.changes) == key, "the order of subjects matters"

    def check_change(self, made: Plan, change: Change) -> None:
        machine = PROJECT.machines["agent" if change.address.startswith("agent/") else "task"]
        assert not machine.states[change.before.state].final, "a final state was left"
        known = [t for t in machine.leaving(change.before.state) if t.name == change.cause]
        for transition in known:
            assert self.holds(made, change.address, transition.when), "fired on a guard that is not true"
        for intent in change.intents:
            assert intent.id not in self.made, "the same action identity twice"

    def holds(self, made: Plan, address: str, guard: Guard) -> bool:
        return evaluate(guard, made.facts[address]) is Truth.TRUE

    @invariant()
    def one_assignment_each(self) -> None:
        open_ones = getattr(self, "record", Record()).assignments.values()
        assert len({item.agent for item in open_ones}) == len(open_ones)
        assert len({item.task for item in open_ones}) == len(open_ones)

    @invariant()
    def no_prompt_is_typed_twice(self) -> None:
        typed = getattr(self, "typed", [])
        assert len(typed) == len(set(typed))

    def teardown(self) -> None:
        """Let the world settle: passes over it come to rest."""
        if not hasattr(self, "record"):
            return
        for _ in range(60):
            made = self.planned()
            self.check(made)
            acts = any(step.recovery is not Recovery.WAIT for step in made.steps)
            if not made.changes and not acts and not made.born:
                return
            self.commit(made)
            for intent, recovery in _jobs(made):
                self.perform(intent, recovery, 100, refuse=False)
        raise AssertionError("passes over a settled world do not come to rest")


def _jobs(made: Plan) -> list[tuple[Intent, Recovery]]:
    again = [(s.intent, s.recovery) for s in made.steps if s.recovery in (Recovery.PERFORM, Recovery.ENTER)]
    return [*again, *((intent, Recovery.PERFORM) for change in made.changes for intent in change.intents)]


def _mirrored(project: Project) -> Project:
    """Return the same project with its subjects in the opposite order."""
    return replace(
        project,
        agents=dict(reversed(list(project.agents.items()))),
        tasks=dict(reversed(list(project.tasks.items()))),
    )


def _by_address(changes: tuple[Change, ...]) -> dict[str, Change]:
    return {change.address: change for change in changes}


TestPasses = Passes.TestCase
TestPasses.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)


@given(shown=classes, claim=claims, state=st.sampled_from(sorted(PROJECT.machines["agent"].states)))
@settings(max_examples=300, deadline=None)
def test_what_cannot_be_seen_changes_no_agent(shown: str, claim: str, state: str) -> None:
    """An agent about which everything is unknown is left exactly as it is, whatever its state."""
    facts = {name: _fact(name, Truth.UNKNOWN) for name in screen(shown, claim)}
    subject = replace(plan_subject(AGENTS[0]), state=state)
    record = Record(lineage="L", subjects={subject.address: subject})
    made = plan(PROJECT, Observed(at=0.0, facts={subject.address: facts}), record, Now(policy=90_000.0, wall=0.0))
    assert subject.address not in {change.address for change in made.changes}


def plan_subject(agent: str) -> SubjectRecord:
    made = plan(PROJECT, Observed(at=0.0), Record(lineage="L"), Now(policy=0.0, wall=0.0))
    return made.subjects[f"agent/{agent}"]
