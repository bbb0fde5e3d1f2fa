"""Calm: subjects for which no transition and no timer was due, and what that rests on.  They need not be decided again.

A subject stays calm while everything that its decision could read is as it was, and until time alone could change it.
What is read is known from the guards of its state; a subject whose guards ask for anything else is never calm.
Deciding only about the others makes the very plan that deciding about everybody makes (a law of `tests/laws`).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from amp_fsm.model.calm import Calm, Grounds
from amp_fsm.model.desired import lead_of
from amp_fsm.model.project import Source
from amp_fsm.model.standard import CLAIMS, SCREEN_CLASSES, WORK
from amp_fsm.model.usage import FIELDS
from amp_fsm.model.workspace import FACTS as WORKSPACE
from amp_fsm.plan.decide import NOTHING, Decision
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
    _still: Mapping[str, float] = field(init=False)
    _stirred: frozenset[str] = field(init=False)
    _until: dict[str, float] = field(init=False, default_factory=dict)
    _restless: dict[StateRules, bool] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        """Compare the situation with the one before."""
        before, policy = self.before, self.situation.now.policy
        self._shared = _shared_grounds(self.situation)
        stands = self._shared == before.shared and before.policy <= policy
        earlier = before.situation if isinstance(before.situation, Situation) and stands else None
        self._still = before.until if earlier is not None else {}
        self._stirred = _stirred(self.situation, earlier) if earlier is not None else frozenset()

    def still(self, address: str) -> Decision | None:
        """Return the decision about a subject that is still calm; None: it has to be decided."""
        until = self._still.get(address)
        policy = self.situation.now.policy
        if until is None or policy >= until or address in self._stirred:
            return None
        self._until[address] = until
        return NOTHING if until == math.inf else Decision(due_in=until - policy)

    def add(self, address: str, decision: Decision) -> None:
        """Remember a subject that was decided, if there is nothing to be done about it or to be said of it."""
        if decision.change is None and not decision.held and not self._is_restless(address):
            due = decision.due_in
            self._until[address] = math.inf if due is None else self.situation.now.policy + due

    def calm(self) -> Calm:
        """Return what the next plan may rest on."""
        situation = self.situation
        return Calm(shared=self._shared, policy=situation.now.policy, situation=situation, until=self._until)

    def _is_restless(self, address: str) -> bool:
        rules = self.situation.state_rules(address)
        restless = self._restless.get(rules)
        if restless is None:
            restless = self._restless[rules] = _is_restless(self.situation, rules)
        return restless


def _stirred(now: Situation, before: Situation) -> frozenset[str]:
    """Return whose decision may rest on something that is another object than it was: its own, or a partner's."""
    moved = {*_other(now.subjects, before.subjects), *_other(now.observed.facts, before.observed.facts)}
    moved |= {
        f"task/{name}" for part in _QUEUED for name in _other(getattr(now.record, part), getattr(before.record, part))
    }
    seen, kept = (
        (now.observed.memory.samples, before.observed.memory.samples),
        (now.record.samples, before.record.samples),
    )
    moved |= {f"agent/{name}" for samples in (seen, kept) for name in _other(*samples)}
    held = [
        record.assignments[name]
        for name in _other(now.record.assignments, before.record.assignments)
        for record in (now.record, before.record)
        if name in record.assignments
    ]
    moved |= {address for one in held for address in (f"agent/{one.agent}", f"task/{one.task}")}
    partners = {partner for address in moved for partner in _partners(now, address)}
    return frozenset({*moved, *partners, *_needing(now, moved)})


_QUEUED = ("attempts", "forgiven", "reserved", "barred")
"""Parts of the record about tasks in the queue, by their ids."""


def _other(now: Mapping[str, object], before: Mapping[str, object]) -> list[str]:
    """Return the names of what is another object than it was, is new, or is no more."""
    if now is before:
        return []
    return [
        *(name for name, value in now.items() if before.get(name) is not value),
        *(name for name in before if name not in now),
    ]


def _partners(situation: Situation, address: str) -> tuple[str, ...]:
    held = situation.assignment(address)
    return (f"agent/{held.agent}", f"task/{held.task}") if held is not None else ()


def _needing(situation: Situation, moved: set[str]) -> Iterator[str]:
    tasks = {address.removeprefix("task/") for address in moved if address.startswith("task/")}
    if tasks:
        yield from (t.address for t in situation.project.tasks.values() if t.needs and not tasks.isdisjoint(t.needs))


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
