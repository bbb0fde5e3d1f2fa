"""`pause` and `go`: effects are held, at once, also those of a process that is at work."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.configured_team import Home


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A project whose tmux server does not run."""
    return Home(tmp_path).write()


def test_one_agent_is_held_and_the_others_go_on(home: Home) -> None:
    said = home.run("pause", "ada")
    assert (said.code, said.out) == (0, f"held: ada\nnext: amp-fsm go {home.config} ada\n")
    plan = home.run("plan").out
    assert "- agent/ada              OFFLINE                                paused by the operator" in plan
    assert "> agent/ben" in plan


def test_everything_is_held_until_go(home: Home) -> None:
    assert home.run("pause").out == f"everything is held\nnext: amp-fsm go {home.config}\n"
    assert home.run("plan", "--detailed-exitcode").code == 0
    assert home.run("go").out == "nothing is held\n"
    assert home.run("plan", "--detailed-exitcode").code == 2


def test_the_lock_is_not_needed(home: Home) -> None:
    with home.store.lock():
        assert home.run("pause", "agent/ada", "--json").json["held"] == ["ada"]
        assert home.run("go", "ada", "--json").json["held"] == []


def test_a_file_stop_stays_until_a_person_removes_it(home: Home) -> None:
    home.run("pause")
    stop = home.folder / ".amp-fsm" / "crew" / "STOP"
    stop.touch()
    assert home.run("go").out == f"everything is held\nnext: rm {stop}\n"


@pytest.mark.parametrize("command", ["pause", "go"])
def test_nobody_is_held_by_a_name_that_is_not_theirs(home: Home, command: str) -> None:
    before = home.files()
    said = home.run(command, "bem")
    assert said.code == 1
    assert said.err == "amp-fsm: no subject 'bem'\n  did you mean ben?  there are: ada, ben\n"
    assert home.files() == before
    assert home.run(command, "T-1").code == 1
