"""Screens are captured where something stirred: fewer captures, the same plans, and real tmux tells what stirs."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from amp_fsm.engine.reconcile import PassResult, plan_pass
from amp_fsm.engine.screens import Screens, see_screens
from amp_fsm.model.kept_screen import KeptScreen
from amp_fsm.model.seen import Failed, PaneRef, PaneSeen, Survey
from amp_fsm.world.tmux import TmuxTerminal
from tests.engine.fake_day import Day
from tests.fakes.terminal import FakeTerminal
from tests.tmux_server import TmuxServer, until

SESSION = "team"

# ---- the same plans ----------------------------------------------------------------------------------------------


@dataclass(slots=True)
class TickingTerminal(FakeTerminal):
    """A fake that tells its times, by a clock that is a second further at every listing; counts captured screens."""

    second: int = 1_000
    shown: int = 0

    def survey(self, session: str, owner_prefix: str) -> Survey:
        self.second += 1
        return FakeTerminal.survey(self, session, owner_prefix)

    def capture(self, panes: Sequence[PaneRef]) -> Mapping[PaneRef, str | Failed]:
        self.shown += len(panes)
        return FakeTerminal.capture(self, panes)


@dataclass(slots=True)
class TwofoldDay(Day):
    """A day of which every pass is planned twice before: with the screens that were kept, and without them.

    Attributes:
        shown: how many screens were captured for each of the two plans of all passes.
    """

    ticking: TickingTerminal = field(default_factory=TickingTerminal)
    shown: list[tuple[int, int]] = field(default_factory=list)

    def a_pass(self, **ports: Any) -> PassResult:
        (with_kept, some), kept = self._plan(), self.store.kept
        self.store.kept = {}
        without, every = self._plan()
        self.store.kept = kept
        assert with_kept == replace(without, took=with_kept.took)
        self.shown.append((some, every))
        return Day.a_pass(self, terminal=self.ticking)

    def _plan(self) -> tuple[PassResult, int]:
        before = self.ticking.shown
        return plan_pass(self.project, self.world(terminal=self.ticking)), self.ticking.shown - before


def test_25_whatever_is_kept_of_a_whole_day_changes_no_plan() -> None:
    day = TwofoldDay()
    day.terminal = day.ticking
    day.go_on()
    some, every = (sum(counts) for counts in zip(*day.shown, strict=True))
    assert some < every / 2


# ---- what tmux tells ---------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Looks:
    """Passes' looks at a real server, one after another, each keeping what the one before it saw."""

    server: TmuxServer
    terminal: TmuxTerminal
    kept: dict[str, KeptScreen] = field(default_factory=dict)
    captured: list[str] = field(default_factory=list)

    def survey(self, session: str, owner_prefix: str) -> Survey:
        return self.terminal.survey(session, owner_prefix)

    def look(self) -> Screens:
        """Look once; `captured` is what was captured for it."""
        self.captured.clear()
        seen = see_screens(self, self.kept, self.panes())  # type: ignore[arg-type]  # it only captures
        self.kept = {name: screen for name, screen in self.kept.items() if name not in seen.stale} | dict(seen.fresh)
        return seen

    def capture(self, panes: Sequence[PaneRef]) -> Mapping[PaneRef, str | Failed]:
        self.captured += [pane.pane for pane in panes]
        return self.terminal.capture(panes)

    def panes(self) -> tuple[PaneSeen, ...]:
        return self.terminal.survey(SESSION, "p/").panes

    def until_nothing_is_captured(self) -> None:
        def nothing() -> bool:
            self.look()
            return not self.captured

        until(nothing, "a look that captures nothing")


