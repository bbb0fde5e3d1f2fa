"""What brings actions about: made by `plan.changes`, read wherever actions are made."""

from __future__ import annotations

from dataclasses import dataclass

from amp_fsm.model.record import Assignment


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """What brings actions about: a transition or timer of one subject in one stay.

    Attributes:
        entry: number of the stay that the actions belong to (the new one, when the subject moves).
        number: for a timer, how often it will have happened within its budget.
        assignment: the assignment that they concern, if any.
        mark: how it went, for log rows.
    """

    address: str
    name: str
    entry: int
    because: str
    before: str
    after: str
    tick: int = 0
    number: int = 0
    assignment: Assignment | None = None
    mark: str = "🔄"
