"""Hearing which panes draw: on a real server, exact when asked to be, and harmless to the programs that are heard."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from amp_fsm.model.seen import PaneRef, PaneSeen
from amp_fsm.world.tmux import TmuxTerminal
from tests.tmux_server import DEADLINE, TmuxServer, until

SESSION = "team"
DRAWS = ("sh", "-c", "stty raw -echo; exec cat")


@dataclass(slots=True)
class Hearing:
    """A terminal whose looks are kept open, the panes of its session, and what was said about it."""

    server: TmuxServer
    terminal: TmuxTerminal
    panes: list[PaneSeen] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def listed(self) -> list[PaneSeen]:
        self.panes = list(self.terminal.survey(SESSION, "p/").panes)
        return self.panes

    def silence(self, *, exact: bool = True) -> dict[PaneRef, float]:
        return dict(self.terminal.silence(self.panes, exact=exact))

    def listeners(self) -> list[int]:
        listed = self.server.tmux("list-clients", "-F", "#{client_pid} #{client_flags}").splitlines()
        return [int(client.split()[0]) for client in listed if "no-output" not in client]

    def draw(self, pane: PaneSeen, text: str = "x") -> None:
        self.server.tmux("send-keys", "-l", "-t", pane.ref.pane, text)


@pytest.fixture
def hearing(tmux_server: TmuxServer) -> Iterator[Hearing]:
    for _ in range(2):
        tmux_server.open(SESSION, *DRAWS)
    made = Hearing(server=tmux_server, terminal=TmuxTerminal(tmux_server.socket, timeout=15.0))
    with made.terminal.kept_open(SESSION, made.said.append):
        made.listed()
        until(lambda: made.silence() != {}, "somebody who listens")
        yield made


def test_what_a_pane_draws_ends_its_silence_and_nobody_elses(hearing: Hearing) -> None:
    one, other = hearing.panes
    until(lambda: min(hearing.silence().values()) > 0.3, "silence")
    hearing.draw(one)
    until(lambda: hearing.silence()[one.ref] < 0.3, "what it drew")
    assert hearing.silence()[other.ref] > 0.3
    assert hearing.said == []


def test_exactly_means_that_what_is_on_the_screen_was_heard(hearing: Hearing) -> None:
    pane = hearing.panes[0]
    for number in range(10):
        until(lambda: hearing.silence()[pane.ref] > 0.2, "silence")
        begun = time.monotonic()
        hearing.draw(pane, f"<{number}>")
        while f"<{number}>" not in str(hearing.terminal.capture([pane.ref])[pane.ref]):
            assert time.monotonic() < begun + DEADLINE
        silent = hearing.silence()[pane.ref]
        assert silent < time.monotonic() - begun


def test_a_hint_asks_nobody_and_comes_soon(hearing: Hearing) -> None:
    pane = hearing.panes[0]
    until(lambda: hearing.silence(exact=False)[pane.ref] > 0.5, "silence")
    hearing.draw(pane)
    until(lambda: hearing.silence(exact=False)[pane.ref] < 0.5, "what it drew")


def test_what_is_not_heard_is_not_told(hearing: Hearing) -> None:
    hearing.server.tmux("new-session", "-d", "-s", "another", *DRAWS)
    elsewhere = replace(hearing.panes[0], session="another")
    assert hearing.terminal.silence([elsewhere]) == {}
    assert TmuxTerminal(hearing.server.socket).silence(hearing.panes) == {}


def test_24_a_listener_that_died_is_told_once_and_tried_again(hearing: Hearing) -> None:
    for _ in range(2):
        (listener,) = hearing.listeners()
        os.kill(listener, signal.SIGKILL)
        until(lambda: hearing.silence() == {}, "its death")
        until(lambda: hearing.silence() != {}, "another one")
    assert len(hearing.said) == 1
    assert "asking for the screens of those at work again and again" in hearing.said[0]


def test_a_pane_that_shows_what_tmux_says_is_no_other_pane(hearing: Hearing) -> None:
    one, other = hearing.panes
    until(lambda: min(hearing.silence().values()) > 0.3, "silence")
    said = f"%output {other.ref.pane} x\n%pause {other.ref.pane}\n%exit\n"
    hearing.draw(one, said)
    until(lambda: hearing.silence()[one.ref] < 0.3, "what it drew")
    assert hearing.silence()[other.ref] > 0.3


def test_without_its_companion_nobody_listens(hearing: Hearing) -> None:
    looks = hearing.server.tmux("list-clients", "-F", "#{client_pid} #{client_flags}").splitlines()
    os.kill(next(int(client.split()[0]) for client in looks if "no-output" in client), signal.SIGKILL)
    until(lambda: hearing.listed() != [] and hearing.said != [], "a look by process")
    assert hearing.silence() == {}
    until(lambda: hearing.listeners() == [], "its end")


HOLDER = """
import sys
import time
from amp_fsm.world.tmux import TmuxTerminal
terminal = TmuxTerminal(sys.argv[1])
with terminal.kept_open("team", print):
    panes = terminal.survey("team", "p/").panes
    while not terminal.silence(panes):
        pass
    print("listens", flush=True)
    sys.stdin.read()
"""


def test_a_program_never_waits_until_we_have_listened(tmux_server: TmuxServer, tmp_path: Path) -> None:
    tmux_server.open(SESSION, "sleep", "1000")
    argv = [sys.executable, "-c", HOLDER, tmux_server.socket]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "listens\n"
        os.kill(holder.pid, signal.SIGSTOP)
        try:
            ended = tmp_path / "ended"
            tmux_server.open(SESSION, "sh", "-c", f"seq 300000; touch {ended}; exec sleep 1000")
            until(ended.exists, "the end of two megabytes of output")
        finally:
            os.kill(holder.pid, signal.SIGCONT)
        holder.kill()
    until(lambda: tmux_server.tmux("list-clients") == "", "the clients' end")
