"""When a loop of passes ends, and what it then has to tell.  Asked by `loops` after every pass."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from amp_fsm.engine.calls import Calls
from amp_fsm.engine.outlook import is_converged, is_done, may_move_alone, moved
from amp_fsm.engine.reconcile import PassResult
from amp_fsm.model.project import Project
from amp_fsm.model.record import Intent, IntentStatus


class Mode(StrEnum):
    """When a loop ends by itself."""

    ONCE = "once"
    CONVERGED = "converged"
    DONE = "done"
    WATCH = "watch"


class Ending(StrEnum):
    """Why a loop ended."""

    ONCE = "one pass"
    CONVERGED = "converged"
    DONE = "all tasks are in a final state"
    PERSON = "only a person can move things on"
    PASSES = "the passes allowed are used up"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True, kw_only=True)
class LoopResult:
    """How a loop ended.

    Attributes:
        last: the last pass.  outcomes: of all passes, without those that are still under way.
        failed: how many actions failed in all passes.
    """

    ending: Ending
    passes: int
    last: PassResult
    outcomes: tuple[Intent, ...] = ()
    failed: int = 0
    refused: tuple[str, ...] = ()

    @property
    def partial(self) -> bool:
        """Whether something could not be seen, done or known: exit code 4.

        What failed on the way does not count any more once all tasks are done, nor when a watch is ended.
        """
        if self.ending is Ending.STOPPED:
            return False
        if self.ending is Ending.PERSON or self.last.partial:
            return True
        return self.ending is not Ending.DONE and bool(self.failed or self.refused)


@dataclass(slots=True)
class Tally:
    """What a loop remembers of its passes."""

    keep_outcomes: bool
    passes: int = 0
    restless: int = 0
    stuck_since: float | None = None
    failed: int = 0
    outcomes: list[Intent] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    def add(self, result: PassResult) -> None:
        """Count one pass."""
        self.passes += 1
        self.restless = self.restless + 1 if moved(result) else 0
        self.failed += sum(intent.status is IntentStatus.FAILED for intent in result.outcomes)
        if self.keep_outcomes:
            self.outcomes += [intent for intent in result.outcomes if intent.settled]
            self.refused += result.refused

    def told(self, ending: Ending, last: PassResult) -> LoopResult:
        """Return how the loop ended, with its last pass."""
        return LoopResult(
            ending=ending,
            passes=self.passes,
            last=last,
            outcomes=tuple(self.outcomes),
            failed=self.failed,
            refused=tuple(self.refused),
        )


def ending_of(
    project: Project, mode: Mode, tally: Tally, result: PassResult, calls: Calls, max_passes: int
) -> Ending | None:
    """Return why a loop ends after this pass; None: it goes on."""
    if mode is Mode.ONCE:
        return Ending.ONCE
    if mode is Mode.CONVERGED and is_converged(result):
        return Ending.CONVERGED
    if mode is Mode.DONE and not moved(result) and is_done(result.project, result.record):
        return Ending.DONE
    if mode in (Mode.DONE, Mode.CONVERGED) and _is_stuck(project, tally, result):
        return Ending.PERSON
    if calls.ended_by:
        return Ending.STOPPED
    return Ending.PASSES if max_passes and tally.passes >= max_passes else None


def _is_stuck(project: Project, tally: Tally, result: PassResult) -> bool:
    """Return whether, for as long as a person at the keyboard is waited for, nothing could move by itself."""
    policy = result.plan.policy
    if moved(result) or result.gap or may_move_alone(result):
        tally.stuck_since = None
        return False
    if tally.stuck_since is None:
        tally.stuck_since = policy
    return policy - tally.stuck_since >= project.policies.person
