"""When a screen that was captured before still stands."""

from __future__ import annotations

from dataclasses import replace

import pytest

from amp_fsm.model.kept_screen import LONGEST, kept, stands
from amp_fsm.model.seen import PaneRef, PaneSeen

PANE = PaneSeen(
    ref=PaneRef(server="1:1", pane="%1", pid=7),
    session="s",
    window="1",
    name="ada",
    variables={"pane_width": "80", "window_id": "@1", "pane_title": "x"},
    activity=100,
    at_rest=True,
)


def test_a_pane_that_drew_nothing_since_shows_what_it_showed() -> None:
    assert stands(kept(PANE, "text"), replace(PANE, person=3.0))


@pytest.mark.parametrize(
    "now",
    [
        pytest.param(replace(PANE, activity=105), id="it-drew-right-after-the-listing"),
        pytest.param(replace(PANE, activity=99), id="its-clock-went-back"),
        pytest.param(replace(PANE, dead=True), id="its-program-ended"),
        pytest.param(replace(PANE, variables={**PANE.variables, "pane_width": "60"}), id="21-it-got-another-size"),
        pytest.param(replace(PANE, variables={**PANE.variables, "window_id": "@2"}), id="it-is-in-another-window"),
        pytest.param(replace(PANE, ref=replace(PANE.ref, pid=8)), id="it-is-another-process"),
        pytest.param(replace(PANE, ref=replace(PANE.ref, server="2:2")), id="it-is-another-server"),
    ],
)
def test_whatever_may_have_changed_a_screen_is_seen(now: PaneSeen) -> None:
    assert not stands(kept(PANE, "text"), now)


@pytest.mark.parametrize(
    ("pane", "text"),
    [
        pytest.param(replace(PANE, at_rest=False), "text", id="the-second-in-which-it-drew-is-not-over"),
        pytest.param(replace(PANE, dead=True), "text", id="its-program-ended"),
        pytest.param(PANE, "x" * (LONGEST + 1), id="it-is-endless"),
    ],
)
def test_what_may_be_outdated_by_now_is_not_kept(pane: PaneSeen, text: str) -> None:
    assert kept(pane, text) is None
    assert not stands(None, pane)
