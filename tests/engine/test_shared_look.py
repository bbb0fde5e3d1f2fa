"""Looks that are shared: fresh for everybody, and few however many ask."""

from __future__ import annotations

import threading
from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace

import pytest

from amp_fsm.engine.shared_look import PaneLook, SharedLook
from amp_fsm.errors import TerminalUnreachableError
from amp_fsm.model.project import AgentSpec
from amp_fsm.model.seen import Failed, PaneRef, Survey
from tests.engine.small_team import project
from tests.fakes.terminal import FakePane, FakeTerminal
from tests.tmux_server import until

NAMES = [f"a{number}" for number in range(20)]
TEAM = replace(project(), agents={name: AgentSpec(name=name, profile="practice", window=name) for name in NAMES})


class SlowTerminal(FakeTerminal):
    """A terminal whose first listing takes until `go` is set."""

    def __init__(self) -> None:
        super().__init__()
        self.go = threading.Event()
        self.captured: list[int] = []
        self.fails = ""
        for number, name in enumerate(NAMES):
            pane = FakePane(pane=f"%{number}", pid=number, session="small", window=str(number), name=name)
            self.panes[pane.pane] = replace(pane, owner=f"small/agent/{name}")

    def survey(self, session: str, owner_prefix: str) -> Survey:
        seen = super().survey(session, owner_prefix)
        assert self.go.wait(20)
        return seen

    def find(self, session: str, owners: Collection[str]) -> Survey:
        seen = super().find(session, owners)
        assert self.go.wait(20)
        return seen

    def capture(self, panes: Sequence[PaneRef]) -> Mapping[PaneRef, str | Failed]:
        self.captured.append(len(panes))
        if self.fails:
            raise TerminalUnreachableError(self.fails)
        return super().capture(panes)


@pytest.fixture
def terminal() -> SlowTerminal:
    return SlowTerminal()


def ask_all(terminal: SlowTerminal, looks: SharedLook) -> list[Future[PaneLook | Failed]]:
    """Let one ask first, and all others while its look is under way."""
    with ThreadPoolExecutor(len(NAMES)) as pool:
        first = pool.submit(looks.look, f"agent/{NAMES[0]}")
        until(lambda: terminal.calls == ["find"], "the first look")
        others = [pool.submit(looks.look, f"agent/{name}") for name in NAMES[1:]]
        until(lambda: len(looks._next.asked) == len(others), "everybody else asking")
        terminal.panes["%1"].command = "another"
        terminal.go.set()
    return [first, *others]


def test_all_who_ask_while_a_look_is_taken_share_the_next_one(terminal: SlowTerminal) -> None:
    answers = ask_all(terminal, SharedLook(TEAM, terminal))
    assert terminal.calls == ["find", "capture", "survey", "capture"]
    assert terminal.captured == [1, 19]
    seen = [answer.result() for answer in answers]
    assert [look.pane.name for look in seen if isinstance(look, PaneLook)] == NAMES


def test_a_look_never_began_before_it_was_asked_for(terminal: SlowTerminal) -> None:
    seen = ask_all(terminal, SharedLook(TEAM, terminal))[1].result()
    assert isinstance(seen, PaneLook)
    assert seen.pane.command == "another"


def test_whoever_asks_later_gets_a_look_of_its_own(terminal: SlowTerminal) -> None:
    terminal.go.set()
    looks = SharedLook(TEAM, terminal)
    looks.look("agent/a0")
    terminal.panes["%0"].command = "another"
    seen = looks.look("agent/a0")
    assert isinstance(seen, PaneLook)
    assert seen.pane.command == "another"


def test_what_went_wrong_is_told_to_everybody_and_to_nobody_after(terminal: SlowTerminal) -> None:
    looks = SharedLook(TEAM, terminal)
    terminal.fails = "no answer in 5 s"
    answers = ask_all(terminal, looks)
    assert [str(answer.exception()) for answer in answers] == ["no answer in 5 s"] * len(NAMES)
    terminal.fails = ""
    assert isinstance(looks.look("agent/a0"), PaneLook)


def test_a_listing_that_failed_or_a_pane_that_is_gone_is_said(terminal: SlowTerminal) -> None:
    terminal.go.set()
    looks = SharedLook(TEAM, terminal)
    del terminal.panes["%0"]
    assert looks.look("agent/a0") == Failed(reason="the pane is gone")
    terminal.broken = "no answer"
    assert looks.look("agent/a1") == Failed(reason="no answer")


def test_without_a_screen_none_is_captured(terminal: SlowTerminal) -> None:
    terminal.go.set()
    assert isinstance(SharedLook(TEAM, terminal).look("agent/a0", screen=False), PaneLook)
    assert terminal.calls == ["find"]


def test_a_few_are_found_by_their_mark_and_who_bears_none_among_all(terminal: SlowTerminal) -> None:
    terminal.go.set()
    terminal.panes["%1"].owner = ""
    looks = SharedLook(TEAM, terminal)
    marked, unmarked = (looks.look(f"agent/{name}", screen=False) for name in NAMES[:2])
    assert isinstance(marked, PaneLook)
    assert isinstance(unmarked, PaneLook)
    assert (marked.pane.ref.pane, unmarked.pane.ref.pane) == ("%0", "%1")
    assert terminal.calls == ["find", "find", "survey"]
