"""When a usage limit is over: by its reset time as first read, or after as long as the profile says."""

from __future__ import annotations

from dataclasses import replace

import pytest

from amp_fsm.model.profile import Composer, LimitSpec, ScreenReading, ScreenState
from amp_fsm.model.record import Assignment, Sample
from amp_fsm.observe.limit_over import RESET_GRACE, in_time

HOUR = LimitSpec(default=3600.0)
LIMITED = ScreenReading(state=ScreenState.LIMITED, evidence="resets 11:40am", composer=Composer.EMPTY, resets_at=900.0)
SEEN = Sample(state="limited", evidence="resets 11:40am", resets_at=900.0)
OVER = 900.0 + RESET_GRACE


def state(reading: ScreenReading, before: Sample, now: float, delivered: float | None = None) -> ScreenState:
    holding = Assignment(id="a", agent="ada", task="T", delivered_wall=delivered)
    return in_time(reading, before, HOUR, holding, now).state


@pytest.mark.parametrize(("now", "expected"), [(OVER - 1, "limited"), (OVER, "idle"), (OVER + 9e6, "idle")])
def test_it_is_over_at_the_time_first_read_and_a_grace_for_the_agent_itself(now: float, expected: str) -> None:
    tomorrow = replace(LIMITED, resets_at=90000.0)
    assert state(tomorrow, SEEN, now) == expected


def test_what_was_over_stays_over_in_the_looks_that_follow() -> None:
    before = SEEN
    for now in (OVER, OVER + 1, OVER + 2):
        reading = in_time(replace(LIMITED, resets_at=90000.0), before, HOUR, None, now)
        assert reading.state is ScreenState.IDLE
        before = replace(before, state="idle", resets_at=reading.resets_at)


def test_another_text_is_another_limit() -> None:
    second = replace(LIMITED, evidence="resets 4:40pm", resets_at=90000.0)
    assert state(second, SEEN, OVER) == "limited"


def test_the_same_text_after_another_prompt_is_another_limit() -> None:
    again = replace(LIMITED, resets_at=None)
    assert state(again, SEEN, OVER + 10, delivered=OVER + 5) == "limited"
    assert state(again, SEEN, OVER + 10, delivered=100.0) == "idle"


def test_without_a_reset_time_it_lasts_as_long_as_the_profile_says() -> None:
    first = in_time(replace(LIMITED, resets_at=None), Sample(), HOUR, None, 100.0)
    assert (first.state, first.resets_at) == ("limited", 3700.0)
    before = replace(SEEN, resets_at=first.resets_at)
    assert state(replace(LIMITED, resets_at=None), before, 3700.0 + RESET_GRACE) == "idle"


@pytest.mark.parametrize(("composer", "expected"), [("empty", "idle"), ("draft", "idle"), ("absent", "blocked")])
def test_after_it_the_agent_can_be_written_to_or_asks_something(composer: str, expected: str) -> None:
    assert state(replace(LIMITED, composer=Composer(composer)), SEEN, OVER) == expected


def test_a_screen_without_a_limit_forgets_it() -> None:
    reading = in_time(replace(LIMITED, state=ScreenState.WORKING), SEEN, HOUR, None, OVER)
    assert (reading.state, reading.resets_at) == ("working", None)
