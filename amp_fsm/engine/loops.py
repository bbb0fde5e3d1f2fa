"""Loops of passes: until everything is done, until nothing moves, or for ever; all under one hold of the lock.

Passes follow each other at once while they move something; otherwise the clock is waited for.  Knows nothing of how a
command line looks, and decides nothing about subjects.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING

from amp_fsm.engine.calls import Calls
from amp_fsm.engine.ending import Ending, LoopResult, Mode, Tally, ending_of
from amp_fsm.engine.listener import Listener
from amp_fsm.engine.outlook import next_wait
from amp_fsm.engine.reconcile import NOTHING_SEEN, PassResult, run_pass
from amp_fsm.model.project import Project
from amp_fsm.ports import World

if TYPE_CHECKING:
    from amp_fsm.engine.watch import Watcher


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
        tally=Tally(keep_outcomes=mode is not Mode.WATCH),
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
    tally: Tally
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
        self.ending = ending_of(self.project, self.mode, self.tally, result, self.calls, self.max_passes)
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
    from amp_fsm.engine.watch import Watcher  # what wakes passes, which one pass alone does without

    return Watcher(world=world, calls=calls, say=listener.on_notice, on_wake=listener.on_wake, on_beat=listener.on_beat)
