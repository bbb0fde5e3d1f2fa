from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from amp_fsm.model.profile import Composer, ScreenState
from amp_fsm.observe.screen import read_screen
from amp_fsm.world.config_files import load_profiles
from tests.rehearsal.conftest import Open

PROMPT = "\n".join([f"line {number} ❯ é" for number in range(1, 40)] + ["[amp:abc12345]"])


def set_clock(world: Path, policy: float, tick: int) -> None:
    draft = world / "clock.new"
    draft.write_text(json.dumps({"policy": policy, "wall": 1_800_000_000.0 + policy, "tick": tick}))
    draft.replace(world / "clock.json")


def test_an_empty_composer_shows_dim_ghost_text(open_pane: Open) -> None:
    pane = open_pane()
    pane.shows('❯ Try "fix the tests"')
    assert '❯ \x1b[2mTry "fix the tests"' in pane.screen("-e")
    assert pane.variable("alternate_on") == "1"
    assert pane.variable("cursor_flag") == "1"


def test_ghost_text_can_be_anything(open_pane: Open) -> None:
    pane = open_pane({"ghost": "write tests for it"})
    pane.shows("❯ write tests for it")
    assert "\x1b[2mwrite tests for it" in pane.screen("-e")


def test_a_long_paste_collapses_and_a_short_one_does_not(open_pane: Open) -> None:
    pane = open_pane()
    pane.shows("for shortcuts")
    pane.paste("one\ntwo\nthree")
    pane.shows("❯ one\n  two\n  three")
    pane.paste(PROMPT)
    pane.shows("three[Pasted text #1 +39 lines]")


def test_a_submitted_prompt_is_received_exactly_once_and_whole(open_pane: Open) -> None:
    pane = open_pane()
    pane.shows("for shortcuts")
    pane.submit(PROMPT)
    pane.shows("✻ Working…")
    (receipt,) = pane.receipts()
    assert receipt["kind"] == "prompt"
    assert receipt["text"] == PROMPT
    assert receipt["sha256"] == hashlib.sha256(PROMPT.encode()).hexdigest()
    assert receipt["marker"] == "abc12345"
    assert "Pasted text" not in pane.screen()


def test_a_prompt_typed_while_it_works_is_queued_and_said_so(open_pane: Open) -> None:
    pane = open_pane(works=1)
    pane.shows("for shortcuts")
    pane.submit("first")
    pane.shows("✻ Working…")
    pane.submit("second")
    pane.until(lambda: len(pane.receipts()) == 2, "the second receipt")
    assert [receipt["kind"] for receipt in pane.receipts()] == ["prompt", "queued"]
    pane.shows("> second")


def test_a_swallowed_enter_leaves_the_prompt_in_the_composer(open_pane: Open) -> None:
    pane = open_pane({"swallows_enter": 1})
    pane.shows("for shortcuts")
    pane.submit("hello")
    pane.until(lambda: (pane.world / "happened").exists(), "the swallowed key")
    pane.shows("❯ hello")
    assert pane.receipts() == []
    pane.press("Enter")
    pane.shows("✻ Working…")


@pytest.mark.parametrize(
    ("key", "kind"),
    [
        pytest.param("Enter", "approved", id="enter-approves"),
        pytest.param("2", "approved", id="the-digit-of-a-yes-approves"),
        pytest.param("3", "denied", id="the-digit-of-no-denies"),
        pytest.param("Escape", "denied", id="escape-denies"),
    ],
)
def test_a_dialog_takes_the_place_of_the_composer(open_pane: Open, key: str, kind: str) -> None:
    pane = open_pane({"asks": {"after": 0}})
    pane.shows("for shortcuts")
    pane.submit("go")
    pane.shows("❯ 1. Yes")
    assert pane.screen().rstrip().endswith("Enter to confirm · Esc to cancel")
    assert pane.variable("cursor_flag") == "0"
    pane.press(key)
    pane.shows("for shortcuts")
    assert [receipt["kind"] for receipt in pane.receipts()] == ["prompt", kind]


def test_text_pasted_into_a_dialog_is_noted_and_does_nothing(open_pane: Open) -> None:
    pane = open_pane({"asks": {"after": 0}})
    pane.shows("for shortcuts")
    pane.submit("go")
    pane.shows("❯ 1. Yes")
    pane.paste("1\n2\n3\n4\n5")
    pane.until(lambda: len(pane.receipts()) == 2, "the receipt")
    assert pane.receipts()[1]["kind"] == "typed_into_dialog"
    assert "❯ 1. Yes" in pane.screen()


def test_a_limit_is_shown_with_its_reset_and_ends_in_policy_time(open_pane: Open, tmp_path: Path) -> None:
    set_clock(tmp_path, 0.0, 0)
    pane = open_pane({"limited": {"after": 60, "for": 600}}, works=120)
    pane.shows("for shortcuts")
    pane.submit("go")
    pane.shows("✻ Working…")
    set_clock(tmp_path, 60.0, 1)
    pane.shows("⚠ Usage limit reached · resets at 08:11 UTC")
    assert pane.state()["wakes_at"] == 660.0
    set_clock(tmp_path, 661.0, 2)
    pane.shows("✻ Working… (61s · esc to interrupt)")
    set_clock(tmp_path, 720.0, 3)
    pane.shows("● Done with this.")
    pane.until(lambda: pane.state()["tick"] == 3, "the last jump of the clock acknowledged")
    assert pane.state()["phase"] == "idle"


