"""Timers: what is due, and when the next one will be.  Counted in policy time, kept in the record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from amp_fsm.model.facts import Fact, Truth
from amp_fsm.model.guards import evaluate
from amp_fsm.model.machine import Since, TimerSpec
from amp_fsm.model.record import Sample
from amp_fsm.plan.budgets import allowance
from amp_fsm.plan.situation import Situation


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """One timer at this moment.

    Attributes:
        left: seconds until it is due; None: it is not running.
        base: policy time it counts from.
        tick: number of the next tick in this stay, from 1; `number`: likewise in the scope of its budget.
        spent: its budget is spent; it can only take its `then`, if it has one.
    """

    timer: TimerSpec
    left: float | None
    base: float = 0.0
    tick: int = 1
    number: int = 1
    spent: bool = False
    truth: Truth = Truth.TRUE


def timers_of(situation: Situation, address: str, facts: Mapping[str, Fact]) -> tuple[Due, ...]:
    """Return every timer of the subject's state, in order, with how long it still has."""
    return tuple(_due(situation, address, timer, facts) for timer in situation.state_rules(address).timers)


def _due(situation: Situation, address: str, timer: TimerSpec, facts: Mapping[str, Fact]) -> Due:
    subject = situation.subjects[address]
    assignment = situation.assignment(address)
    ticks = [use for use in subject.uses if use.name == timer.name and use.entry == subject.entry]
    base = _base(situation, address, timer)
    if base is None or (ticks and not timer.repeats):
        return Due(timer=timer, left=None)
    if ticks:
        base = max(base, ticks[-1].at)
    budget = allowance(timer.budget, timer.name, subject, assignment.id if assignment else "", situation.now.policy)
    return Due(
        timer=timer,
        left=max(0.0, base + timer.seconds - situation.now.policy, budget.wait),
        base=base,
        tick=len(ticks) + 1,
        number=budget.used + 1,
        spent=budget.spent,
        truth=evaluate(timer.when, facts),
    )


def _base(situation: Situation, address: str, timer: TimerSpec) -> float | None:
    subject = situation.subjects[address]
    if timer.since is Since.ENTRY:
        return subject.since
    assignment = situation.assignment(address)
    if timer.since is Since.DELIVERY:
        return assignment.delivered if assignment is not None else None
    sample = _sample(situation, address, assignment.agent if assignment else "")
    return max(subject.since, sample.progress) if sample is not None else subject.since


def _sample(situation: Situation, address: str, holder: str) -> Sample | None:
    kind, _, name = address.partition("/")
    agent = name if kind == "agent" else holder
    return situation.observed.memory.samples.get(agent) or situation.record.samples.get(agent)


def overdue_text(due: Due, now: float) -> str:
    """Return why a due timer fires, for people."""
    waited = now - due.base
    what = {Since.ENTRY: "in this state", Since.DELIVERY: "since the prompt", Since.PROGRESS: "no progress"}
    span = f"{waited / 60:.0f}m" if waited >= 120 else f"{waited:.0f}s"
    text = (
        f"{what[due.timer.since]} for {span}" if due.timer.since is not Since.DELIVERY else f"{span} since the prompt"
    )
    if due.spent:
        text += f" ({due.timer.name}: {due.timer.budget.most} of {due.timer.budget.most} spent)"
    elif due.timer.repeats and due.timer.budget.most:
        text += f" ({due.timer.name} {due.number} of {due.timer.budget.most})"
    return text
