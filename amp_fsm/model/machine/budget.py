"""How often something may happen, and what happens instead.  `plan.budgets` counts."""

from __future__ import annotations

from dataclasses import dataclass

from amp_fsm.model.machine.action import ActionSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class Exhausted:
    """What happens instead when a budget is spent."""

    to: str
    do: tuple[ActionSpec, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """How often something may happen.

    Attributes:
        most: the number of times; 0 means no limit.
        per: `entry`, `assignment`, `ever`, or empty when `seconds` is given.
        seconds: length of a sliding window.
        backoff: seconds to wait after the first use, doubled after each one in the same scope.
        then: what happens when the budget is spent; None leaves the subject where it is and says so in the plan.
    """

    most: int = 0
    per: str = "assignment"
    seconds: float = 0.0
    backoff: float = 0.0
    then: Exhausted | None = None


UNLIMITED = Budget()

PER_STAY = Budget(per="entry")
"""A timer's, if it says none: no limit, counted anew in every stay."""
