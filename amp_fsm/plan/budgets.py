"""Budgets: how often something may still happen, and when again.  Every automatic send has one."""

from __future__ import annotations

from dataclasses import dataclass, replace

from amp_fsm.model.machine import Budget
from amp_fsm.model.record import SubjectRecord, Use

KEPT_USES = 200
"""Uses remembered per subject; older ones fall out of every window that a budget can sensibly have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """What a budget allows now.

    Attributes:
        used: uses in the budget's scope.
        spent: no more of them are left.
        wait: seconds of back-off still to pass.
    """

    used: int
    spent: bool = False
    wait: float = 0.0


UNUSED = Allowance(used=0)


def allowance(budget: Budget, name: str, subject: SubjectRecord, assignment: str, now: float) -> Allowance:
    """Return what is left of the budget of the transition or timer `name` at policy time `now`."""
    if not subject.uses:
        return UNUSED
    uses = [use for use in subject.uses if use.name == name and _in_scope(use, budget, subject, assignment, now)]
    if budget.most and len(uses) >= budget.most:
        return Allowance(used=len(uses), spent=True)
    if budget.backoff and uses:
        due = uses[-1].at + budget.backoff * 2 ** (len(uses) - 1)
        return Allowance(used=len(uses), wait=max(0.0, due - now))
    return Allowance(used=len(uses))


def _in_scope(use: Use, budget: Budget, subject: SubjectRecord, assignment: str, now: float) -> bool:
    if budget.seconds:
        return now - use.at < budget.seconds
    if budget.per == "entry":
        return use.entry == subject.entry
    if budget.per == "assignment":
        return use.assignment == assignment
    return True


def with_use(uses: tuple[Use, ...], use: Use) -> tuple[Use, ...]:
    """Return the uses with one more, the oldest forgotten beyond `KEPT_USES`."""
    return (*uses, use)[-KEPT_USES:]


def refunded(subject: SubjectRecord, name: str, at: float) -> SubjectRecord:
    """Return the subject without the use that `name` made at policy time `at`: it had no effect after all."""
    kept = tuple(use for use in subject.uses if not (use.name == name and use.at == at))
    return replace(subject, uses=kept)
