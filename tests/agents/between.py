"""A terminal with which something happens right before and right after each paste, or before each submit key."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from amp_fsm.model.seen import PaneRef
from amp_fsm.ports import Effect, PaneGuard, Terminal


def nothing() -> None:
    """Do nothing."""


def around_paste(
    before: Callable[[], None] = nothing, after: Callable[[], None] = nothing
) -> Callable[[Terminal], Terminal]:
    """Return what puts `before` and `after` around every paste of a terminal."""
    return lambda terminal: cast(Terminal, _Around(terminal, before, after))


def before_submit(first: Callable[[], None]) -> Callable[[Terminal], Terminal]:
    """Return what does `first` before every submit key of a terminal."""
    return lambda terminal: cast(Terminal, _Around(terminal, nothing, nothing, first))


class _Around:
    def __init__(
        self,
        terminal: Terminal,
        before: Callable[[], None],
        after: Callable[[], None],
        first: Callable[[], None] = nothing,
    ) -> None:
        self._terminal, self._before, self._after, self._first = terminal, before, after, first

    def __getattr__(self, name: str) -> object:
        return getattr(self._terminal, name)

    def paste(self, pane: PaneRef, text: str, intent: str, guard: PaneGuard) -> Effect:
        self._before()
        effect = self._terminal.paste(pane, text, intent, guard)
        self._after()
        return effect

    def submit(self, pane: PaneRef, key: str, intent: str, guard: PaneGuard, *, again: bool = False) -> Effect:
        self._first()
        return self._terminal.submit(pane, key, intent, guard, again=again)
