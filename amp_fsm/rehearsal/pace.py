"""When policy time may move, and how far.  Pure."""

from __future__ import annotations

from collections.abc import Iterable

from amp_fsm.model.plan import Plan

EPSILON = 0.001
SOON = 0.05


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
