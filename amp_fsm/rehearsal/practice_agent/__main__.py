"""`python -m amp_fsm.rehearsal.practice_agent`: the terminal, the loop, and the way out."""

from __future__ import annotations

import argparse
import json
import os
import select
import sys
import termios
import time
import tty
from pathlib import Path

from amp_fsm.rehearsal.practice_agent.agent import PracticeAgent, Quit
from amp_fsm.rehearsal.practice_agent.keys import Event, Key, KeyReader
from amp_fsm.rehearsal.practice_agent.nudge import nudges
from amp_fsm.rehearsal.practice_agent.outside import Moment, Outside
from amp_fsm.rehearsal.practice_agent.screen import CLOSE, OPEN, Picture, difference, picture
from amp_fsm.rehearsal.practice_agent.worker import Crash

REAL_POLL_SECONDS = 0.02
WORLD_POLL_SECONDS = 0.5
"""In a world whoever moves the clock nudges; this bounds how long a lost nudge can be missed."""

PAINTED = Key(name="painted")
ASK_PAINTED = "\x1b[5n"
"""Device status report: the terminal answers once it has drawn everything before it."""


def main() -> int:
    """Run one practice agent on this terminal and return its exit code."""
    parser = argparse.ArgumentParser(prog="practice-agent", description="A stand-in for a terminal coding agent.")
    parser.add_argument("--world", type=Path, default=None, help="folder shared with a rehearsal")
    parser.add_argument("--name", default="practice", help="the agent's name")
    parser.add_argument("--works", type=float, default=300.0, help="seconds that a turn takes")
    parser.add_argument("--behaviour", type=json.loads, default={}, help="JSON: what happens on the way")
    options = parser.parse_args()
    outside = Outside(options.world, options.name)
    agent = PracticeAgent(outside, works=options.works, behaviour=options.behaviour, now=outside.now())
    before = termios.tcgetattr(0)
    tty.setraw(0)
    try:
        Loop(agent, outside, REAL_POLL_SECONDS if options.world is None else WORLD_POLL_SECONDS).run()
        _say(CLOSE)
    except Crash:
        # tmux scrolls a dead pane up by one line
        _say(f"{CLOSE}\r\npanic: the practice agent died, as its scenario asks\r\n")
        return 1
    finally:
        termios.tcsetattr(0, termios.TCSADRAIN, before)
    return 0


class Loop:
    """Keys in, pictures out, until somebody or the scenario ends it."""

    def __init__(self, agent: PracticeAgent, outside: Outside, patience: float) -> None:
        """Drive `agent`, which looks at the clock when it is nudged, at the latest after `patience` real seconds."""
        self._agent = agent
        self._outside = outside
        self._patience = patience
        self._nudged = nudges()
        self._keys = KeyReader()
        self._shown: Picture | None = None
        self._asked = -1
        self._painted = -1
        self._stirred = True
        self._pid = os.getpid()

    def run(self) -> None:
        """Return when a person ended it; a crash passes through."""
        _say(OPEN)
        self._show(self._outside.now())
        try:
            while True:
                self._step()
        except (Quit, EOFError):
            return

    def _step(self) -> None:
        """Wait, and do what came of it; that the terminal has drawn is told on, and changes nothing."""
        events = self._read()
        now = self._outside.now()
        for event in events:
            if event == PAINTED:
                self._painted = self._asked
            else:
                self._agent.take(event, now)
            self._save(now)
        if self._stirred or any(event != PAINTED for event in events):
            self._show(now)

    def _show(self, now: Moment) -> None:
        self._agent.pass_time(now)
        self._draw(now)
        if now.tick != self._asked:
            self._asked = now.tick
            _say(ASK_PAINTED)
        self._save(now)

    def _save(self, now: Moment) -> None:
        self._outside.write_state(self._agent.state(self._painted, self._pid, now))

    def _draw(self, now: Moment) -> None:
        columns, rows = os.get_terminal_size(1)
        drawn = picture(self._agent.view(now), columns, rows)
        text = difference(self._shown, drawn)
        if text:
            _say(text)
            self._shown = drawn

    def _read(self) -> list[Event]:
        patience = REAL_POLL_SECONDS if self._keys.unfinished else self._patience
        ready, _, _ = select.select([0, self._nudged.fileno()], [], [], patience)
        self._stirred = self._nudged.fileno() in ready or not ready
        if self._nudged.fileno() in ready:
            self._nudged.recv(4096)
        if 0 not in ready:
            return [] if ready else self._keys.flush()
        data = os.read(0, 65536)
        if not data:
            raise EOFError
        time.sleep(self._agent.lag)
        return self._keys.feed(data)


def _say(text: str) -> None:
    data = text.encode()
    while data:
        data = data[os.write(1, data) :]


if __name__ == "__main__":
    sys.exit(main())
