"""Looks that many actions share: whoever asks while one is being taken gets the next, together with all others.

Sixty prompts delivered side by side look at their panes hundreds of times; one tmux process for each would be a storm.
A look never begins before it was asked for.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from amp_fsm.errors import TerminalUnreachableError
from amp_fsm.model.panes import resolve_panes
from amp_fsm.model.project import Project
from amp_fsm.model.seen import Failed, PaneSeen, Survey
from amp_fsm.ports import Terminal

FEW = 8
"""Subjects whose panes are looked for by their mark; of more, all panes are listed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaneLook:
    """One subject's pane, and its screen if that was asked for."""

    pane: PaneSeen
    screen: str | Failed


@dataclass(slots=True)
class _Round:
    """One look for everybody who asked for it; `asked` says of each subject whether its screen is wanted."""

    asked: dict[str, bool] = field(default_factory=dict)
    seen: Mapping[str, PaneLook | Failed] = field(default_factory=dict)
    error: Exception | None = None
    done: bool = False


class SharedLook:
    """Takes the looks of all threads, one at a time, each for everybody who waits.  Safe for threads."""

    def __init__(self, project: Project, terminal: Terminal) -> None:
        """Look at the panes of `project`."""
        self._project = project
        self._terminal = terminal
        self._turn = threading.Condition()
        self._next = _Round()
        self._taking = False

    def look(self, address: str, *, screen: bool = True) -> PaneLook | Failed:
        """Return a subject's pane as it is after this call began, or why it cannot be seen.

        Raises:
            TerminalUnreachableError: tmux did not show the screens in time.
        """
        with self._turn:
            mine = self._next
            mine.asked[address] = mine.asked.get(address, False) or screen
            while self._taking and not mine.done:
                self._turn.wait()
            mine_to_take = not mine.done
            if mine_to_take:
                self._taking, self._next = True, _Round()
        if mine_to_take:
            self._take(mine)
        if mine.error is not None:
            raise mine.error
        return mine.seen[address]

    def _take(self, mine: _Round) -> None:
        try:
            mine.seen = self._seen(mine.asked)
        except Exception as error:  # everybody who waits must hear of it
            mine.error = error
        finally:
            with self._turn:
                mine.done, self._taking = True, False
                self._turn.notify_all()

    def _panes(self, asked: Collection[str]) -> Mapping[str, PaneSeen] | Failed:
        """Return the panes of those who asked, and maybe of others; of few that bear their mark no other is listed."""
        project, terminal = self._project, self._terminal
        if len(asked) <= FEW:
            found = self._resolved(
                lambda: terminal.find(project.tmux.session, [f"{project.name}/{at}" for at in asked])
            )
            if isinstance(found, Failed) or found.keys() >= set(asked):
                return found
        return self._resolved(lambda: terminal.survey(project.tmux.session, f"{project.name}/"))

    def _resolved(self, look: Callable[[], Survey]) -> Mapping[str, PaneSeen] | Failed:
        try:
            return resolve_panes(self._project, look())
        except TerminalUnreachableError as error:
            return Failed(reason=str(error))

    def _seen(self, asked: Mapping[str, bool]) -> dict[str, PaneLook | Failed]:
        panes = self._panes(asked)
        if isinstance(panes, Failed):
            return dict.fromkeys(asked, panes)
        wanted = {panes[address].ref: None for address, screen in asked.items() if screen and address in panes}
        screens = self._terminal.capture(tuple(wanted)) if wanted else {}
        unseen = Failed(reason="the screen was not captured")
        return {
            address: PaneLook(pane=panes[address], screen=screens.get(panes[address].ref, unseen))
            if address in panes
            else Failed(reason="the pane is gone")
            for address in asked
        }
