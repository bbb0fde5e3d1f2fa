"""When a usage limit ends."""

from datetime import UTC, datetime

import pytest

from amp_fsm.model.profile import LimitSpec
from amp_fsm.observe.screen_limits import reset_time

LIMIT = LimitSpec(
    resets=(
        r"resets (?:(?P<date>[A-Z][a-z]{2} \d{1,2}),? )?(?P<time>[\d:]+ ?(?:[AaPp][Mm])?)(?: \((?P<zone>[^)]+)\))?",
        r"again at (?:(?P<date>[A-Z][a-z]{2} \d{1,2}\w{2}, \d{4}) )?(?P<time>\d{1,2}:\d{2} ?[AP]M)",
        r"in (?P<in>(?:\d+ ?[dhms][a-z]* ?)+)",
        r"reached\|(?P<epoch>\d+)",
    )
)
NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC).timestamp()


def at(day: int, hour: int, minute: int = 0, month: int = 11, year: int = 2026) -> float:
    return datetime(year, month, day, hour, minute, tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        pytest.param("resets 3:05pm", at(23, 15, 5), id="later-today"),
        pytest.param("resets 11:40am", at(24, 11, 40), id="a-time-that-passed-is-tomorrows"),
        pytest.param("resets 12pm", at(24, 12), id="now-is-not-in-the-future"),
        pytest.param("resets 12am", at(24, 0), id="twelve-am-is-midnight"),
        pytest.param("resets 23:05", at(23, 23, 5), id="twenty-four-hours"),
        pytest.param("resets 3pm (Europe/Paris)", at(23, 14), id="a-place-names-its-zone"),
        pytest.param("resets 3pm (UTC)", at(23, 15), id="utc"),
        pytest.param("resets 7am (PST)", at(23, 15), id="an-abbreviated-zone"),
        pytest.param("resets 3pm (UTC+2)", at(23, 13), id="an-offset"),
        pytest.param("resets Nov 25, 9am", at(25, 9), id="a-date"),
        pytest.param("resets Jan 2, 9am", at(2, 9, month=1, year=2027), id="a-date-of-next-year"),
        pytest.param("try again at Dec 1st, 2026 10:00 AM", at(1, 10, month=12), id="a-date-with-a-year"),
        pytest.param("try again in 2h 5m", NOON + 7500, id="a-span"),
        pytest.param("try again in 1 day 3 hours", NOON + 97200, id="a-span-in-words"),
        pytest.param("limit reached|1795438800", 1795438800.0, id="seconds-since-the-epoch"),
        pytest.param("resets 3pm (Nowhere/Land)", None, id="an-unknown-zone-is-no-time"),
        pytest.param("resets 25:99", None, id="an-impossible-time-is-no-time"),
        pytest.param("come back later", None, id="no-time-at-all"),
    ],
)
def test_reset_time(said: str, expected: float | None) -> None:
    assert reset_time(LIMIT, iter([said]), NOON, "UTC") == expected


def test_a_time_without_a_zone_is_of_the_given_zone() -> None:
    assert reset_time(LIMIT, iter(["resets 3pm"]), NOON, "Europe/Paris") == at(23, 14)


def test_the_first_text_that_can_be_read_wins_and_in_it_the_last_mention() -> None:
    texts = ["nothing", "resets 1pm, no: resets 2pm", "resets 3pm"]
    assert reset_time(LIMIT, iter(texts), NOON, "UTC") == at(23, 14)
