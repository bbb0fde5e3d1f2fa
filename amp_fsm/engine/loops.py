"""Loops of passes: until everything is done, until nothing moves, or for ever; all under one hold of the lock.

Passes follow each other at once while they move something; otherwise the clock is waited for.  Knows nothing of how a
command line looks, and decides nothing about subjects.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from types import FrameType

from amp_fsm.engine.reconcile import PassResult, run_pass
from amp_fsm.model.facts import Truth
from amp_fsm.model.plan import Plan
from amp_fsm.model.project import Project
from amp_fsm.model.record import Intent, IntentStatus, Record
from amp_fsm.ports import Clock, World

SOON = 0.5
"""Seconds to the next look when waiting alone will tell something."""

STUBBORN = 50
"""Passes that move something, one right after another, after which the loop takes a breath between them."""


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


class _Woken(Exception):
    """A signal came while the loop waited."""


@dataclass(slots=True)
class Stop:
    """A wish to end, usually a signal's: the pass under way is finished, a wait is cut short.

    Attributes:
        signal: number of the signal that asked; 0: nobody did.
    """

    signal: int = 0
    _waiting: bool = False

    def ask(self, signal: int, _frame: FrameType | None = None) -> None:
        """Ask for the end; a signal handler.  A second one of the same kind does not wait for anything.

        Raises:
            KeyboardInterrupt: it was asked before.
        """
        if self.signal == signal:
            raise KeyboardInterrupt
        self.signal = signal
        if self._waiting:
            raise _Woken

    def pause(self, clock: Clock, seconds: float) -> None:
        """Let time pass, unless or until the end is asked for."""
        try:
            self._waiting = True
            if not self.signal:
                clock.pause(seconds)
            self._waiting = False
        except _Woken:
            self._waiting = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Listener:
    """Who hears of every pass: of its plan before anything is done, of each outcome, and of its end."""

    on_plan: Callable[[Plan, float], None] = lambda plan, took: None
    on_done: Callable[[Intent], None] = lambda intent: None
    on_pass: Callable[[PassResult, float], None] = lambda result, wait: None


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
class _Tally:
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


def run_until(
    project: Project,
    world: World,
    mode: Mode,
    *,
    interval: float,
    stop: Stop | None = None,
    lock_timeout: float = 0.0,
    max_passes: int = 0,
    listener: Listener | None = None,
) -> LoopResult:
    """Carry out passes until `mode` says that it is enough, holding the project's lock all the while.

    Args:
        project: what is desired.
        world: the ports.
        mode: when to end.
        interval: seconds to the next look when nothing else is due.
        stop: asked by a signal.
        lock_timeout: seconds to wait for the lock.
        max_passes: the most passes; 0: no bound.
        listener: hears of every pass.

    Raises:
        ProjectLockedError: another process holds the project.
    """
    stop, listener = stop or Stop(), listener or Listener()
    tally = _Tally(keep_outcomes=mode is not Mode.WATCH)
    with world.store.lock(lock_timeout):
        while True:
            result = run_pass(project, world, on_plan=listener.on_plan, on_done=listener.on_done)
            tally.add(result)
            ending = _ending(project, mode, tally, result, stop, max_passes)
            wait = 0.0 if ending else next_wait(result, interval, tally.restless)
            listener.on_pass(result, wait)
            if ending is None and wait:
                stop.pause(world.clock, wait)
            ending = ending or (Ending.STOPPED if stop.signal else None)
            if ending is not None:
                return LoopResult(
                    ending=ending,
                    passes=tally.passes,
                    last=result,
                    outcomes=tuple(tally.outcomes),
                    failed=tally.failed,
                    refused=tuple(tally.refused),
                )


def _ending(
    project: Project, mode: Mode, tally: _Tally, result: PassResult, stop: Stop, max_passes: int
) -> Ending | None:
    if mode is Mode.ONCE:
        return Ending.ONCE
    if mode is Mode.CONVERGED and is_converged(result):
        return Ending.CONVERGED
    if mode is Mode.DONE:
        if not moved(result) and is_done(project, result.record):
            return Ending.DONE
        if _is_stuck(project, tally, result):
            return Ending.PERSON
    if stop.signal:
        return Ending.STOPPED
    return Ending.PASSES if max_passes and tally.passes >= max_passes else None


def moved(result: PassResult) -> bool:
    """Return whether a pass got something further; an action that is refused again and again does not count."""
    plan = result.plan
    return bool(plan.changes or plan.born or plan.dropped or any(intent.settled for intent in result.outcomes))


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


def _is_stuck(project: Project, tally: _Tally, result: PassResult) -> bool:
    """Return whether, for as long as a person at the keyboard is waited for, nothing could move by itself."""
    policy = result.plan.policy
    if moved(result) or result.gap or may_move_alone(result):
        tally.stuck_since = None
        return False
    if tally.stuck_since is None:
        tally.stuck_since = policy
    return policy - tally.stuck_since >= project.policies.person


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
        waits.append(SOON)
    return max(0.0, min(waits))
