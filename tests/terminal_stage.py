"""Two stages with the same play: a fake terminal, and a real one on a private tmux server with practice agents.

What a stage can do is what happens to panes from outside: programs die, people scroll, options change.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path
from typing import Any, Protocol

from amp_fsm.model.profile import ScreenReading
from amp_fsm.model.seen import PaneRef, PaneSeen
from amp_fsm.observe.screen import read_screen
from amp_fsm.ports import Launch, PaneGuard, Terminal
from amp_fsm.world.config_files import load_profiles
from amp_fsm.world.tmux import TmuxTerminal
from tests.fakes.terminal import FakePane, FakeTerminal
from tests.tmux_server import TmuxServer, until

PRACTICE = load_profiles()["practice"]
SESSION = "team"
Json = dict[str, Any]


class Stage(Protocol):
    """A terminal under test and the hands of everybody else."""

    @property
    def terminal(self) -> Terminal: ...
    def launch(self, name: str, intent: str, behaviour: Json | None = None, **changes: Any) -> Launch: ...
    def received(self, pane: PaneRef) -> list[str]: ...
    def approvals(self, pane: PaneRef) -> int: ...
    def die(self, pane: PaneRef) -> None: ...
    def scroll(self, pane: PaneRef) -> None: ...
    def synchronise(self, pane: PaneRef) -> None: ...
    def close_input(self, pane: PaneRef) -> None: ...
    def stranger(self, session: str) -> PaneRef: ...
    def end_server(self) -> None: ...


def see(stage: Stage, pane: PaneRef) -> PaneSeen:
    """Return the pane as a survey lists it."""
    return next(seen for seen in stage.terminal.survey(SESSION, "p/").panes if seen.ref.pane == pane.pane)


def read(stage: Stage, pane: PaneRef) -> ScreenReading:
    """Return what the pane's screen shows."""
    screen = stage.terminal.capture((pane,))[pane]
    assert isinstance(screen, str), screen
    return read_screen(PRACTICE, screen, see(stage, pane).variables, 0.0)


def composed(stage: Stage, pane: PaneRef) -> str:
    """Return the text in the pane's composer, blanks taken out."""
    return "".join(read(stage, pane).composer_text.split())


def launched(stage: Stage, name: str = "ada", intent: str = "start001", behaviour: Json | None = None) -> PaneRef:
    """Return a started practice agent's pane, once it is at its prompt."""
    pane = stage.terminal.start(stage.launch(name, intent, behaviour))
    until(lambda: read(stage, pane).state == "idle", f"{name} at its prompt")
    return pane


def guard_of(stage: Stage, pane: PaneRef) -> PaneGuard:
    """Return the guard that lets our own effects pass."""
    seen = see(stage, pane)
    return PaneGuard(command=seen.command, owner=seen.owner, no_dialog=PRACTICE.no_dialog)


class FakeStage:
    """Everything in memory."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.terminal = FakeTerminal(server="")

    def launch(self, name: str, intent: str, behaviour: Json | None = None, **changes: Any) -> Launch:
        return _launch(name, intent, self.folder, behaviour, changes)

    def pane(self, pane: PaneRef) -> FakePane:
        return self.terminal.panes[pane.pane]

    def received(self, pane: PaneRef) -> list[str]:
        return self.pane(pane).received

    def approvals(self, pane: PaneRef) -> int:
        return self.pane(pane).approvals

    def die(self, pane: PaneRef) -> None:
        self.pane(pane).dead = True

    def scroll(self, pane: PaneRef) -> None:
        self.pane(pane).in_mode = True

    def synchronise(self, pane: PaneRef) -> None:
        self.pane(pane).synchronized = True

    def close_input(self, pane: PaneRef) -> None:
        self.pane(pane).input_off = True

    def stranger(self, session: str) -> PaneRef:
        self.terminal.server = self.terminal.server or "100:1000"
        number = len(self.terminal.panes)
        taken = {int(pane.window) for pane in self.terminal.panes.values() if pane.session == session}
        window = str(next(index for index in range(number + 1) if index not in taken))
        pane = FakePane(pane=f"%{number}", pid=500 + number, session=session, window=window, name="theirs")
        self.terminal.panes[pane.pane] = pane
        return PaneRef(server=self.terminal.server, pane=pane.pane, pid=pane.pid)

    def end_server(self) -> None:
        self.terminal.server = ""
        self.terminal.panes.clear()


class TmuxStage:
    """A real server and real programs; `terminal` is another way to speak to it."""

    def __init__(self, folder: Path, server: TmuxServer, terminal: Terminal | None = None) -> None:
        self.folder = folder
        self.server = server
        self.terminal = terminal or TmuxTerminal(server.socket, timeout=15.0)

    def launch(self, name: str, intent: str, behaviour: Json | None = None, **changes: Any) -> Launch:
        return _launch(name, intent, self.folder, behaviour, changes)

    def _receipts(self, pane: PaneRef) -> list[Json]:
        path = self.folder / see(self, pane).name / "receipts.jsonl"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    def received(self, pane: PaneRef) -> list[str]:
        return [receipt["text"] for receipt in self._receipts(pane) if receipt["kind"] in ("prompt", "queued")]

    def approvals(self, pane: PaneRef) -> int:
        return sum(receipt["kind"] == "approved" for receipt in self._receipts(pane))

    def die(self, pane: PaneRef) -> None:
        os.kill(pane.pid, signal.SIGKILL)
        until(lambda: see(self, pane).dead, "the dead pane")

    def scroll(self, pane: PaneRef) -> None:
        self.server.tmux("copy-mode", "-t", pane.pane)

    def synchronise(self, pane: PaneRef) -> None:
        self.server.tmux("set-option", "-p", "-t", pane.pane, "synchronize-panes", "on")

    def close_input(self, pane: PaneRef) -> None:
        self.server.tmux("select-pane", "-d", "-t", pane.pane)

    def stranger(self, session: str) -> PaneRef:
        pane = self.server.open(session, "sleep", "1000")
        shown = self.server.show(pane, "pid}:#{start_time} #{pane_pid")
        server, pid = shown.split()
        return PaneRef(server=server, pane=pane, pid=int(pid))

    def end_server(self) -> None:
        self.server.end()


def _launch(name: str, intent: str, folder: Path, behaviour: Json | None, changes: Json) -> Launch:
    program = (sys.executable, "-m", "amp_fsm.rehearsal.practice_agent", "--world", str(folder), "--name", name)
    values: Json = {
        "owner": f"p/agent/{name}",
        "intent": intent,
        "session": SESSION,
        "window": "",
        "name": name,
        "argv": (*program, "--works", "600", "--behaviour", json.dumps(behaviour or {})),
        "env": {},
        "cwd": str(folder),
        "columns": 100,
        "rows": 30,
    }
    return Launch(**{**values, **changes})
