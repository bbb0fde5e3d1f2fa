"""Watching between passes: what wakes a watching reconciler before its interval is over, and what does not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial

import pytest

from amp_fsm.engine.calls import Calls
from amp_fsm.engine.ending import Mode
from amp_fsm.engine.listener import Listener
from amp_fsm.engine.loops import run_until
from amp_fsm.engine.reconcile import PassResult
from amp_fsm.engine.stillness import Stillness
from amp_fsm.engine.watch import BURST_SECONDS, QUIET_SECONDS, WATCH_SECONDS
from amp_fsm.model.channel import Channel, Channels, HookSpec
from amp_fsm.model.document import DocumentSpec
from amp_fsm.model.plan import Plan
from amp_fsm.model.profile import Profile
from amp_fsm.model.project import AgentSpec, Project
from amp_fsm.model.seen import Survey
from tests.engine.small_team import SmallWorld, project
from tests.fakes.events import FakeEvents
from tests.fakes.terminal import FakePane, FakeTerminal

STATUS = DocumentSpec(name="status", file="S.md", heading="Agents")  # looked at, and never written
HOOK = Profile(name="p", channels=Channels(hook=HookSpec(file="f", format="json", entry="")))
ADA = AgentSpec(name="ada", profile="p", channels=(Channel.HOOK,))
TEAM = replace(project(), documents={"status": STATUS})
HEARD = replace(
    TEAM, agents={"ada": ADA}, profiles={"p": HOOK}, machines={**TEAM.machines, "agent": TEAM.machines["task"]}
)
SPOOL = "/small/.amp-fsm/spool/ada"
WAKE = "/small/.amp-fsm/wake"
HOUR = 3600.0


class DrawingTerminal(FakeTerminal):
    """A terminal whose panes draw: `drawn` is the second at which each one last did."""

    def __init__(self) -> None:
        super().__init__()
        self.drawn: dict[str, int] = {}

    def survey(self, session: str, owner_prefix: str) -> Survey:
        seen = FakeTerminal.survey(self, session, owner_prefix)
        panes = tuple(replace(pane, activity=self.drawn.get(pane.name, 0)) for pane in seen.panes)
        return replace(seen, panes=panes)


@dataclass(slots=True)
class Watched:
    """A small world that is watched for an hour and a bit: a status table, one agent's pane, and its spool.

    Attributes:
        at: number of a pause to what happens in it.  acting: number of a pass to what happens after it looked.
        passes: those that were made, each with the number of pauses before it.
    """

    world: SmallWorld
    events: FakeEvents | None = None
    at: dict[int, Callable[[], object]] = field(default_factory=dict)
    acting: dict[int, Callable[[], object]] = field(default_factory=dict)
    passes: list[int] = field(default_factory=list)
    results: list[PassResult] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    calls: Calls = field(default_factory=Calls)

    def watch(self, team: Project = HEARD, *, passes: int, pauses: int = 40) -> list[int]:
        """Return the number of pauses before each of the passes after those that come at once; end after `pauses`."""
        clock = self.world.clock
        clock.events = {pauses: lambda: self.calls.end(15), **self.at}
        listener = Listener(on_plan=self._planned, on_pass=self._passed, on_notice=self.notices.append)
        ports = replace(self.world.ports, events=self.events)
        run_until(team, ports, Mode.WATCH, interval=HOUR, max_passes=passes, calls=self.calls, listener=listener)
        return [pauses for pauses in self.passes if pauses]

    def watch_ended(self, pause: int) -> float:
        """Return the seconds from the end of a pause to the pass that came of it."""
        number = min(number for number in self.passes if number > pause)
        return sum(self.world.clock.paused[pause:number])

    def _planned(self, _plan: Plan, _took: float) -> None:
        self.acting.get(len(self.passes), bool)()

    def _passed(self, result: PassResult, _wait: float) -> None:
        self.passes.append(len(self.world.clock.paused))
        self.results.append(result)

    def write(self, path: str, text: str) -> None:
        self.world.files.texts[path] = text
        self.world.files.mtimes[path] = self.world.clock.wall
        if self.events is not None:
            self.events.changed(path)


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch) -> Watched:
    """A world in which nothing tells of events: only looking helps.  No screen of it can be read."""
    monkeypatch.setattr("amp_fsm.engine.stillness.BEGINS_WITHIN", -HOUR)
    terminal = DrawingTerminal()
    terminal.panes["%0"] = FakePane(pane="%0", pid=1, session="small", window="0", name="ada", owner="small/agent/ada")
    made = SmallWorld(terminal=terminal)
    made.files.texts |= {"S.md": "# before", f"{SPOOL}/1-1.hook.json": "{}"}
    return Watched(world=made)


@pytest.fixture
def told(watched: Watched) -> Watched:
    """The same world, in which events are told."""
    watched.events = FakeEvents()
    return watched


def draw(watched: Watched) -> None:
    assert isinstance(watched.world.terminal, DrawingTerminal)
    watched.world.terminal.drawn["ada"] = int(watched.world.clock.wall)


def told_of(watched: Watched) -> FakeEvents:
    assert watched.events is not None
    return watched.events


def pane(watched: Watched) -> FakePane:
    return watched.world.terminal.panes["%0"]


CALLS: dict[str, Callable[[Watched], object]] = {
    "somebody wrote into a document": lambda w: w.write("S.md", "# after"),
    "a document is gone": lambda w: w.world.files.texts.pop("S.md"),
    "a sign was left": lambda w: w.write(f"{WAKE}/poke", ""),
    "the operator holds somebody": lambda w: w.world.store.pause("ada"),
    "there is a file STOP": lambda w: setattr(w.world.store, "stopped", True),
    "a program ended": lambda w: setattr(pane(w), "dead", True),
    "another program came to the front": lambda w: setattr(pane(w), "command", "bash"),
    "a pane is gone": lambda w: w.world.terminal.panes.clear(),
    "a silent pane draws": draw,
    "a hook tells": lambda w: w.write(f"{SPOOL}/2-1.hook.json", "{}"),
    "tmux does not answer": lambda w: setattr(w.world.terminal, "broken", "no answer in 5 s"),
}


def test_after_stillness_no_burst_is_waited_for(watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    comes = iter([True])
    monkeypatch.setattr(Stillness, "begin", lambda self, result, now: setattr(self, "due", now + 0.5))
    monkeypatch.setattr(Stillness, "has_come", lambda self, result, now: next(comes, False))
    assert watched.watch(passes=9, pauses=4)[0] == 1


@pytest.mark.parametrize("what", CALLS)
def test_a_look_finds_it_once(watched: Watched, what: str) -> None:
    watched.at = {3: lambda: CALLS[what](watched)}
    woken = [number for number in watched.watch(passes=9) if number]
    # What a glance finds is looked at by a pass; whatever that pass saw wakes nobody again.
    assert woken[0] == 3
    assert len([number for number in woken if number < 9]) == (2 if what == "a silent pane draws" else 1)


def test_a_pane_that_goes_on_drawing_stirs_when_it_begins_and_when_it_falls_silent(watched: Watched) -> None:
    watched.at = {number: lambda: draw(watched) for number in range(3, 9)}
    assert watched.watch(passes=9)[:2] == [3, 10]


def test_waiting_captures_no_screen(watched: Watched) -> None:
    watched.watch(passes=9, pauses=20)
    assert watched.world.terminal.calls[-19:] == ["survey"] * 19


# ---- events ----------------------------------------------------------------------------------------------------------

TOLD: dict[str, Callable[[Watched], object]] = {
    "somebody wrote into a document": CALLS["somebody wrote into a document"],
    "a hook tells": CALLS["a hook tells"],
    "a sign was left": CALLS["a sign was left"],
    "a deliverable appears": lambda w: w.write("one", "done"),
    "a program ended": lambda w: told_of(w).ended(1),
    "somebody else tells": lambda w: told_of(w).tell("pane %0"),
    "a signal asks for a pass": lambda w: w.calls.rouse(),
}


@pytest.mark.parametrize("what", TOLD)
def test_an_event_wakes_without_waiting_for_the_next_look(told: Watched, what: str) -> None:
    told.at = {3: lambda: TOLD[what](told)}
    assert told.watch(passes=9)[0] == 4  # the third pause, and one in which a burst would end
    assert told.world.clock.paused[3] == QUIET_SECONDS


def test_an_event_that_changed_nothing_wakes_nobody(told: Watched) -> None:
    told.at = {3: lambda: told.write("S.md", "# before")}
    assert told.watch(passes=9, pauses=20) == []


def test_what_is_written_while_a_pass_moves_something_wakes_nobody(told: Watched) -> None:
    """Our own writes: the next pass follows at once, and sees them."""
    told.acting = {0: lambda: told.write("S.md", "# ours")}
    assert told.watch(passes=9, pauses=20) == []


def test_what_somebody_writes_while_a_pass_does_nothing_wakes_the_next(told: Watched) -> None:
    told.acting = {1: lambda: told.write("S.md", "# theirs")}
    assert told.watch(passes=9, pauses=20) == [2]


def test_a_burst_makes_one_pass(told: Watched) -> None:
    def burst() -> None:
        for number in range(1000):
            told.write("S.md", f"# {number}")

    told.at = {3: burst}
    assert told.watch(passes=9, pauses=20) == [4]


def test_a_stream_without_end_does_not_starve_a_pass(told: Watched) -> None:
    told.at = {number: partial(told.write, "S.md", f"# {number}") for number in range(3, 40)}
    first = told.watch(passes=9)[0]
    assert sum(told.world.clock.paused[3:first]) == pytest.approx(BURST_SECONDS, abs=QUIET_SECONDS)


def test_passes_that_are_woken_for_nothing_again_and_again_take_a_breath(
    told: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A noise that means nothing must not keep the processor busy; the first pass that it wakes comes at once."""
    monkeypatch.setattr("amp_fsm.engine.watch.BREATH", 1_000.0)
    events = FakeEvents()
    told.events, told.at = events, dict.fromkeys(range(3, 4000), lambda: events.tell("noise"))
    first, second, third, *_ = told.watch(passes=5, pauses=4000)
    assert sum(told.world.clock.paused[3:first]) < 2 * BURST_SECONDS
    for earlier, later, woken in ((first, second, told.results[-3]), (second, third, told.results[-2])):
        assert sum(told.world.clock.paused[earlier:later]) >= 1_000.0 * woken.took


