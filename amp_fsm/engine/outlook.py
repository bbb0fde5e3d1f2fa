"""Outlook: what one pass says about the next: whether one is needed, when, and whether it can differ.  Pure."""

from __future__ import annotations

from collections.abc import Iterator

from amp_fsm.engine.reconcile import PassResult
from amp_fsm.model.facts import Truth, Why
from amp_fsm.model.plan import Plan
from amp_fsm.model.project import Project
from amp_fsm.model.record import Record

SOON = 0.5
"""Seconds to the next look when waiting alone will tell something."""

STUBBORN = 50
"""Passes that move something, one right after another, after which the loop takes a breath between them."""


def moved(result: PassResult) -> bool:
    """Return whether a pass got something further; an action that is refused again and again does not count."""
    plan = result.plan
    changed = plan.changes or plan.born or plan.dropped or result.answered
    return bool(changed or any(intent.settled for intent in result.outcomes))


def is_converged(result: PassResult) -> bool:
    """Return whether nothing is to be done, is open, or will be known by waiting alone."""
    unsettled = any(not intent.settled for intent in result.record.intents.values())
    return not (result.acted or unsettled or result.plan.pending or result.gap)


def is_done(project: Project, record: Record) -> bool:
    """Return whether every task is in a final state of its machine."""
    for task in project.tasks.values():
        subject = record.subjects.get(task.address)
        state = project.machines[task.machine].states.get(subject.state) if subject is not None else None
        if state is None or not state.final:
            return False
    return True


def may_move_alone(result: PassResult) -> bool:
    """Return whether time, an agent at work, or a program that is coming up will move something."""
    plan = result.plan
    if plan.pending or plan.due_in is not None:
        return True
    for address, facts in plan.facts.items():
        kind = address.partition("/")[0]
        signs = ("busy", "limited", "starting") if kind == "agent" else ()
        if any(name in facts and facts[name].truth is Truth.TRUE for name in signs):
            return True
        if kind == "service" and _comes_up(plan, address):
            return True
    # The operator has not been told yet of an agent that cannot be read: its screen may well clear up.
    return any(sample.blind is not None and not sample.told for sample in result.record.samples.values())


def _comes_up(plan: Plan, address: str) -> bool:
    facts = plan.facts[address]
    runs = "gone" in facts and facts["gone"].truth is Truth.FALSE
    return runs and "ready" in facts and facts["ready"].truth is not Truth.TRUE


def next_wait(result: PassResult, interval: float, restless: int = 0) -> float:
    """Return the seconds until the next pass; 0 when this one moved something."""
    if moved(result):
        return SOON if restless >= STUBBORN else 0.0
    waits = [interval]
    if result.plan.due_in is not None:
        waits.append(result.plan.due_in)
    if result.plan.pending or result.gap or result.acted:
        waits += (SOON, *_left_idle(result.plan))
    return max(0.0, min(waits))


def _left_idle(plan: Plan) -> Iterator[float]:
    """Yield the seconds after which each agent that has just become idle has been so for long enough."""
    for facts in plan.facts.values():
        fact = facts.get("turn_over")
        if fact is not None and fact.why is Why.PENDING and fact.value:
            yield float(fact.value)
