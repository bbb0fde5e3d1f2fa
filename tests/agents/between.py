"""A terminal with which something happens right before and right after each paste."""

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


class _Around:
    def __init__(self, terminal: Terminal, before: Callable[[], None], after: Callable[[], None]) -> None:
        self._terminal, self._before, self._after = terminal, before, after

    def __getattr__(self, name: str) -> object:
        return getattr(self._terminal, name)

    def paste(self, pane: PaneRef, text: str, intent: str, guard: PaneGuard) -> Effect:
        self._before()
        effect = self._terminal.paste(pane, text, intent, guard)
        self._after()
        return effect