def test_a_crash_leaves_a_dead_pane(open_pane: Open) -> None:
    pane = open_pane({"dies": {"after": 0}})
    pane.shows("for shortcuts")
    pane.submit("go")
    pane.until(lambda: pane.variable("pane_dead") == "1", "a dead pane")
    pane.shows("panic: the practice agent died")


def test_an_errored_turn_says_so_above_the_composer(open_pane: Open) -> None:
    pane = open_pane({"errored": {"after": 0}})
    pane.shows("for shortcuts")
    pane.submit("go")
    pane.shows("✖ API error: 529 overloaded\n─")


def test_a_slow_start_shows_no_composer(open_pane: Open, tmp_path: Path) -> None:
    set_clock(tmp_path, 0.0, 0)
    pane = open_pane({"start": 5})
    pane.shows("Starting…")
    assert "❯" not in pane.screen()
    set_clock(tmp_path, 5.0, 1)
    pane.shows("for shortcuts")


def test_a_persons_draft_comes_and_goes(open_pane: Open, tmp_path: Path) -> None:
    set_clock(tmp_path, 0.0, 0)
    pane = open_pane({"draft": {"after": 10, "for": 60, "text": "wait, I"}})
    pane.shows("for shortcuts")
    set_clock(tmp_path, 10.0, 1)
    pane.shows("❯ wait, I")
    set_clock(tmp_path, 70.0, 2)
    pane.shows('❯ Try "fix')


def test_it_draws_itself_anew_when_its_window_changes(open_pane: Open) -> None:
    pane = open_pane()
    pane.shows("─" * 100)
    pane.tmux("resize-window", "-t", "t", "-x", "60", "-y", "12")
    foot = ["─" * 60, '❯ Try "fix the tests"', "─" * 60, "? for shortcuts"]
    pane.until(lambda: pane.screen().splitlines()[-4:] == foot, "the composer at the foot of the smaller window")


def test_it_acknowledges_the_clock_only_after_tmux_has_drawn_what_came_of_it(open_pane: Open, tmp_path: Path) -> None:
    set_clock(tmp_path, 0.0, 0)
    pane = open_pane(works=10)
    pane.shows("for shortcuts")
    pane.submit("go")
    pane.shows("✻ Working…")
    for tick in range(1, 40):
        set_clock(tmp_path, tick / 4, tick)
        acknowledged(pane.state, tick)
        assert (f"({tick / 4:.0f}s" if tick < 40 else "Done") in pane.screen()


@pytest.mark.parametrize(
    ("behaviour", "submitted", "state", "composer"),
    [
        pytest.param({"start": 60}, False, ScreenState.STARTING, Composer.ABSENT, id="starting"),
        pytest.param({}, False, ScreenState.IDLE, Composer.EMPTY, id="idle"),
        pytest.param({"ghost": "write tests"}, False, ScreenState.IDLE, Composer.EMPTY, id="ghost-text"),
        pytest.param({"draft": {"text": "wait"}}, False, ScreenState.IDLE, Composer.DRAFT, id="a-draft"),
        pytest.param({"swallows_enter": 1}, True, ScreenState.IDLE, Composer.DRAFT, id="a-swallowed-key"),
        pytest.param({}, True, ScreenState.WORKING, Composer.EMPTY, id="working"),
        pytest.param({"asks": {"after": 0}}, True, ScreenState.BLOCKED, Composer.ABSENT, id="a-dialog"),
        pytest.param({"limited": {"after": 0}}, True, ScreenState.LIMITED, Composer.EMPTY, id="a-limit"),
        pytest.param({"errored": {"after": 0}}, True, ScreenState.ERRORED, Composer.EMPTY, id="an-error"),
    ],
)
@pytest.mark.parametrize("size", ["200x50", "60x16"])
def test_its_profile_reads_what_it_shows(
    open_pane: Open, behaviour: dict[str, object], submitted: bool, state: ScreenState, composer: Composer, size: str
) -> None:
    profile = load_profiles()["practice"]
    pane = open_pane(behaviour, size=size)

    def reading() -> tuple[ScreenState, Composer]:
        variables = {name: pane.variable(name) for name in ("pane_current_command", "cursor_flag", "pane_dead")}
        read = read_screen(profile, pane.screen("-e"), variables, time.time(), int(size.partition("x")[0]))
        return read.state, read.composer

    if submitted:
        pane.shows("for shortcuts")
        pane.submit(PROMPT)
    pane.until(lambda: reading() == (state, composer), f"{state} with a composer that is {composer}")


def acknowledged(state: Callable[[], dict[str, object]], tick: int) -> None:
    deadline = time.monotonic() + 10
    while state()["tick"] != tick:
        assert time.monotonic() < deadline, f"tick {tick} was never acknowledged"
