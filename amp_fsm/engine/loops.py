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
from amp_fsm.model.record import Intent, IntentStatus, Record
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
    tally = _Tally(keep_outcomes=mode is not Mode.WATCH)
    with world.store.lock(lock_timeout), _listening(world), _looking(project, world, watcher, listener):
        record, seen = world.store.load() if watcher is not None else Record(), NOTHING_SEEN
        while True:
            if watcher is not None:
                watcher.before_pass(project, record, seen)
            result = run_pass(
                project, world, on_plan=listener.on_plan, on_done=listener.on_done, ends=lambda: calls.ended_by != 0
            )
            tally.add(result)
            ending = _ending(project, mode, tally, result, calls, max_passes)
            wait = 0.0 if ending else next_wait(result, interval, tally.restless)
            listener.on_pass(result, wait)
            record, seen = result.record, result.seen
            if ending is None and wait and watcher is not None:
                watcher.rest(project, result, wait, _is_renewed(project, renew))
            elif ending is None and wait:
                calls.pause(world.clock, wait)
            ending = ending or (Ending.STOPPED if calls.ended_by else None)
            if ending is not None:
                return LoopResult(
                    ending=ending,
                    passes=tally.passes,
                    last=result,
                    outcomes=tuple(tally.outcomes),
                    failed=tally.failed,
                    refused=tuple(tally.refused),
                )
            if wait or calls.anew:  # passes of a chain follow each other without it
                project = renew(project)


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


def _is_renewed(project: Project, renew: Callable[[Project], Project]) -> Callable[[], bool]:
    return lambda: renew(project) is not project


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
