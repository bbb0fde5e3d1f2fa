"""Policy time: what a pass may conclude from two readings of the clocks."""

from __future__ import annotations

import pytest

from amp_fsm.model.time import Now, Reading, advance

BEFORE = Reading(wall=1000.0, mono=50.0, boot="b1")


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        pytest.param(
            Reading(wall=1060.0, mono=110.0, boot="b1"),
            Now(policy=67.0, wall=1060.0),
            id="it-grows-with-the-monotonic-clock",
        ),
        pytest.param(
            Reading(wall=9000.0, mono=3.0, boot="b2"),
            Now(policy=7.0, wall=9000.0, gap=True),
            id="a-reboot-keeps-what-elapsed",
        ),
        pytest.param(
            Reading(wall=8200.0, mono=60.0, boot="b1"),
            Now(policy=17.0, wall=8200.0, gap=True),
            id="a-slept-laptop-is-a-gap",
        ),
        pytest.param(
            Reading(wall=400.0, mono=60.0, boot="b1"),
            Now(policy=17.0, wall=400.0, gap=True),
            id="a-clock-set-back-is-a-gap",
        ),
        pytest.param(
            Reading(wall=1040.0, mono=60.0, boot="b1"),
            Now(policy=17.0, wall=1040.0),
            id="thirty-seconds-apart-is-no-gap",
        ),
    ],
)
def test_advance(after: Reading, expected: Now) -> None:
    assert advance(7.0, BEFORE, after) == expected


def test_the_first_pass_ever_starts_where_the_record_stands() -> None:
    assert advance(0.0, None, BEFORE) == Now(policy=0.0, wall=1000.0)
