"""Stillness: whether agents at work, or coming up, stopped drawing, and whether those just prompted began.  A hint.

tmux counts activity in whole seconds, which is too coarse for the beginning and the end of a turn.  So the screens of
these agents, and of no others, are captured again and again.  A spinner never stands still: of an agent at work only a
screen that is the same twice is read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from amp_fsm.engine.reconcile import PassResult
from amp_fsm.errors import TerminalUnreachableError
from amp_fsm.model.panes import resolve_panes
from amp_fsm.model.profile import ScreenState
from amp_fsm.model.seen import Failed, PaneRef, PaneSeen
from amp_fsm.observe.screen import read_screen
from amp_fsm.ports import World

SOONEST = 0.1
"""Seconds between two captures, at least."""

SHARE = 0.05
"""The share of the time that may be spent capturing."""

BEGINS_WITHIN = 30.0
"""Seconds after a prompt in which an agent is expected to begin, and in which a screen is to become readable."""


_MOVING = frozenset({ScreenState.WORKING, ScreenState.STARTING, ScreenState.UNKNOWN})


@dataclass(slots=True)
class Stillness:
    """Follows the screens of the agents whom a pass saw at work or coming up, or prompted shortly ago.

    Attributes:
        due: when to capture next, on the monotonic clock; None: there are none.
    """

    world: World
    due: float | None = None
    _panes: Mapping[str, PaneSeen] = field(default_factory=dict)
    _screens: Mapping[PaneRef, str | Failed] = field(default_factory=dict)

    def begin(self, result: PassResult, now: float) -> None:
        """Follow these agents as the pass saw them, and nobody else."""
        survey = result.seen.terminal
        names = () if isinstance(survey, Failed) else (*_moving(result), *_prompted(result))
        panes = resolve_panes(result.project, survey) if names and not isinstance(survey, Failed) else {}
        self._panes = {name: panes[f"agent/{name}"] for name in names if f"agent/{name}" in panes}
        self._screens = {}
        self.due = now + SOONEST if self._panes else None

    def has_come(self, result: PassResult, now: float) -> bool:
        """Capture, and return whether somebody began to work, or stopped and shows no work any more."""
        panes = {name: pane.ref for name, pane in self._panes.items()}
        try:
            screens = self.world.terminal.capture(tuple(panes.values()))
        except TerminalUnreachableError:  # the next look says so
            screens = {}
        before, self._screens = self._screens, screens
        after = self.world.clock.read().mono
        self.due = after + max(SOONEST, (after - now) / SHARE)
        shown = ((name, ref, screens[ref]) for name, ref in panes.items() if ref in screens)
        return any(self._turned(result, name, screen, before.get(ref)) for name, ref, screen in shown)

    def _turned(self, result: PassResult, name: str, screen: str | Failed, before: str | Failed | None) -> bool:
        """Return whether a screen tells another story than it told the pass; one that nobody can read tells none."""
        pane, agent = self._panes[name], result.project.agents[name]
        seen = result.plan.readings[f"agent/{name}"].state
        if isinstance(screen, Failed) or screen == result.seen.captures.get(pane.ref):
            return False
        if seen in _MOVING and screen != before:
            return False
        now = self.world.clock.read().wall
        state = read_screen(result.project.profiles[agent.profile], screen, pane.variables, now).state
        return state not in (ScreenState.UNKNOWN, seen)


def _moving(result: PassResult) -> frozenset[str]:
    """Return the agents that work, come up, or cannot be read yet."""
    since = result.plan.policy - BEGINS_WITHIN
    blind = {name: sample.blind for name, sample in result.record.samples.items()}
    states = {address.removeprefix("agent/"): seen.state for address, seen in result.plan.readings.items()}
    long_blind = {name for name, at in blind.items() if at is not None and at < since}
    return frozenset(name for name, state in states.items() if state in _MOVING and name not in long_blind)


def _prompted(result: PassResult) -> frozenset[str]:
    """Return the agents that got their last prompt shortly ago and stand still."""
    since = result.plan.policy - BEGINS_WITHIN
    held = result.record.assignments.values()
    waited = {a.agent for a in held if a.delivered is not None and a.delivered >= since}
    return frozenset(name for name in waited if f"agent/{name}" in result.plan.readings) - _moving(result)
