"""`fire`: manual transitions, here or by whoever holds the project."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.stored import commit
from tests.configured_team import Home


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A project in which ada holds T-1."""
    made = Home(tmp_path).write()
    commit(made)
    return made


def test_a_manual_transition_is_made_and_the_next_command_named(home: Home) -> None:
    said = home.run("fire", "ada", "give_back")
    assert (said.code, said.err) == (0, "")
    assert said.out == f"agent/ada is STARTING now, by give_back\nnext: amp-fsm reconcile {home.config}\n"
    record = home.store.load()
    assert (record.subjects["agent/ada"].state, dict(record.assignments), record.requests) == ("STARTING", {}, ())


def test_json_says_what_came_of_it(home: Home) -> None:
    said = home.run("fire", "ada", "retire", "--json").json
    assert (said["address"], said["done"], said["state"]) == ("agent/ada", True, "RETIRED")


def test_while_another_process_holds_the_project_the_request_is_left_for_it(home: Home) -> None:
    with home.store.lock():
        said = home.run("fire", "ada", "retire")
    assert said.code == 0
    assert "left for the process that is at work" in said.out
    assert "pid " in said.out
    assert [request.arguments for request in home.store.load().requests] == [("agent/ada", "retire")]
    assert home.store.load().subjects["agent/ada"].state == "ASSIGNED"


def test_what_does_not_leave_its_present_state_is_refused_with_what_does(home: Home) -> None:
    home.run("fire", "ben", "retire")
    said = home.run("fire", "ben", "give_back")
    assert (said.code, said.out) == (1, "")
    assert "no manual transition 'give_back' leaves RETIRED of agent/ben" in said.err
    assert home.store.load().requests == ()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["adda", "retire"], "no subject 'adda'"),
        (["ada", "retyre"], "the machine agent has no manual transition 'retyre'"),
        (["ada", "busy"], "the machine agent has no manual transition 'busy'"),
    ],
    ids=["a subject that is not there", "a transition that is not there", "one that is not manual"],
)
def test_names_that_mean_nothing_are_refused_before_anything_is_left(
    home: Home, arguments: list[str], message: str
) -> None:
    with home.store.lock():
        said = home.run("fire", *arguments)
    assert said.code == 1
    assert message in said.err
    assert "there are: " in said.err
    assert home.store.load().requests == ()
