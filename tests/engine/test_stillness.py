"""Stillness: an agent at work that stopped drawing and shows something else ends the rest; nothing else does."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest

from amp_fsm.engine.reconcile import PassResult
from amp_fsm.engine.stillness import BEGINS_WITHIN, SHARE, SILENT, SOONEST, TICK, Stillness
from amp_fsm.errors import TerminalUnreachableError
from amp_fsm.model.profile import ScreenReading, ScreenState
from amp_fsm.model.project import AgentSpec
from amp_fsm.model.record import Assignment, Record, Sample
from amp_fsm.model.seen import Failed, PaneRef, PaneSeen, Seen, Survey
from amp_fsm.ports import World
from amp_fsm.rehearsal.practice_agent.screen import View, picture
from amp_fsm.world.config_files import load_profiles
from tests.engine.small_team import EventfulClock, SmallWorld, project
from tests.engine.test_loops import QUIET
from tests.fakes.terminal import FakeTerminal

RULE = "─" * 60
IDLE = f"\n{RULE}\n❯ \n{RULE}\n? for shortcuts\n"
ADA, BEN = (PaneRef(server="1:2", pane=f"%{number}", pid=number) for number in (1, 2))
TEAM = replace(
    project(),
    agents={name: AgentSpec(name=name, profile="practice") for name in ("ada", "ben")},
    profiles=load_profiles(),
)


def spinner(second: int) -> str:
    return f"✻ Working… ({second}s · esc to interrupt)\n{RULE}\n❯ \n{RULE}\n? for shortcuts\n"


@dataclass(slots=True)
class Screens(FakeTerminal):
    """A terminal that shows what the test says, and takes its time for it."""

    shown: dict[PaneRef, str | Failed] = field(default_factory=dict)
    asked: list[tuple[PaneRef, ...]] = field(default_factory=list)
    clock: EventfulClock = field(default_factory=EventfulClock)
    takes: float = 0.0

    def capture(self, panes: object) -> dict[PaneRef, str | Failed]:
        if self.broken:
            raise TerminalUnreachableError(self.broken)
        self.clock.pass_time(self.takes)
        assert isinstance(panes, tuple)
        self.asked.append(panes)
        return {pane: self.shown[pane] for pane in panes}


def seen_at_work(*agents: str, as_state: ScreenState = ScreenState.WORKING) -> PassResult:
    """Return a pass that saw these agents at work, and the others idle."""
    states = {name: as_state if name in agents else ScreenState.IDLE for name in TEAM.agents}
    panes = tuple(
        PaneSeen(ref=ref, session="small", window="0", name=name, owner=f"small/agent/{name}")
        for name, ref in (("ada", ADA), ("ben", BEN))
    )
    plan = replace(QUIET, readings={f"agent/{name}": ScreenReading(state=state) for name, state in states.items()})
    seen = Seen(terminal=Survey(server="1:2", panes=panes), captures={ADA: spinner(1), BEN: IDLE})
    return PassResult(project=TEAM, plan=plan, record=Record(), seen=seen)


@pytest.fixture
def screens() -> Screens:
    return Screens(shown={ADA: spinner(1), BEN: IDLE})


def world_of(screens: Screens) -> World:
    return replace(SmallWorld(clock=screens.clock).ports, terminal=screens)


def come(screens: Screens, *shown: str | Failed) -> list[bool]:
    """Return what each of these screens of ada, who was at work, makes of it."""
    result, stillness = seen_at_work("ada"), Stillness(world_of(screens))
    stillness.begin(result, 0.0)
    told = []
    for screen in shown:
        screens.clock.pass_time(SOONEST)
        screens.shown[ADA] = screen
        told.append(stillness.has_come(result, screens.clock.mono))
    return told


def test_a_spinner_that_became_a_prompt_and_stays_one_has_come_to_rest(screens: Screens) -> None:
    assert come(screens, spinner(2), IDLE, IDLE) == [False, False, True]


def test_a_spinner_that_goes_on_has_not(screens: Screens) -> None:
    assert come(screens, spinner(2), spinner(3), spinner(4)) == [False] * 3


def test_a_spinner_that_hangs_has_not(screens: Screens) -> None:
    assert come(screens, spinner(2), spinner(2), spinner(2)) == [False] * 3


@pytest.mark.parametrize("screen", ["something that no rule knows\n", Failed(reason="gone")])
def test_a_screen_that_nobody_can_read_has_not(screens: Screens, screen: str | Failed) -> None:
    assert come(screens, screen, screen, screen) == [False] * 3


def test_tmux_that_does_not_answer_tells_nothing(screens: Screens) -> None:
    screens.broken = "no answer in 5 s"
    assert come(screens, IDLE, IDLE) == [False, False]


@pytest.mark.parametrize(("seconds", "told"), [(BEGINS_WITHIN - 1.0, True), (BEGINS_WITHIN + 1.0, False)])
def test_somebody_who_was_prompted_shortly_ago_and_begins_has_turned(
    screens: Screens, seconds: float, told: bool
) -> None:
    held = {"a": Assignment(id="a", agent="ben", task="one", delivered=0.0)}
    quiet = seen_at_work()
    result = replace(quiet, record=Record(assignments=held), plan=replace(quiet.plan, policy=seconds))
    stillness = Stillness(world_of(screens))
    stillness.begin(result, 0.0)
    assert (stillness.due is not None) is told
    assert stillness.has_come(result, SOONEST) is False
    screens.shown[BEN] = spinner(1)
    assert stillness.has_come(result, 2 * SOONEST) is told


@pytest.mark.parametrize("state", [ScreenState.STARTING, ScreenState.UNKNOWN])
def test_somebody_who_comes_up_and_stands_at_the_prompt_has_turned(screens: Screens, state: ScreenState) -> None:
    result, stillness = seen_at_work("ada", as_state=state), Stillness(world_of(screens))
    stillness.begin(result, 0.0)
    screens.shown[ADA] = IDLE
    assert [stillness.has_come(result, number * SOONEST) for number in range(2)] == [False, True]


def test_a_screen_that_nobody_could_read_for_long_is_not_captured_again_and_again(screens: Screens) -> None:
    quiet = seen_at_work("ada", as_state=ScreenState.UNKNOWN)
    plan = replace(quiet.plan, policy=BEGINS_WITHIN + 1.0)
    result = replace(quiet, plan=plan, record=Record(samples={"ada": Sample(blind=0.0)}))
    stillness = Stillness(world_of(screens))
    stillness.begin(result, 0.0)
    assert stillness.due is None


# ---- where it is heard who draws ---------------------------------------------------------------------------------


@dataclass(slots=True)
class Heard:
    """The same team, of which is heard who draws; ada is at work, if nothing else is said."""

    screens: Screens
    result: PassResult
    stillness: Stillness
    drawn: float

    def after(self, seconds: float, shows: str | None = None) -> bool:
        """Let ada draw this, if anything, and so much time pass; return what is made of it."""
        clock = self.screens.clock
        if shows is not None:
            self.drawn, self.screens.shown[ADA] = clock.mono, shows
        clock.pass_time(seconds)
        self.screens.silent["%1"] = clock.mono - self.drawn
        return self.stillness.has_come(self.result, clock.mono)

    @property
    def due_in(self) -> float:
        assert self.stillness.due is not None
        return self.stillness.due - self.screens.clock.mono


@pytest.fixture
def heard(screens: Screens) -> Heard:
    screens.silent = {"%1": 0.0, "%2": 100.0}
    made = Heard(screens, seen_at_work("ada"), Stillness(world_of(screens)), screens.clock.mono)
    made.stillness.begin(made.result, screens.clock.mono)
    return made


def test_a_prompt_that_stood_for_as_long_as_it_must_has_come(heard: Heard) -> None:
    stable_for = TEAM.profiles["practice"].stable_for
    assert heard.after(SILENT, IDLE) is False
    assert heard.after(stable_for - SILENT - 0.01) is False
    assert heard.due_in == pytest.approx(TICK)
    assert heard.after(0.01) is True
    assert heard.screens.asked == [(ADA,)]


def test_one_that_is_drawn_on_again_has_not(heard: Heard) -> None:
    assert heard.after(SILENT, IDLE) is False
    assert heard.after(0.01, spinner(2)) is False
    assert heard.after(100.0) is False


def test_a_dialog_need_not_stand_for_long(heard: Heard) -> None:
    dialog = "\n".join(picture(View(name="ada", question="May I?", command="ls"), 100, 30).lines)
    assert heard.after(SILENT, dialog) is True


def test_who_draws_is_not_captured(heard: Heard) -> None:
    assert [heard.after(0.14, spinner(number)) for number in range(5)] == [False] * 5
    assert heard.screens.asked == []


def test_a_spinner_that_hangs_is_captured_once(heard: Heard) -> None:
    assert [heard.after(seconds) for seconds in (0.2, 10.0, 100.0)] == [False] * 3
    assert heard.screens.asked == [(ADA,)]


def test_it_is_asked_again_when_somebody_can_have_fallen_silent(heard: Heard) -> None:
    heard.after(0.1)
    assert heard.due_in == pytest.approx(SILENT - 0.1)
    heard.after(0.049)
    assert heard.due_in == pytest.approx(TICK)


def test_somebody_who_was_prompted_is_captured_when_he_draws(heard: Heard) -> None:
    held = {"a": Assignment(id="a", agent="ben", task="one", delivered=0.0)}
    heard.result = replace(seen_at_work(), record=Record(assignments=held))
    heard.stillness.begin(heard.result, heard.screens.clock.mono)
    assert [heard.after(SOONEST) for _ in range(2)] == [False] * 2
    heard.screens.silent["%2"] = 0.01
    assert heard.after(SOONEST) is False
    heard.screens.shown[BEN], heard.screens.silent["%2"] = spinner(1), 0.02
    assert heard.after(SOONEST) is True
    assert heard.screens.asked == [(BEN,)] * 3


def test_only_agents_at_work_are_captured(screens: Screens) -> None:
    come(screens, spinner(2))
    assert screens.asked == [(ADA,)]


def test_nobody_at_work_is_not_asked_about(screens: Screens) -> None:
    stillness = Stillness(world_of(screens))
    stillness.begin(seen_at_work(), 0.0)
    assert stillness.due is None


def test_capturing_never_takes_more_than_its_share_of_the_time(screens: Screens) -> None:
    result, stillness = seen_at_work("ada"), Stillness(world_of(screens))
    now = screens.clock.mono
    stillness.begin(result, now)
    assert stillness.due == now + SOONEST
    screens.takes = 0.5
    stillness.has_come(result, now)
    assert stillness.due == pytest.approx(now + 0.5 + 0.5 / SHARE)
