"""The practice programs, from the rehearsal's side: who must see the clock and has seen it, when the next one wakes.

Only those who do something by then, or show something else, are told that the clock was moved; the others sleep on.
"""

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
        self._known: dict[PaneRef, Json] = {}
        self._awaited: dict[PaneRef, int] = {}
        self._nudged = -1

    def wait(self, tick: int, elapsed: float) -> None:
        """Return once all who have something to do at that tick of the clock have done and drawn it.

        Args:
            tick: number of the clock's last jump.
            elapsed: policy seconds by then.

        Raises:
            TerminalUnreachableError: one of them did not react in time.
        """
        deadline = time.monotonic() + REACT_SECONDS
        self._nudge(tick, elapsed)
        for poll in itertools.count(1):
            living = self._living()
            awaited = {ref: since for ref, since in self._awaited.items() if ref in living}
            self._awaited = {
                ref: since for ref, since in awaited.items() if not self._has_seen(ref, living[ref], since)
            }
            if not self._awaited:
                return
            if time.monotonic() > deadline:
                late = ", ".join(living[ref] for ref in self._awaited)
                raise TerminalUnreachableError(f"practice programs do not react: {late}")
            if poll % POLLS_PER_SURVEY == 0:
                self._leave_out_the_dead()
            time.sleep(POLL_SECONDS)

    def states(self) -> tuple[Json, ...]:
        """Return the state of every living program, as each says by now."""
        return tuple(state for ref, folder in self._living().items() if (state := self._read(ref, folder)))

    def _living(self) -> dict[PaneRef, str]:
        """Return the folder of every program that was started and is not known to have ended."""
        started = self._terminal.started.items()
        return {ref: self._folders[owner] for owner, ref in started if ref not in self._over}

    def _nudge(self, tick: int, elapsed: float) -> None:
        """Tell those who are due once that the clock was moved; one that starts later looks by itself."""
        moved, self._nudged = self._nudged != tick, tick
        for ref in self._living():
            state = self._known.get(ref)
            if state is None:
                self._awaited.setdefault(ref, tick)
            elif moved and state["draws_at"] is not None and state["draws_at"] <= elapsed:
                self._awaited[ref] = tick
                nudge(ref.pid)

    def _has_seen(self, ref: PaneRef, folder: str, tick: int) -> bool:
        return bool(self._read(ref, folder).get("tick", -1) >= tick)

    def _read(self, ref: PaneRef, folder: str) -> Json:
        """Return what a program says of itself; what one before it said counts for nothing."""
        state = self._state(folder)
        if state.get("pid") == ref.pid:
            self._known[ref] = state
        return self._known.get(ref, {})

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
