"""Watching: what wakes the next pass.  Events end the wait at once; cheap looks every two seconds find what they miss.

A hint and no more: a pass looks at everything itself, and one that was woken for nothing does nothing.  What a pass saw
is what the next events are compared with, so that our own writes wake nobody.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field

from amp_fsm.engine.calls import Calls
from amp_fsm.engine.glance import Glance, digest_of, glance, seen_by, signs_in
from amp_fsm.engine.outlook import moved
from amp_fsm.engine.reconcile import PassResult
from amp_fsm.engine.stillness import Stillness
from amp_fsm.model.desired import desired
from amp_fsm.model.project import Project
from amp_fsm.model.record import Record
from amp_fsm.model.seen import Failed, Seen
from amp_fsm.plan.watched import watched
from amp_fsm.ports import World

WATCH_SECONDS = 2.0
"""Seconds between two looks."""

QUIET_SECONDS = 0.01
"""Seconds without another event after which a burst is over."""

BURST_SECONDS = 0.05
"""Seconds after which the end of a burst is not waited for any more."""

BREATH = 4.0
"""How many times as long as it took a pass that was woken for nothing is waited before the next is woken."""


@dataclass(slots=True)
class Watcher:
    """Knows what the last pass saw, and waits until something is different.

    Attributes:
        say: hears, once for each reason, why events do not come.
        on_wake: called when something stirred.  on_beat: called every few seconds of rest.
    """

    world: World
    calls: Calls
    say: Callable[[str], None]
    on_wake: Callable[[], None]
    on_beat: Callable[[], None]
    _signs: Hashable = None
    _passes_since_woken: int = 1
    _said: set[str] = field(default_factory=set)

    def before_pass(self, project: Project, record: Record, seen: Seen) -> None:
        """Listen to what `record` makes interesting, and forget what stirred by now: the pass that begins sees it."""
        self._passes_since_woken += 1
        self._listen(desired(project, record), record, seen)
        self._signs = signs_in(project, self.world.files)
        if self.world.events is not None:
            self.world.events.take()

    def rest(self, project: Project, result: PassResult, seconds: float, renewed: Callable[[], bool]) -> None:
        """Wait until something is different from what the pass saw, `renewed` says so, or for so many seconds."""
        clock, calls = self.world.clock, self.calls
        known = seen_by(project, result.seen, result.plan.observed_at, result.held, self._signs)
        begun = looked = now = clock.read().mono
        in_vain = self._passes_since_woken == 1 and not moved(result)
        self._passes_since_woken += 1
        self._listen(result.project, result.record, result.seen)  # to the programs that it was the first to see
        stillness = Stillness(self.world)
        stillness.begin(result, now)
        self.on_beat()
        while now < begun + seconds and not calls.ended_by:
            calls.pause(clock, min(begun + seconds, looked + WATCH_SECONDS, stillness.due or math.inf) - now)
            now = clock.read().mono
            is_still = stillness.due is not None and now >= stillness.due and stillness.has_come(result, now)
            if is_still or self._stirred(result, known):
                self.on_wake()
                self._passes_since_woken = 0
                if in_vain or not is_still:  # stillness comes by itself, not in bursts
                    self._gather(begun + BREATH * result.took if in_vain else now)
                return
            if now >= looked + WATCH_SECONDS:
                looked = now
                self.on_beat()
                if now < begun + seconds and (self._differs(project, result, known) or renewed()):
                    return

    def _stirred(self, result: PassResult, known: Glance) -> bool:
        """Return whether something was called for, or told that the pass did not see."""
        if self.calls.take():
            return True
        told = self.world.events.take() if self.world.events is not None else frozenset()
        if not told:
            return False
        self._listen(result.project, result.record, result.seen)  # a folder may have come or gone
        return any(self._is_news(what, known) for what in told)

    def _is_news(self, what: str, known: Glance) -> bool:
        """Return whether the pass saw something else; documents are written by ourselves too."""
        return known.documents.get(what) != digest_of(self.world.files.read(what)) if what in known.documents else True

    def _differs(self, project: Project, result: PassResult, known: Glance) -> bool:
        """Return whether a glance shows something else than the pass saw, and mend what should have told of it."""
        now = glance(project, self.world)
        missed = (now.documents, now.told, now.signs) != (known.documents, known.told, known.signs)
        self._listen(result.project, result.record, result.seen, anew=missed)
        return now != known

    def _gather(self, earliest: float) -> None:
        """Let a burst end, for a bounded time."""
        clock, calls = self.world.clock, self.calls
        now = clock.read().mono
        latest = max(now + BURST_SECONDS, earliest)
        while now < latest and not calls.ended_by:
            calls.pause(clock, min(QUIET_SECONDS, latest - now))
            now = clock.read().mono
            more = calls.take() or (self.world.events is not None and self.world.events.take())
            if not more and now >= earliest:
                return

    def _listen(self, project: Project, record: Record, seen: Seen, *, anew: bool = False) -> None:
        if self.world.events is None:
            return
        complaint = self.world.events.follow(watched(project, record), _processes(seen), anew=anew)
        if complaint and complaint not in self._said:
            self._said.add(complaint)
            self.say(f"{complaint}: looking every {WATCH_SECONDS:g} s instead")


def _processes(seen: Seen) -> frozenset[int]:
    """Return the programs of the project's panes."""
    survey = seen.terminal
    if isinstance(survey, Failed):
        return frozenset()
    return frozenset(pane.ref.pid for pane in survey.panes if pane.owner and not pane.dead)
