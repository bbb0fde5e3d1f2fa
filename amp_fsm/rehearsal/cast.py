"""The practice programs, from the rehearsal's side: whether all have seen the clock, when the next one wakes."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from amp_fsm.errors import TerminalUnreachableError
from amp_fsm.model.panes import owner_of
from amp_fsm.model.project import Project
from amp_fsm.model.seen import PaneSeen
from amp_fsm.ports import Terminal
from amp_fsm.rehearsal.practice_service import folder_of

Json = Mapping[str, Any]
REACT_SECONDS = 20.0
POLL_SECONDS = 0.005


class Cast:
    """Everybody who plays in one rehearsal."""

    def __init__(self, project: Project, world: Path, terminal: Terminal) -> None:
        """Watch the practice programs of a mapped `project`."""
        self._project = project
        self._world = world
        self._terminal = terminal
        self._folders = {owner_of(project, agent): agent.name for agent in project.agents.values()}
        self._folders |= {owner_of(project, spec): folder_of(spec.name) for spec in project.services.values()}

    def wait(self, tick: int) -> tuple[Json, ...]:
        """Return the state of every living program once all have acted on that tick of the clock and drawn it.

        Raises:
            TerminalUnreachableError: one of them did not react in time.
        """
        deadline = time.monotonic() + REACT_SECONDS
        while True:
            states, late = self._look(tick)
            if not late:
                return states
            if time.monotonic() > deadline:
                raise TerminalUnreachableError(f"practice programs do not react: {', '.join(late)}")
            time.sleep(POLL_SECONDS)

    def _look(self, tick: int) -> tuple[tuple[Json, ...], list[str]]:
        states, late = [], []
        for pane in self._panes():
            folder = self._folders[pane.owner]
            state = self._state(folder)
            if state.get("pid") == pane.ref.pid and state.get("tick", -1) >= tick:
                states.append(state)
            else:
                late.append(folder)
        return tuple(states), late

    def _panes(self) -> Iterator[PaneSeen]:
        survey = self._terminal.survey(self._project.tmux.session, f"{self._project.name}/")
        return (pane for pane in survey.panes if pane.owner in self._folders and not pane.dead)

    def _state(self, folder: str) -> Json:
        try:
            state: Json = json.loads((self._world / folder / "state.json").read_text())
        except FileNotFoundError:
            return {}
        return state

    def receipts(self) -> tuple[Json, ...]:
        """Return every receipt of every agent, agent by agent, oldest first."""
        found = []
        for agent in self._project.agents:
            path = self._world / agent / "receipts.jsonl"
            if path.exists():
                text = path.read_text(encoding="utf-8", errors="surrogateescape")
                found += [json.loads(line) for line in text.split("\n") if line]
        return tuple(found)


def next_wake(states: tuple[Json, ...], elapsed: float) -> float | None:
    """Return in how many seconds the next practice program does something by itself; None: none does."""
    ahead = [float(state["wakes_at"]) - elapsed for state in states if state.get("wakes_at") is not None]
    return max(0.0, min(ahead)) if ahead else None