@pytest.fixture
def looks(tmux_server: TmuxServer) -> Looks:
    """Two panes that draw what they are told: a line of input at a time."""
    draws = "stty -echo; printf 'ready\\n%s' one two; while read line; do printf \"$line\"; done"
    for _ in range(2):
        tmux_server.open(SESSION, "sh", "-c", draws)
    tmux_server.tmux("set-option", "-g", "remain-on-exit", "on")
    made = Looks(server=tmux_server, terminal=TmuxTerminal(tmux_server.socket, timeout=15.0))
    until(lambda: all("two" in str(text) for text in made.look().captures.values()), "both drawings")
    return made


def draw(what: str) -> Callable[[Looks], object]:
    return lambda looks: looks.server.tmux("send-keys", "-t", "%0", what, "Enter")


def resize(looks: Looks) -> None:
    looks.server.tmux("resize-window", "-t", "%0", "-x", "3", "-y", "10")


def start_anew(looks: Looks) -> None:
    looks.server.tmux("respawn-pane", "-k", "-t", "%0", "sleep", "1000")


def reset(looks: Looks) -> None:
    looks.server.tmux("send-keys", "-R", "-t", "%0")


@pytest.mark.parametrize(
    "stir",
    [
        pytest.param(draw("more"), id="a-line-more"),
        pytest.param(draw("\\rTWO"), id="redrawn-in-place"),
        pytest.param(draw("\\033[?1049h"), id="the-other-screen"),
        pytest.param(draw("\\033[2J\\033[H\\033[31mtwo"), id="another-colour"),
        pytest.param(resize, id="another-size"),
        pytest.param(start_anew, id="started-anew"),
        pytest.param(reset, id="reset-from-outside"),
    ],
)
def test_25_a_pane_that_stirs_is_captured_and_the_other_is_not(looks: Looks, stir: Callable[[Looks], object]) -> None:
    looks.until_nothing_is_captured()
    before = looks.look().captures
    stir(looks)
    first, second = (pane.ref for pane in looks.panes())

    def seen() -> bool:
        screens = looks.look()
        assert looks.captured in ([], ["%0"])
        return screens.captures[first] != before.get(first)

    until(seen, "the new screen")
    looks.until_nothing_is_captured()
    assert looks.look().captures == looks.terminal.capture((first, second))


def test_the_last_words_of_a_program_that_ended_are_captured(looks: Looks) -> None:
    looks.until_nothing_is_captured()
    os.kill(looks.panes()[0].ref.pid, signal.SIGKILL)
    until(lambda: any(pane.dead for pane in looks.panes()), "the dead pane")
    for _ in range(2):
        looks.look()
        assert looks.captured == ["%0"]


def test_a_pane_that_draws_on_in_a_window_that_was_quiet_is_captured(looks: Looks) -> None:
    """A pane takes its drawing with it, and not the second in which it drew."""
    looks.until_nothing_is_captured()
    draw("more")(looks)
    looks.server.tmux("join-pane", "-d", "-s", "%0", "-t", "%1")
    until(lambda: "more" in "".join(map(str, looks.look().captures.values())), "the new drawing")


def test_a_server_that_was_started_again_shows_nothing_of_what_was_kept(looks: Looks) -> None:
    looks.until_nothing_is_captured()
    looks.server.end()
    looks.server.open(SESSION, "sleep", "1000")
    screens = looks.look()
    assert looks.captured == ["%0"]
    assert "ready" not in str(screens.captures)
    assert len(looks.kept) <= 1


def test_24_a_capture_that_did_not_come_is_no_screen_and_spoils_none() -> None:
    terminal = FakeTerminal(broken="timed out")
    ref = PaneRef(server="1:1", pane="%0", pid=1)
    pane = PaneSeen(ref=ref, session=SESSION, window="0", name="", activity=5, at_rest=True)
    first = see_screens(terminal, {}, [pane])
    assert (first.captures, first.fresh) == ({ref: Failed(reason="timed out")}, {})
    kept = {"1:1 %0": KeptScreen(ref=ref, sign="another", text="old")}
    assert see_screens(terminal, kept, [pane]).captures == {ref: Failed(reason="timed out")}
    assert see_screens(terminal, kept, []).stale == ("1:1 %0",)