def test_a_pass_that_ends_a_chain_was_not_woken_for_nothing(told: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    """What happens right after a chain is answered as fast as what happened before it."""
    monkeypatch.setattr("amp_fsm.engine.watch.BREATH", 10_000.0)
    told.at = {3: partial(told.write, "one", "done"), 6: partial(told.write, "S.md", "# after")}
    chain, after = told.watch(passes=9)[0], told.watch_ended(6)
    assert sum(told.world.clock.paused[3:chain]) < BURST_SECONDS
    assert after < BURST_SECONDS


def test_what_events_miss_is_found_by_looking_and_they_begin_anew(told: Watched) -> None:
    told.at = {3: lambda: told.world.files.texts.update({"S.md": "# after"})}
    assert told.watch(passes=9)[0] == 3
    assert told.events is not None
    assert [anew for _, _, anew in told.events.asked].count(True) == 1


def test_events_that_cannot_come_are_said_once_and_looking_goes_on(told: Watched) -> None:
    assert told.events is not None
    told.events.complaint = "no inotify"
    told.at = {3: lambda: told.world.files.texts.update({"S.md": "# after"})}
    assert told.watch(passes=9)[0] == 3
    assert told.notices == ["no inotify: looking every 2 s instead"]


def test_what_a_pass_makes_interesting_is_followed_before_the_next_one_looks(told: Watched) -> None:
    told.watch(passes=9, pauses=3)
    assert told.events is not None
    patterns, processes, _ = told.events.asked[-1]
    assert patterns == {"S.md", "one", f"{WAKE}/*", "/small/.amp-fsm/spool/*/*.json"}
    assert processes == {1}
    assert told.events.closed


def test_a_watch_sleeps_on_while_nothing_stirs(told: Watched) -> None:
    assert told.watch(TEAM, passes=9, pauses=10) == []
    assert set(told.world.clock.paused) == {WATCH_SECONDS}
