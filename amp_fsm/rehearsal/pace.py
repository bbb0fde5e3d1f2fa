"""When policy time may move, and how far.  Pure."""

from __future__ import annotations

from collections.abc import Iterable

from amp_fsm.model.facts import Why
from amp_fsm.model.plan import Plan, Recovery

EPSILON = 0.001
SOON = 0.05


def acts(plan: Plan) -> bool:
    """Return whether the pass of this plan did anything, so that another one should follow at once."""
    return bool(plan.changes or plan.born or plan.dropped) or any(
        step.recovery is not Recovery.WAIT for step in plan.steps
    )


def waits_for_a_check(plan: Plan) -> bool:
    """Return whether a check is running: it takes real time, so policy time stands still."""
    return any(
        fact.why is Why.PENDING and fact.source == "check" for facts in plan.facts.values() for fact in facts.values()
    )


def next_jump(plan: Plan, others: Iterable[float | None], patience: float) -> float | None:
    """Return how far policy time may move now that everyone waits; None: nothing will ever happen by itself.

    Args:
        plan: of a pass that did nothing.
        others: seconds until a practice program or the scenario's operator does something; None: never.
        patience: seconds to wait where waiting alone will tell more.
    """
    waits = [wait for wait in (plan.due_in, *others) if wait is not None]
    if plan.pending:
        waits.append(patience)
    if not waits:
        return None
    nearest = min(waits)
    return (nearest if nearest > SOON else patience) + EPSILON
