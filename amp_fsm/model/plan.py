"""The plan: what one pass will do and why, as a value that can be printed, saved and compared beforehand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from amp_fsm.model.calm import NO_CALM, Calm
from amp_fsm.model.errand import AddedTask
from amp_fsm.model.facts import Fact
from amp_fsm.model.observed import Drift
from amp_fsm.model.profile import ScreenReading
from amp_fsm.model.proposal import Proposal
from amp_fsm.model.record import Assignment, Intent, SubjectRecord


class Recovery(StrEnum):
    """What is to be done about an intent that an earlier pass left unsettled."""

    PERFORM = "perform"  # not done yet: do it, same intent
    ENTER = "enter"  # typed and not submitted: the submit key only
    DONE = "done"  # it took effect: record it
    VOID = "void"  # its state was left before anything was typed
    ASK = "ask"  # the outcome cannot be known: unknown, a person decides
    WAIT = "wait"  # its preconditions do not hold now; shown with the reason, costs nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One open intent of an earlier pass, with what this pass does about it."""

    intent: Intent
    recovery: Recovery
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One subject's part of the plan: a transition, a timer's tick, an adoption; committed whole.

    Attributes:
        cause: name of the transition or timer.
        before, after: the subject's record; the same state in both when nothing moves.
        guard: the guard as text; `facts`: every fact in it, as it was.
        intents: written down before the effects, in order.
        opens: the assignment it opens; `closes`: id of the one it closes; `updates`: one it changes (a verdict).
        refused: `TASK|AGENT` whose claim it refuses, empty for none.
        adds: tasks that come into the queue; `tells`: errands whose answer one of the intents passes on.
        judged: files with proposed tasks that are done with; asks: agents for whose sake the lead is asked for tasks.
        serious: shown with `!`: something an operator should notice.
    """

    address: str
    cause: str
    before: SubjectRecord
    after: SubjectRecord
    because: str
    guard: str = ""
    facts: tuple[Fact, ...] = ()
    intents: tuple[Intent, ...] = ()
    opens: Assignment | None = None
    closes: str = ""
    updates: Assignment | None = None
    refused: str = ""
    adds: tuple[AddedTask, ...] = ()
    tells: tuple[AddedTask, ...] = ()
    judged: tuple[Proposal, ...] = ()
    asks: tuple[str, ...] = ()
    serious: bool = False

    @property
    def moves(self) -> bool:
        """Whether the subject comes into a state (possibly the same one, anew)."""
        return self.after.entry != self.before.entry


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A subject for which nothing can be decided, or something is held back, and why.

    Attributes:
        mark: `?` undetermined or waiting for a person, `x` unreachable, `-` held by the operator or a budget.
    """

    address: str
    state: str
    mark: str
    text: str
    pending: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What one pass will do.

    Attributes:
        subjects: every subject's record as the plan found it, new subjects included.
        facts: address to its facts, record-derived ones included, for explanations.
        readings: address of an agent to what its screen showed, for explanations.
        complete: everything could be looked at.
        pending: something will be known by waiting alone (a first sample, a running check).
        born: records of subjects that are new in this pass; `dropped`: addresses the configuration no longer names.
        stranded: as the record's: the lead after which nobody is left.
        forgotten: ids of added tasks that are over for so long that the record keeps them no more.
        refilled: agents for whose sake the lead was asked for tasks, and for whom the queue has some again.
        due_in: seconds of policy time until the next timer can be due; None: none is running.
        calm: what the next plan may rest on.
    """

    project: str
    source: str
    digest: str
    lineage: str
    serial: int
    policy: float
    observed_at: float
    subjects: Mapping[str, SubjectRecord] = field(default_factory=dict)
    facts: Mapping[str, Mapping[str, Fact]] = field(default_factory=dict)
    readings: Mapping[str, ScreenReading] = field(default_factory=dict)
    born: tuple[SubjectRecord, ...] = ()
    dropped: tuple[str, ...] = ()
    stranded: str = ""
    forgotten: tuple[str, ...] = ()
    refilled: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()
    changes: tuple[Change, ...] = ()
    held: tuple[Held, ...] = ()
    drift: tuple[Drift, ...] = ()
    complete: bool = True
    pending: bool = False
    due_in: float | None = None
    calm: Calm = field(default=NO_CALM, repr=False, compare=False)
