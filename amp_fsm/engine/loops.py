"""Loops of passes: until everything is done, until nothing moves, or for ever; all under one hold of the lock.

Passes follow each other at once while they move something; otherwise the clock is waited for.  Knows nothing of how a
command line looks, and decides nothing about subjects.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from enum import StrEnum
from typing import ParamSpec

from amp_fsm.engine.calls import Calls
from amp_fsm.engine.outlook import is_converged, is_done, may_move_alone, moved, next_wait
from amp_fsm.engine.reconcile import NOTHING_SEEN, PassResult, run_pass
from amp_fsm.engine.watch import Watcher
from amp_fsm.model.plan import Plan
from amp_fsm.model.project import Project
from amp_fsm.model.record import Intent, IntentStatus
from amp_fsm.ports import World

Said = ParamSpec("Said")


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
class Listener:
    """Who hears of every pass: of its plan before anything is done, of each outcome, and of its end.

    Attributes:
        on_notice: what the operator should know about the loop itself, once.
        on_wake: something stirred while the loop rested.  on_beat: the loop rests, and is well; every few seconds.
    """

    on_plan: Callable[[Plan, float], None] = lambda plan, took: None
    on_done: Callable[[Intent], None] = lambda intent: None
    on_pass: Callable[[PassResult, float], None] = lambda result, wait: None
    on_notice: Callable[[str], None] = lambda text: None
    on_wake: Callable[[], None] = lambda: None
    on_beat: Callable[[], None] = lambda: None


def all_of(*listeners: Listener) -> Listener:
    """Return a listener that tells all of these, in this order."""
    return Listener(
        on_plan=_each([listener.on_plan for listener in listeners]),
        on_done=_each([listener.on_done for listener in listeners]),
        on_pass=_each([listener.on_pass for listener in listeners]),
        on_notice=_each([listener.on_notice for listener in listeners]),
        on_wake=_each([listener.on_wake for listener in listeners]),
        on_beat=_each([listener.on_beat for listener in listeners]),
    )


def _each(hearers: Sequence[Callable[Said, None]]) -> Callable[Said, None]:
    def tell(*arguments: Said.args, **named: Said.kwargs) -> None:
        for hearer in hearers:
            hearer(*arguments, **named)

    return tell


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


def run_until(
    project: Project,
    world: World,
    mode: Mode,
    *,
    interval: float,
    calls: Calls | None = None,
    lock_timeout: float = 0.0,
    max_passes: int = 0,
    listener: Listener | None = None,
    renew: Callable[[Project], Project] = lambda project: project,
) -> LoopResult:
    """Carry out passes until `mode` says that it is enough, holding the project's lock all the while.

    Args:
        project: what is desired.
        world: the ports.
        mode: when to end.
        interval: seconds to the next look when nothing else is due.
        calls: made by signals.
        lock_timeout: seconds to wait for the lock.
        max_passes: the most passes; 0: no bound.
        listener: hears of every pass.
        renew: returns what is desired by now, given what was: the very same while nothing changed.  Asked after every
            wait, and while a watch waits.

    Raises:
        ProjectLockedError: another process holds the project.
    """
    calls, listener = calls or Calls(), listener or Listener()
    watcher = _watcher(world, calls, listener) if mode is Mode.WATCH else None
    loop = _Loop(
        project=project,
        world=world,
        mode=mode,
        interval=interval,
        max_passes=max_passes,
        calls=calls,
        listener=listener,
        renew=renew,
        watcher=watcher,
        tally=_Tally(keep_outcomes=mode is not Mode.WATCH),
    )
    with world.store.lock(lock_timeout), _listening(world), _looking(project, world, watcher, listener):
        while True:
            result, wait = loop.a_pass()
            ending = loop.ending or loop.waited(result, wait)
            if ending is not None:
                return loop.tally.told(ending, result)


@dataclass(slots=True, kw_only=True)
class _Loop:
    """A loop under way."""

    project: Project
    world: World
    mode: Mode
    interval: float
    max_passes: int
    calls: Calls
    listener: Listener
    renew: Callable[[Project], Project]
    watcher: Watcher | None
    tally: _Tally
    last: PassResult | None = None
    ending: Ending | None = None

    def a_pass(self) -> tuple[PassResult, float]:
        """Carry out a pass; return what it did, and how long to wait for the next."""
        if self.watcher is not None:
            record, seen = (self.last.record, self.last.seen) if self.last else (self.world.store.load(), NOTHING_SEEN)
            self.watcher.before_pass(self.project, record, seen)
        result = run_pass(
            self.project,
            self.world,
            on_plan=self.listener.on_plan,
            on_done=self.listener.on_done,
            ends=lambda: self.calls.ended_by != 0,
            last=self.last,
        )
        self.last = result
        self.tally.add(result)
        self.ending = _ending(self.project, self.mode, self.tally, result, self.calls, self.max_passes)
        wait = 0.0 if self.ending else next_wait(result, self.interval, self.tally.restless)
        self.listener.on_pass(result, wait)
        return result, wait

    def waited(self, result: PassResult, wait: float) -> Ending | None:
        """Wait for what is next, and take up what is desired by now; return whether the end was asked for."""
        if wait and self.watcher is not None:
            self.watcher.rest(self.project, result, wait, lambda: self.renew(self.project) is not self.project)
        elif wait:
            self.calls.pause(self.world.clock, wait)
        if self.calls.ended_by:
            return Ending.STOPPED
        if wait or self.calls.anew:  # passes of a chain follow each other without it
            self.project = self.renew(self.project)
        return None


@contextmanager
def _listening(world: World) -> Iterator[None]:
    try:
        yield
    finally:
        if world.events is not None:
            world.events.close()


def _looking(
    project: Project, world: World, watcher: Watcher | None, listener: Listener
) -> AbstractContextManager[None]:
    if watcher is None:
        return nullcontext()
    return world.terminal.kept_open(project.tmux.session, listener.on_notice)


def _watcher(world: World, calls: Calls, listener: Listener) -> Watcher:
    return Watcher(world=world, calls=calls, say=listener.on_notice, on_wake=listener.on_wake, on_beat=listener.on_beat)


def _ending(
    project: Project, mode: Mode, tally: _Tally, result: PassResult, calls: Calls, max_passes: int
) -> Ending | None:
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


def _is_stuck(project: Project, tally: _Tally, result: PassResult) -> bool:
    """Return whether, for as long as a person at the keyboard is waited for, nothing could move by itself."""
    policy = result.plan.policy
    if moved(result) or result.gap or may_move_alone(result):
        tally.stuck_since = None
        return False
    if tally.stuck_since is None:
        tally.stuck_since = policy
    return policy - tally.stuck_since >= project.policies.person
