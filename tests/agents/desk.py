"""One agent program in a private tmux, as a person at that terminal sees it and types into it."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path

from amp_fsm.model.profile import Composer, Profile, ScreenReading, ScreenState
from amp_fsm.model.project import Project
from amp_fsm.model.seen import PaneSeen
from amp_fsm.model.time import Reading
from amp_fsm.observe.screen import read_screen
from amp_fsm.ports import Terminal, World
from amp_fsm.wiring import build, project_at
from amp_fsm.world.clock import SystemClock
from tests.agents.mock_llm import Model
from tests.agents.programs import Place, Program
from tests.tmux_server import TmuxServer

DEADLINE = 180.0
"""Seconds to wait for what must come: some programs take a minute to start on a busy machine."""


class LeadingClock(SystemClock):
    """The machine's clocks, ahead by some seconds."""

    def __init__(self) -> None:
        super().__init__()
        self.ahead = 0.0

    def read(self) -> Reading:
        reading = super().read()
        return replace(reading, wall=reading.wall + self.ahead, mono=reading.mono + self.ahead)


@dataclass(slots=True, kw_only=True)
class Desk:
    """The program's pane, found by our mark on it.

    Attributes:
        wrap: puts something around the terminal that passes work with.
    """

    program: Program
    place: Place
    model: Model
    server: TmuxServer
    config: Path
    clock: LeadingClock = field(default_factory=LeadingClock)
    wrap: Callable[[Terminal], Terminal] = lambda terminal: terminal

    # ---- seeing --------------------------------------------------------------------------------------------------

    @property
    def name(self) -> str:
        """Return the project's name, which no other team has."""
        return self.server.socket

    @property
    def project(self) -> Project:
        return _project(self.config, self.config.read_text())

    @property
    def profile(self) -> Profile:
        return self.project.profiles[self.program.profile]

    def world(self) -> World:
        """Return the world that passes work in."""
        world = build(self.project, environment=os.environ, clock=self.clock)
        return replace(world, terminal=self.wrap(world.terminal))

    def pane(self) -> PaneSeen | None:
        """Return the program's pane, if there is one."""
        panes = build(self.project, environment=os.environ).terminal.survey("real", f"{self.name}/").panes
        return next((pane for pane in panes if pane.owner == f"{self.name}/agent/it"), None)

    def its_pane(self) -> PaneSeen:
        """Return the program's pane, which is there."""
        pane = self.pane()
        assert pane is not None
        return pane

    def reading(self) -> ScreenReading | None:
        """Return what the profile reads on the screen now."""
        pane = self.pane()
        if pane is None:
            return None
        screen = build(self.project, environment=os.environ).terminal.capture((pane.ref,))[pane.ref]
        return read_screen(self.profile, screen, pane.variables, time.time()) if isinstance(screen, str) else None

    def shows(self, *states: str) -> bool:
        """Return whether the screen is read as one of these states."""
        reading = self.reading()
        return reading is not None and reading.state in states

    def is_ready(self) -> bool:
        """Return whether the program is at its prompt, and nothing stands there."""
        reading = self.reading()
        return reading is not None and (reading.state, reading.composer) == (ScreenState.IDLE, Composer.EMPTY)

    def shows_draft(self) -> bool:
        """Return whether something stands in the composer."""
        reading = self.reading()
        return reading is not None and reading.composer is Composer.DRAFT

    def has_composer(self) -> bool:
        """Return whether there is a composer."""
        reading = self.reading()
        return reading is not None and reading.composer in (Composer.EMPTY, Composer.DRAFT)

    def screen(self) -> str:
        """Return the text on the program's screen, without trailing blanks."""
        pane = self.pane()
        if pane is None:
            return ""
        shown = self.server.tmux("capture-pane", "-p", "-t", pane.ref.pane)
        return "\n".join(line.rstrip() for line in shown.split("\n"))

    def until_seen(self, condition: Callable[[], object], what: str) -> None:
        """Wait for a condition, making no pass."""
        end = time.monotonic() + DEADLINE
        while not condition():
            assert time.monotonic() < end, f"never came: {what}\n{self.screen()}"
            time.sleep(0.05)

    def steady(self, seconds: float = 0.5) -> ScreenReading:
        """Return what is read on the screen once it was the same for a while; dialogs are drawn in several strokes."""
        since, seen = time.monotonic(), self.reading()

        def is_steady() -> bool:
            nonlocal since, seen
            now = self.reading()
            if now != seen:
                since, seen = time.monotonic(), now
            return time.monotonic() - since >= seconds

        self.until_seen(is_steady, "a screen that is the same for a while")
        assert seen is not None
        return seen

    # ---- typing --------------------------------------------------------------------------------------------------

    def keys(self) -> list[str]:
        """Return what was sent so far: `p` and the pane for each paste, `k` and the pane for each press of a key."""
        return self.server.tmux("show-options", "-gqv", "@sent").split()

    def press(self, *keys: str) -> None:
        """Press keys one after the other, as a person does."""
        for key in keys:
            self.server.tmux("send-keys", "-t", self.its_pane().ref.pane, key)

    def say(self, text: str) -> None:
        """Type a text and submit it, as a person does."""
        self.server.tmux("set-buffer", "-b", "person", text)
        self.server.tmux("paste-buffer", "-p", "-d", "-b", "person", "-t", self.its_pane().ref.pane)
        self.until_seen(self.shows_draft, "what a person typed")
        self.clock.settle(self.profile.settle)
        self.press("Enter")

    # ---- the end -------------------------------------------------------------------------------------------------

    def processes(self) -> list[int]:
        """Return the processes that run with our private HOME; closing its pane does not end every program."""
        mark = f"HOME={self.place.home}".encode()
        found = []
        for path in Path("/proc").glob("[0-9]*/environ"):
            try:
                if mark in path.read_bytes().split(b"\0"):
                    found.append(int(path.parent.name))
            except OSError:
                continue
        return found

    def kill_program(self) -> None:
        """Kill the program and all it left behind; its pane stays."""
        self.signal_program(signal.SIGKILL)

    def signal_program(self, number: signal.Signals) -> None:
        """Send a signal to the program and all that runs with it."""
        for process in self.processes():
            try:
                os.kill(process, number)
            except ProcessLookupError:
                continue


@lru_cache(maxsize=4)
def _project(config: Path, text: str) -> Project:
    """Return the project of a configuration with this text."""
    return project_at(config, os.environ)
