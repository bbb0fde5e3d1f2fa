"""Stillness: whether agents at work, or coming up, stopped drawing, and whether those just prompted began.  A hint.

tmux counts activity in whole seconds, which is too coarse for the beginning and the end of a turn.  Where it is heard
which panes draw, only a screen that has become silent is captured, or one that was and draws again.  Elsewhere the
screens of these agents, and of no others, are captured again and again.  A spinner never stands still: of an agent at
work only a screen that is silent, or the same twice, is read.
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
"""Seconds between two captures of the same screen, at least."""

SILENT = 0.15
"""Seconds without a picture after which an agent at work may have stopped: spinners show ten a second."""

TICK = 0.025
"""Seconds between two questions about who is silent, at least."""

SHARE = 0.05
"""The share of the time that may be spent on all this."""

BEGINS_WITHIN = 30.0
"""Seconds after a prompt in which an agent is expected to begin, and in which a screen is to become readable."""

NEVER = float("-inf")

_MOVING = frozenset({ScreenState.WORKING, ScreenState.STARTING, ScreenState.UNKNOWN})


@dataclass(slots=True)
class Stillness:
    """Follows the screens of the agents whom a pass saw at work or coming up, or prompted shortly ago.

    Attributes:
        due: when to ask next, on the monotonic clock; None: there is nobody to ask about.
    """

    world: World
    due: float | None = None
    _panes: Mapping[str, PaneSeen] = field(default_factory=dict)
    _moving: frozenset[str] = frozenset()
    _screens: dict[PaneRef, str | Failed] = field(default_factory=dict)
    _captured: dict[PaneRef, float] = field(default_factory=dict)
    _ready: dict[PaneRef, float] = field(default_factory=dict)

    def begin(self, result: PassResult, now: float) -> None:
        """Follow these agents as the pass saw them, and nobody else."""
        survey = result.seen.terminal
        self._moving = frozenset() if isinstance(survey, Failed) else _moving(result)
        names = () if isinstance(survey, Failed) else (*self._moving, *(_prompted(result) - self._moving))
        panes = resolve_panes(result.project, survey) if names and not isinstance(survey, Failed) else {}
        self._panes = {name: panes[f"agent/{name}"] for name in names if f"agent/{name}" in panes}
        self._screens, self._captured, self._ready = {}, {}, {}
        self.due = self._next(self._drawn(now), now) if self._panes else None

    def has_come(self, result: PassResult, now: float) -> bool:
        """Ask, and return whether somebody began to work, or stopped and shows no work any more."""
        drawn = self._drawn(now)
        wanted = {name: pane.ref for name, pane in self._panes.items() if self._is_news(name, pane.ref, drawn, now)}
        before, shown = dict(self._screens), self._capture(tuple(wanted.values()))
        self._screens.update(shown)
        self._captured.update(dict.fromkeys(wanted.values(), now))
        for name, ref in wanted.items():
            screen = shown.get(ref, Failed(reason="not captured"))
            state = self._state(result, name, screen, stands=ref in drawn or screen == before.get(ref))
            if state is not None:
                self._ready[ref] = drawn[ref] + _lasting(result, name, state) if ref in drawn else now
        after = self.world.clock.read().mono
        self.due = max(self._next(drawn, after), after + (after - now) / SHARE)
        return any(at <= now for at in self._ready.values())

    def _drawn(self, now: float) -> Mapping[PaneRef, float]:
        """Return when panes were last heard to draw; what one showed before that is forgotten."""
        silent = self.world.terminal.silence(tuple(self._panes.values()), exact=False)
        drawn = {ref: now - seconds for ref, seconds in silent.items()}
        for ref in [ref for ref in self._ready if drawn.get(ref, now) >= self._captured[ref]]:
            del self._ready[ref]
        return drawn

    def _is_news(self, name: str, ref: PaneRef, drawn: Mapping[PaneRef, float], now: float) -> bool:
        """Return whether a pane's screen is worth a capture."""
        last = self._captured.get(ref, NEVER)
        if ref not in drawn or name not in self._moving:
            return last + SOONEST <= now and drawn.get(ref, now) >= last
        return drawn[ref] + SILENT <= now and drawn[ref] >= last

    def _next(self, drawn: Mapping[PaneRef, float], now: float) -> float:
        """Return when there may be something to see."""
        moving = (self._panes[name].ref for name in self._moving if name in self._panes)
        silent = (
            drawn[ref] + SILENT for ref in moving if ref in drawn and drawn[ref] >= self._captured.get(ref, NEVER)
        )
        return max(now + TICK, min((now + SOONEST, *silent, *self._ready.values())))

    def _capture(self, panes: tuple[PaneRef, ...]) -> Mapping[PaneRef, str | Failed]:
        try:
            return self.world.terminal.capture(panes) if panes else {}
        except TerminalUnreachableError:  # the next look says so
            return {}

    def _state(self, result: PassResult, name: str, screen: str | Failed, *, stands: bool) -> ScreenState | None:
        """Return what a screen shows, if that is another story than it told the pass.

        One that nobody can read tells none.
        """
        pane, agent = self._panes[name], result.project.agents[name]
        seen = result.plan.readings[f"agent/{name}"].state
        if isinstance(screen, Failed) or screen == result.seen.captures.get(pane.ref):
            return None
        if seen in _MOVING and not stands:
            return None
        now = self.world.clock.read().wall
        state = read_screen(result.project.profiles[agent.profile], screen, pane.variables, now).state
        return None if state in (ScreenState.UNKNOWN, seen) else state


def _lasting(result: PassResult, name: str, state: ScreenState) -> float:
    """Return for how long a screen must show this before a pass believes it."""
    profile = result.project.profiles[result.project.agents[name].profile]
    return profile.stable_for if state is ScreenState.IDLE else 0.0


def _moving(result: PassResult) -> frozenset[str]:
    """Return the agents that work, come up, or cannot be read yet."""
    since = result.plan.policy - BEGINS_WITHIN
    blind = {name: sample.blind for name, sample in result.record.samples.items()}
    states = {address.removeprefix("agent/"): seen.state for address, seen in result.plan.readings.items()}
    long_blind = {name for name, at in blind.items() if at is not None and at < since}
    return frozenset(name for name, state in states.items() if state in _MOVING and name not in long_blind)


def _prompted(result: PassResult) -> frozenset[str]:
    """Return the agents that got their last prompt shortly ago."""
    since = result.plan.policy - BEGINS_WITHIN
    held = result.record.assignments.values()
    waited = {a.agent for a in held if a.delivered is not None and a.delivered >= since}
    return frozenset(name for name in waited if f"agent/{name}" in result.plan.readings)
