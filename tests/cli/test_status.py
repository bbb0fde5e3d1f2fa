"""`status`: what is recorded, and nothing else."""

from __future__ import annotations

import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from amp_fsm.cli.output import local_time
from amp_fsm.model.document import Unwritten
from amp_fsm.model.record import IntentStatus
from amp_fsm.model.usage import Figures, Spent, Usage
from amp_fsm.ports import Commit
from tests.cli.stored import WALL, commit
from tests.configured_team import Home


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A project without a store yet."""
    return Home(tmp_path).write()


def test_before_the_first_pass_everything_is_not_seen_yet_and_nothing_is_written(home: Home) -> None:
    before = home.files()
    said = home.run("status")
    assert (said.code, said.err) == (0, "")
    assert said.out.startswith("crew   serial 0   no pass yet   nothing is held\n")
    assert "  ada    -      -      -     -       -           not seen yet\n" in said.out
    assert home.files() == before


def test_it_shows_who_holds_what_since_when_and_why(home: Home) -> None:
    commit(home)
    lines = home.run("status").out.splitlines()
    at = local_time(WALL)
    assert lines[0] == f"crew   serial 1   last pass {at}   nothing is held"
    assert f"  ada    ASSIGNED  {at}  T-1   idle    delivery    at_prompt, offered" in lines
    assert f"  T-1   ASSIGNED  {at}  ada      offered" in lines
    assert "  no services" in lines


def test_a_delivery_that_waits_for_a_person_has_the_exact_command(home: Home) -> None:
    commit(home)
    out = home.run("status").out
    assert "  intent abcd2345 of agent/ada, send code, is unknown: the server restarted meanwhile\n" in out
    assert f"    next: amp-fsm resolve {home.config} abcd2345 --delivered|--not-delivered\n" in out


def test_an_intent_under_way_is_shown_without_a_command(home: Home) -> None:
    commit(home, IntentStatus.TYPED)
    out = home.run("status").out
    assert "is typed" in out
    assert "resolve" not in out


def test_a_file_stop_is_seen(home: Home) -> None:
    commit(home)
    (home.folder / ".amp-fsm" / "crew" / "STOP").touch()
    assert home.run("status").out.splitlines()[0].endswith("everything is held")


def test_tmux_is_not_needed(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    commit(home)
    monkeypatch.setenv("PATH", str(home.folder))
    assert home.run("status").code == 0


def test_json_has_everything_by_address(home: Home) -> None:
    commit(home)
    said = home.run("status", "--json").json
    assert said["format_version"] == "1.0"
    ada = next(agent for agent in said["agents"] if agent["address"] == "agent/ada")
    assert (ada["state"], ada["task"], ada["screen"], ada["evidence"]) == ("ASSIGNED", "T-1", "idle", "? for shortcuts")
    assert [(task["agent"], task["attempts"]) for task in said["tasks"]] == [("ada", 1)]
    assert said["intents"][0]["resolve"].startswith("amp-fsm resolve ")
    assert (said["serial"], said["held"], said["last_pass"][:4]) == (1, [], "2026")


def test_watching_shows_what_changed_until_it_is_ended(home: Home) -> None:
    argv = [sys.executable, "-m", "amp_fsm", "status", home.config, "--watch", "--interval", "20ms"]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert "no pass yet" in process.stdout.readline()
        commit(home)
        assert any("last pass" in line for line in iter(process.stdout.readline, ""))
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=15)
    assert (process.returncode, err) == (130, "\namp-fsm: interrupted\n")


def test_watching_and_json_exclude_each_other(home: Home) -> None:
    assert home.run("status", "--watch", "--json").code == 1


def test_it_shows_the_golden_rules_and_what_was_used(home: Home) -> None:
    commit(home)
    with home.store.lock():
        record = home.store.load()
        usage = Usage(last=Figures(usage_percent=93.0, context_percent=40.0), at={"usage_percent": WALL})
        spent = {"agent/ada": Spent(tokens=1200.0, cost=0.25), "task/T-1": Spent(tokens=1200.0)}
        home.store.commit(Commit(record=replace(record, usage={"ada": usage}, spent=spent), memory=True))
    out = home.run("status").out
    assert "everyone has a task" in out
    assert "the round is on time                 NOT KEPT  last pass " in out
    assert "agent/ada  1200    $0.25  93%        40%" in out
    assert "task/T-1   1200    -      -          -" in out
    said = home.run("status", "--json").json
    assert [rule["kept"] for rule in said["golden_rules"]][2] is False
    assert said["agents"][0]["usage"]["usage_percent"] == 93.0
    assert said["tasks"][0]["spent"] == {"tokens": 1200.0, "cost": 0.0}
    assert said["agents"][1]["usage"] is None


def test_it_shows_the_documents_and_what_is_odd_about_them(home: Home) -> None:
    (home.folder / "LOG.md").unlink()
    status = home.folder / "STATUS.md"
    status.write_text(f"```\n{status.read_text()}")
    out = home.run("status").out
    assert "  status    STATUS.md  6     agents   ready\n" in out
    assert "  log       LOG.md     -     actions  has no file yet\n" in out
    assert "  ! STATUS.md: line 1: a code fence that is never closed; what follows is read all the same\n" in out
    said = home.run("status", "--json").json
    assert [(d["name"], d["line"], d["lacks"], d["fault"]) for d in said["documents"]] == [
        ("status", 6, None, None),
        ("log", None, "file", None),
    ]
    assert len(said["document_problems"]) == 1


def test_a_file_that_could_not_be_written_is_shown_with_the_reason(home: Home) -> None:
    commit(home)
    record = home.store.load()
    failed = Unwritten(reason="no space left on device", at=record.policy - 60, times=3)
    home.store.commit(Commit(record=replace(record, unwritten={"LOG.md": failed}), memory=True))
    out = home.run("status").out
    assert f"  ! LOG.md: could not be written at {local_time(WALL - 60)}, 3 times: no space left on device\n" in out
