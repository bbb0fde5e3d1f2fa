"""`history`: the journal, of all or of one, from some time on."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from amp_fsm.cli.output import local_time
from amp_fsm.ports import Entry
from tests.cli.stored import WALL, commit
from tests.configured_team import Home


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A project in which two things happened."""
    made = Home(tmp_path).write()
    commit(made)
    return made


def test_everything_oldest_first_with_what_decided(home: Home) -> None:
    assert home.run("history").out.splitlines() == [
        f"{local_time(WALL - 100)}  agent/ben              transition  early",
        f"{local_time(WALL)}  agent/ada              transition  IDLE -> ASSIGNED",
        "                     offered = true",
    ]


@pytest.mark.parametrize("name", ["ben", "agent/ben"])
def test_one_subject_by_its_short_or_whole_name(home: Home, name: str) -> None:
    assert [entry["text"] for entry in home.run("history", name, "--json").json["entries"]] == ["early"]


def test_a_subject_that_is_no_more_keeps_its_history(home: Home) -> None:
    home.store.journal([Entry(at=WALL, address="agent/old", kind="transition", text="was here")])
    assert "was here" in home.run("history", "agent/old").out


def test_from_a_time_on(home: Home) -> None:
    since = datetime.fromtimestamp(WALL - 50, UTC).isoformat()
    assert "early" not in home.run("history", "--since", since).out
    assert "IDLE -> ASSIGNED" in home.run("history", "--since", since).out


def test_since_a_while_ago(home: Home) -> None:
    home.store.journal([Entry(at=time.time() - 60, address="agent/ada", kind="action", text="a minute ago")])
    home.store.journal([Entry(at=time.time() - 6000, address="agent/ada", kind="action", text="an age ago")])
    out = home.run("history", "--since", "10m").out
    assert "a minute ago" in out
    assert "an age ago" not in out


def test_what_is_neither_a_time_nor_a_duration_is_a_usage_error(home: Home) -> None:
    said = home.run("history", "--since", "yesterday")
    assert said.code == 1
    assert "'yesterday' is neither a duration (10m) nor a time" in said.err


def test_a_name_that_nobody_has_gets_a_suggestion(home: Home) -> None:
    said = home.run("history", "bem")
    assert (said.code, said.err.splitlines()[0]) == (1, "amp-fsm: no subject 'bem'")
    assert "did you mean ben?" in said.err


def test_without_a_store_there_is_no_history_and_none_is_made(tmp_path: Path) -> None:
    home = Home(tmp_path / "other")
    home.folder.mkdir()
    home.write()
    before = home.files()
    assert home.run("history").out == ""
    assert home.run("history", "--json").json["entries"] == []
    assert home.files() == before
