"""`resolve`: a person says how a delivery ended."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.stored import commit
from tests.configured_team import Home


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A project in which nobody can tell whether ada got her prompt."""
    made = Home(tmp_path).write()
    commit(made)
    return made


def test_delivered(home: Home) -> None:
    said = home.run("resolve", "abcd2345", "--delivered")
    assert (said.code, said.err) == (0, "")
    assert said.out.endswith(f"agent/ada: delivered\nnext: amp-fsm reconcile {home.config}\n")
    record = home.store.load()
    assert record.intents == {}
    assert record.assignments["T-1#1"].delivered is not None


def test_not_delivered(home: Home) -> None:
    assert home.run("resolve", "abcd2345", "--not-delivered").code == 0
    record = home.store.load()
    assert record.intents == {}
    assert (record.assignments["T-1#1"].delivered, record.assignments["T-1#1"].unknown) == (None, False)


def test_an_unknown_delivery_makes_every_plan_partial_until_it_is_settled(home: Home) -> None:
    assert home.run("plan").code == 4
    home.run("resolve", "abcd2345", "--delivered")
    assert home.run("plan").code == 0


def test_while_another_process_holds_the_project_the_answer_is_left_for_it(home: Home) -> None:
    with home.store.lock():
        said = home.run("resolve", "abcd2345", "--delivered", "--json").json
    assert (said["done"], "left for the process" in said["note"]) == (False, True)
    assert [request.arguments for request in home.store.load().requests] == [("abcd2345", "delivered")]


def test_the_answer_must_be_given(home: Home) -> None:
    said = home.run("resolve", "abcd2345")
    assert said.code == 1
    assert "say --delivered or --not-delivered" in said.err


def test_an_intent_that_does_not_wait_is_refused_with_those_that_do(home: Home) -> None:
    said = home.run("resolve", "abcd2346", "--delivered")
    assert said.code == 1
    assert said.err == (
        "amp-fsm: no delivery 'abcd2346' waits for an answer\n  did you mean abcd2345?  there are: abcd2345\n"
    )
    assert home.store.load().requests == ()
