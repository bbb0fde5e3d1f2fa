"""Where each subject stands, and which budgets it used on the way.  `plan.changes` says where it stands next."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """One use of a budget: when, in which stay, for which assignment, and how often the timer had ticked."""

    name: str
    at: float
    entry: int
    assignment: str = ""
    tick: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectRecord:
    """Where one subject stands.

    Attributes:
        entry: number of its stay in a state, counted from 1 over the subject's whole life.
        since: policy time at which it came into the state; `since_wall`: the same moment for people.
        uses: budget uses, newest last.
        because: why it came here.
        born: policy time at which it was first seen.
    """

    address: str
    state: str
    entry: int = 1
    since: float = 0.0
    since_wall: float = 0.0
    uses: tuple[Use, ...] = ()
    because: str = ""
    born: float = 0.0
