"""`hand-over`: the errand is opened here, or by whoever holds the project; and what makes no sense is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.stored import commit
from tests.configured_team import Home, run

SUCCESSION = "succession: {order: [ada, ben]}\n"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A project that ada leads."""
    made = Home(tmp_path).write(more=SUCCESSION)
    commit(made)
    return made


def test_it_opens_the_errand_and_names_the_next_command(home: Home) -> None:
    said = home.run("hand-over", "--to", "ben")
    assert (said.code, said.err) == (0, "")
    takes_over, following = said.out.splitlines()
    assert takes_over == "ben takes the lead over from ada (HAND-OVER-1), as soon as it is free"
    assert following == f"next: amp-fsm reconcile {home.config}"
    record = home.store.load()
    assert [item.task.only for item in record.added.values()] == ["ben"]
    assert record.lead == ""  # it moves when the prompt has arrived


def test_status_says_who_leads_and_who_takes_over(home: Home) -> None:
    assert "\nlead: ada\n" in home.run("status").out
    home.run("hand-over", "--to", "ben")
    assert "lead: ada; ben takes over (HAND-OVER-1)" in home.run("status").out
    expected = {"agent": "ada", "vacant": None, "to": "ben", "errand": "HAND-OVER-1", "stranded": False}
    assert home.run("status", "--json").json["lead"] == expected


def test_json_says_what_came_of_it(home: Home) -> None:
    said = home.run("hand-over", "--to", "ben", "--json").json
    kept = {key: said[key] for key in ("done", "lead", "to", "errand", "note")}
    assert kept == {"done": True, "lead": "ada", "to": "ben", "errand": "HAND-OVER-1", "note": ""}


def test_while_another_process_holds_the_project_the_request_is_left_for_it(home: Home) -> None:
    with home.store.lock():
        said = home.run("hand-over", "--to", "ben")
    assert (said.code, "left for the process that is at work" in said.out) == (0, True)
    assert [(one.verb, one.arguments) for one in home.store.load().requests] == [("hand_over", ("agent/ada", "ben"))]


def test_task_cancel_takes_it_back(home: Home) -> None:
    home.run("hand-over", "--to", "ben")
    assert run("task", "cancel", home.config, "HAND-OVER-1").code == 0
    assert "\nlead: ada\n" in home.run("status").out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--to", "ada"], "ada leads already"),
        (["--to", "eve"], "eve is not in succession.order"),
        ([], "nobody can take over from ada"),  # no tmux server runs: ben is gone
    ],
)
def test_what_makes_no_sense_is_refused(home: Home, arguments: list[str], message: str) -> None:
    said = home.run("hand-over", *arguments)
    assert (said.code, said.out) == (1, "")
    assert message in said.err
    assert home.store.load().requests == ()


def test_without_a_succession_nobody_leads(tmp_path: Path) -> None:
    made = Home(tmp_path).write()
    said = made.run("hand-over")
    assert (said.code, "nobody leads" in said.err) == (1, True)
