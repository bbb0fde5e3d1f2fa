"""Calm: subjects for which no transition and no timer was due, and what that rests on.  They need not be decided again.

A subject stays calm while everything that its decision could read is as it was, and until time alone could change it.
What is read is known from the guards of its state; a subject whose guards ask for anything else is never calm.
Deciding only about the others makes the very plan that deciding about everybody makes (a law of `tests/laws`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from amp_fsm.model.calm import Calm, Grounds
from amp_fsm.model.desired import lead_of
from amp_fsm.model.project import AgentSpec, Source, TaskSpec
from amp_fsm.model.standard import CLAIMS, SCREEN_CLASSES, WORK
from amp_fsm.model.usage import FIELDS
from amp_fsm.model.workspace import FACTS as WORKSPACE
from amp_fsm.plan.decide import Decision
from amp_fsm.plan.rules import StateRules
from amp_fsm.plan.situation import Situation

OWN = frozenset(
    {*SCREEN_CLASSES, *CLAIMS, *WORK, *FIELDS, *WORKSPACE}
    | {"context_full", "at_prompt", "recognised", "progress", "asks_help", "offered", "holder_busy", "ready"}
    | {"has_task", "has_holder", "prompt_delivered", "task_returned", "needs_met", "needs_lost"}
)
"""Facts that follow from a subject, its assignment, whoever it shares it with, its needs, and what was seen of them."""

SHARED = frozenset(
    {"leads", "has_lead", "help_answered", "services_up", "over_budget", "reassign_due", "limit_due", "wants_review"}
)
"""Facts that follow from those and from what all subjects share."""

SEEN = frozenset(Source) - {Source.QUEUE, Source.ASSIGNMENT, Source.STATE, Source.AGE}
"""Sources of declared facts that are a subject's own."""


@dataclass(slots=True)
class Calming:
    """Finds out who is calm in one situation, and remembers it for the next plan."""

    situation: Situation
    before: Calm
    _shared: Grounds = field(init=False)
    _stands: bool = field(init=False)
    _grounds: dict[str, Grounds] = field(init=False, default_factory=dict)
    _until: dict[str, float] = field(init=False, default_factory=dict)
    _restless: dict[StateRules, bool] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        """Compare what all subjects share."""
        self._shared = _shared_grounds(self.situation)
        self._stands = self._shared == self.before.shared

    def still(self, address: str) -> Decision | None:
        """Return the decision about a subject that is still calm; None: it has to be decided."""
        until = self.before.until.get(address) if self._stands else None
        policy = self.situation.now.policy
        if until is None or not self.before.policy <= policy < until:
            return None
        grounds = self._grounds_of(address)
        if grounds is None or grounds != self.before.grounds[address]:
            return None
        self._remember(address, grounds, until)
        return Decision(due_in=None if until == math.inf else until - policy)

    def add(self, address: str, decision: Decision) -> None:
        """Remember a subject that was decided, if there is nothing to be done about it or to be said of it."""
        grounds = self._grounds_of(address) if decision.change is None and not decision.held else None
        if grounds is not None:
            due = decision.due_in
            self._remember(address, grounds, math.inf if due is None else self.situation.now.policy + due)

    def calm(self) -> Calm:
        """Return what the next plan may rest on."""
        return Calm(shared=self._shared, policy=self.situation.now.policy, grounds=self._grounds, until=self._until)

    def _remember(self, address: str, grounds: Grounds, until: float) -> None:
        self._grounds[address] = grounds
        self._until[address] = until

    def _grounds_of(self, address: str) -> Grounds | None:
        """Return what the decision about a subject rests on besides what all share; None: that cannot be told."""
        situation, rules = self.situation, self.situation.state_rules(address)
        restless = self._restless.get(rules)
        if restless is None:
            restless = self._restless[rules] = _is_restless(situation, rules)
        if restless:
            return None
        spec, held, record = situation.specs[address], situation.assignment(address), situation.record
        facts = situation.observed.facts
        agent, other = "", ""
        queued: Grounds = ()
        if isinstance(spec, AgentSpec):
            agent, other = spec.name, f"task/{held.task}" if held is not None else ""
        elif isinstance(spec, TaskSpec):
            agent, queued = held.agent if held is not None else "", _queued(situation, spec)
            other = f"agent/{agent}"
        sample = situation.observed.memory.samples.get(agent) or record.samples.get(agent)
        return (
            situation.subjects[address],
            held,
            facts.get(address),
            facts.get(other),
            sample if rules.follows_progress else None,
            *queued,
        )


def _queued(situation: Situation, task: TaskSpec) -> Grounds:
    """Return how a task stands in the queue: how far its needs are, and to whom it may go."""
    record, name = situation.record, task.id
    return (
        tuple(situation.state(f"task/{need}") for need in task.needs) if task.needs else (),
        record.attempts.get(name),
        record.forgiven.get(name),
        record.reserved.get(name),
        record.barred.get(name),
    )


def _is_restless(situation: Situation, rules: StateRules) -> bool:
    """Return whether guards of a state ask for what cannot be followed, or time changes them unannounced."""
    declared = situation.project.facts
    followed = (
        name in OWN or name in SHARED or (name in declared and declared[name].source in SEEN) for name in rules.names
    )
    return not all(followed) or any(timer.budget.seconds for timer in rules.timers)


def _shared_grounds(situation: Situation) -> Grounds:
    """Return what the decisions about all subjects may rest on."""
    project, record, observed = situation.project, situation.record, situation.observed
    lead = lead_of(project, record)
    return (
        project,
        (lead, situation.state(f"agent/{lead}"), record.paused),
        record.refusals,
        (record.added, [situation.state(item.task.address) for item in record.added.values()], observed.answers),
        [_truth(situation, service.address, "ready") for service in project.services.values()],
        [agent.name for agent in project.agents.values() if situation.is_final(agent.address)],
        (record.spent, observed.memory.spent) if project.budgets else (),
    )


def _truth(situation: Situation, address: str, name: str) -> object:
    fact = situation.observed.facts.get(address, {}).get(name)
    return fact.truth if fact is not None else None
