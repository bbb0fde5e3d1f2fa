"""`explain`: the very facts that the plan is made from."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.configured_team import Home


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A project whose tmux server does not run."""
    return Home(tmp_path).write()


def test_every_transition_has_its_guard_and_what_would_make_it_fire(home: Home) -> None:
    before = home.files()
    said = home.run("explain", "ada")
    assert said.code == 0
    assert said.out.startswith("agent/ada is OFFLINE since ")
    assert "now: start -> STARTING, because gone, services_up" in said.out
    assert "limited -> LIMITED: " in said.out
    assert "  would fire with: limited\n" in said.out
    assert home.files() == before


def test_json_has_the_same(home: Home) -> None:
    said = home.run("explain", "task/T-1", "--json").json
    assert (said["format_version"], said["address"]) == ("1.0", "task/T-1")
    assert "assign" in [transition["name"] for transition in said["transitions"]]


def test_a_name_that_nobody_has_gets_a_suggestion(home: Home) -> None:
    said = home.run("explain", "T-2")
    assert said.code == 1
    assert said.err.startswith("amp-fsm: no subject 'T-2'\n  did you mean T-1?")
