"""Watching between passes: what wakes a watching reconciler before its interval is over, and what does not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from amp_fsm.engine.loops import Mode, run_until
from amp_fsm.engine.watch import WATCH_SECONDS, Watcher
from amp_fsm.model.channel import Channel, Channels, HookSpec
from amp_fsm.model.profile import Profile
from amp_fsm.model.project import AgentSpec, DocumentSpec
from amp_fsm.model.seen import Survey
from tests.engine.small_team import SmallWorld, project
from tests.fakes.terminal import FakePane, FakeTerminal

STATUS = DocumentSpec(name="status", file="S.md", heading="Agents", key="Agent", columns={"status": "Status"})
HOOK = Profile(name="p", channels=Channels(hook=HookSpec(file="f", format="json", entry="")))
ADA = AgentSpec(name="ada", profile="p", channels=(Channel.HOOK,))
TEAM = replace(project(), documents={"status": STATUS})
HEARD = replace(TEAM, agents={"ada": ADA}, profiles={"p": HOOK})
SPOOL = "/small/.amp-fsm/spool/ada"


class DrawingTerminal(FakeTerminal):
    """A terminal whose panes draw: `drawn` is the second at which each one last did.

    `events` maps the number of a listing to what happens right after it.
    """

    def __init__(self) -> None:
        super().__init__()
        self.drawn: dict[str, int] = {}
        self.events: dict[int, Callable[[], object]] = {}

    def survey(self, session: str, owner_prefix: str) -> Survey:
        seen = FakeTerminal.survey(self, session, owner_prefix)
        panes = tuple(replace(pane, activity=self.drawn.get(pane.name, 0)) for pane in seen.panes)
        self.events.get(len(self.calls), bool)()
        return replace(seen, panes=panes)


@pytest.fixture
def world() -> SmallWorld:
    """A world with a status table and one agent's pane."""
    terminal = DrawingTerminal()
    terminal.panes["%0"] = FakePane(pane="%0", pid=1, session="small", window="0", name="ada", owner="small/agent/ada")
    made = SmallWorld(terminal=terminal)
    made.files.texts |= {"S.md": "# before", f"{SPOOL}/1-1.hook.json": "{}"}
    return made


def draw(world: SmallWorld) -> None:
    assert isinstance(world.terminal, DrawingTerminal)
    world.terminal.drawn["ada"] = int(world.clock.wall)


CALLS: dict[str, Callable[[SmallWorld], object]] = {
    "somebody wrote into a document": lambda world: world.files.texts.update({"S.md": "# after"}),
    "a document is gone": lambda world: world.files.texts.pop("S.md"),
    "the operator asked for something": lambda world: world.store.request("fire", ("task/one", "x")),
    "the operator holds somebody": lambda world: world.store.pause("ada"),
    "there is a file STOP": lambda world: setattr(world.store, "stopped", True),
    "a program ended": lambda world: setattr(world.terminal.panes["%0"], "dead", True),
    "another program came to the front": lambda world: setattr(world.terminal.panes["%0"], "command", "bash"),
    "a pane is gone": lambda world: world.terminal.panes.clear(),
    "a silent pane draws": draw,
    "a hook tells": lambda world: world.files.texts.update({f"{SPOOL}/2-1.hook.json": "{}"}),
    "tmux does not answer": lambda world: setattr(world.terminal, "broken", "no answer in 5 s"),
}


@pytest.mark.parametrize("what", CALLS)
def test_it_stirs_once(world: SmallWorld, what: str) -> None:
    watcher = Watcher(world.ports)
    assert [watcher.stirred(HEARD), watcher.stirred(HEARD)] == [False, False]
    CALLS[what](world)
    assert [watcher.stirred(HEARD), watcher.stirred(HEARD)] == [True, False]


def test_a_pane_that_goes_on_drawing_stirs_when_it_begins_and_when_it_falls_silent(world: SmallWorld) -> None:
    watcher = Watcher(world.ports)
    stirred = []
    for draws in (False, False, True, True, True, True, False, False, False, False):
        if draws:
            draw(world)
        # Right before a pass and while the loop waits, so at very different distances.
        stirred.append((watcher.stirred(TEAM), watcher.stirred(TEAM)))
        world.clock.pass_time(WATCH_SECONDS)
    assert [number for number, (first, _) in enumerate(stirred) if first] == [2, 7]
    assert not any(second for _, second in stirred)


def test_looking_asks_for_one_listing_and_for_no_screen(world: SmallWorld) -> None:
    Watcher(world.ports).stirred(TEAM)
    assert world.terminal.calls == ["survey"]


def test_a_watching_loop_is_woken_by_what_stirs_and_sleeps_on_otherwise(world: SmallWorld) -> None:
    world.clock.events = {3: lambda: world.files.texts.update({"S.md": "# after"})}
    run_until(TEAM, world.ports, Mode.WATCH, interval=60.0, max_passes=3)
    assert world.clock.paused == [WATCH_SECONDS] * 3


def test_what_happens_while_a_pass_acts_wakes_the_next_one(world: SmallWorld) -> None:
    assert isinstance(world.terminal, DrawingTerminal)
    looks_of_the_second_pass = 4
    world.terminal.events = {looks_of_the_second_pass: lambda: world.files.texts.update({"S.md": "# after"})}
    run_until(TEAM, world.ports, Mode.WATCH, interval=60.0, max_passes=3)
    assert world.clock.paused == [WATCH_SECONDS]
