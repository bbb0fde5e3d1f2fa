"""The practice programs, from the rehearsal's side: whether all have seen the clock, when the next one wakes."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from amp_fsm.errors import TerminalUnreachableError
from amp_fsm.model.panes import owner_of
from amp_fsm.model.project import Project
from amp_fsm.model.seen import PaneRef
from amp_fsm.rehearsal.practice_agent.nudge import nudge
from amp_fsm.rehearsal.practice_service import folder_of
from amp_fsm.rehearsal.stand_ins import ListeningTerminal

Json = Mapping[str, Any]
REACT_SECONDS = 20.0
POLL_SECONDS = 0.002
POLLS_PER_SURVEY = 20


class Cast:
    """Everybody who plays in one rehearsal."""

    def __init__(self, project: Project, world: Path, terminal: ListeningTerminal) -> None:
        """Watch the practice programs of a mapped `project`, all of which `terminal` started."""
        self._project = project
        self._world = world
        self._terminal = terminal
        self._folders = {owner_of(project, agent): agent.name for agent in project.agents.values()}
        self._folders |= {owner_of(project, spec): folder_of(spec.name) for spec in project.services.values()}
        self._over: set[PaneRef] = set()
        self._nudged = -1

    def wait(self, tick: int) -> tuple[Json, ...]:
        """Return the state of every living program once all have acted on that tick of the clock and drawn it.

        Raises:
            TerminalUnreachableError: one of them did not react in time.
        """
        deadline = time.monotonic() + REACT_SECONDS
        self._nudge(tick)
        for poll in itertools.count(1):
            states, late = self._look(tick)
            if not late:
                break
            if time.monotonic() > deadline:
                raise TerminalUnreachableError(f"practice programs do not react: {', '.join(late)}")
            if poll % POLLS_PER_SURVEY == 0:
                self._leave_out_the_dead()
            time.sleep(POLL_SECONDS)
        return states

    def _nudge(self, tick: int) -> None:
        """Tell every program once that the clock was moved; one that starts later looks by itself."""
        if self._nudged != tick:
            for ref in self._terminal.started.values():
                if ref not in self._over:
                    nudge(ref.pid)
        self._nudged = tick

    def _look(self, tick: int) -> tuple[tuple[Json, ...], list[str]]:
        states, late = [], []
        for owner, ref in self._terminal.started.items():
            if ref in self._over:
                continue
            state = self._state(self._folders[owner])
            if state.get("pid") == ref.pid and state.get("tick", -1) >= tick:
                states.append(state)
            else:
                late.append(self._folders[owner])
        return tuple(states), late

    def _leave_out_the_dead(self) -> None:
        """Wait no more for programs of which tmux says that they have ended; it may keep their process as a zombie."""
        survey = self._terminal.survey(self._project.tmux.session, f"{self._project.name}/")
        living = {pane.ref for pane in survey.panes if not pane.dead}
        self._over |= {ref for ref in self._terminal.started.values() if ref not in living}

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
