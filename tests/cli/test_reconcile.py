"""`reconcile`, as its users call it: with real files, a real store and a private tmux server."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from amp_fsm.cli.passes import next_lines, outcome_text
from amp_fsm.engine.reconcile import PassResult
from amp_fsm.model.machine import Verb
from amp_fsm.model.record import Action, Intent, IntentStatus, Record
from tests.configured_team import PRACTICE, Home
from tests.engine.small_team import project
from tests.engine.test_loops import QUIET
from tests.tmux_server import until

GREETED = """\
machines:
  agent:
    initial: AWAY
    states:
      AWAY: {transitions: [{name: retire, to: GONE, manual: true}]}
      GONE: {final: true}
  task:
    initial: PENDING
    states:
      PENDING: {transitions: [{name: finished, to: COMPLETED, when: deliverables_present}]}
      COMPLETED: {final: true}
"""
"""Machines that need no agent: a task is completed when its file is there."""


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """A project whose private tmux server is ended afterwards."""
    made = Home(tmp_path).write()
    yield made
    made.end()


@pytest.fixture
def alone(tmp_path: Path) -> Home:
    """A project that starts nothing."""
    return Home(tmp_path).write(more=GREETED)


def test_a_first_pass_starts_the_team_and_says_so(home: Home) -> None:
    said = home.run("reconcile")
    assert (said.code, said.err) == (0, "")
    assert "OFFLINE -> STARTING" in said.out
    assert "  done    start agent/ada: runs in pane %" in said.out
    assert "  done    start agent/ben: runs in pane %" in said.out
    assert said.out.endswith(f"2 done\nnext: amp-fsm reconcile {home.config}\n")
    windows = home.tmux("list-panes", "-s", "-t", "=crew", "-F", "#{window_index} #{@amp_agent}").split("\n")
    assert windows[:2] == ["0 crew/agent/ada", "1 crew/agent/ben"]


def test_a_pass_leaves_the_compiled_configuration_for_the_next_and_a_plan_leaves_nothing(
    alone: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = tmp_path / "cache"
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache))
    alone.run("plan")
    alone.run("reconcile", "--dry-run")
    assert not cache.exists()
    alone.run("reconcile")
    assert len([file for file in cache.rglob("*") if file.is_file()]) == 1


def test_json_is_one_document_with_every_outcome(home: Home) -> None:
    said = home.run("reconcile", "--json")
    document = said.json
    assert (said.code, document["exit_code"], document["format_version"]) == (0, 0, "1.0")
    assert {outcome["address"] for outcome in document["outcomes"]} == {"agent/ada", "agent/ben"}
    assert {outcome["status"] for outcome in document["outcomes"]} == {"done"}
    assert document["plan"]["project"] == "crew"


def test_dry_run_is_plan_with_all_its_exit_codes(home: Home) -> None:
    before = home.files()
    assert home.run("reconcile", "--dry-run", "--detailed-exitcode").code == 2
    said = home.run("reconcile", "--dry-run")
    assert (said.code, said.out.splitlines()[-1]) == (0, f"next: amp-fsm reconcile {home.config}")
    assert home.files() == before


def test_programs_that_are_missing_are_named_and_the_others_go_on(tmp_path: Path) -> None:
    home = Home(tmp_path).write()
    text = Path(home.config).read_text()
    ben = text.index("  ben:")
    Path(home.config).write_text(text[:ben] + text[ben:].replace(PRACTICE, "[no-such-agent]", 1))
    try:
        said = home.run("reconcile")
        assert said.code == 4
        assert "no-such-agent not found on PATH" in said.out
        assert "  done    start agent/ada" in said.out
        assert home.tmux("list-panes", "-a", "-F", "#{@amp_agent}").split() == ["crew/agent/ada"]
    finally:
        home.end()


def test_while_another_process_holds_the_project_it_is_named_and_nothing_is_done(alone: Home) -> None:
    alone.run("reconcile")
    (alone.folder / "greeting.txt").write_text("hello")
    lock = alone.folder / ".amp-fsm" / "crew" / "lock"
    holder = "import fcntl, sys; f = open(sys.argv[1], 'r+'); fcntl.flock(f, fcntl.LOCK_EX); print('held', flush=True)"
    holder += "; f.truncate(0); f.write(f'pid {__import__(\"os\").getpid()} since noon'); f.flush(); input()"
    argv = [sys.executable, "-c", holder, str(lock)]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        until(lambda: "noon" in lock.read_text(), "the holder's name in the lock")
        said = alone.run("reconcile")
        process.communicate("\n")
    assert (said.code, said.out) == (5, "")
    assert f"pid {process.pid} since noon" in said.err
    assert alone.store.load().subjects["task/T-1"].state == "PENDING"
    assert alone.run("reconcile", "--until", "done", "--lock-timeout", "5s").code == 0


def test_until_done_ends_when_every_task_is(alone: Home) -> None:
    (alone.folder / "greeting.txt").write_text("hello")
    said = alone.run("reconcile", "--until", "done")
    assert said.code == 0
    assert "PENDING -> COMPLETED" in said.out
    assert "all tasks are in a final state after" in said.out


def test_until_done_ends_with_4_when_only_a_person_can_move_things(alone: Home) -> None:
    said = alone.run("reconcile", "--until", "done", "--interval", "200ms")
    assert said.code == 4
    assert "only a person can move things on" in said.out


def test_passes_that_do_nothing_print_nothing(alone: Home) -> None:
    alone.run("reconcile")
    said = alone.run("reconcile", "--until", "converged")
    assert (said.code, said.err) == (0, "")
    assert said.out == "converged after 1 pass\nnext: nothing to do now\n"


def test_a_saved_plan_is_carried_out_once(alone: Home, tmp_path: Path) -> None:
    alone.run("reconcile")
    (alone.folder / "greeting.txt").write_text("hello")
    file = str(tmp_path / "plan.json")
    assert alone.run("plan", "--out", file).code == 0
    said = alone.run("reconcile", "--plan", file)
    assert (said.code, said.err) == (0, "")
    assert alone.store.load().subjects["task/T-1"].state == "COMPLETED"
    again = alone.run("reconcile", "--plan", file)
    assert (again.code, again.out) == (3, "")
    assert "nothing was done: it was used before" in again.err


def test_a_change_of_a_saved_plan_that_no_longer_holds_is_skipped_and_said_so(alone: Home, tmp_path: Path) -> None:
    alone.run("reconcile")
    (alone.folder / "greeting.txt").write_text("hello")
    file = str(tmp_path / "plan.json")
    alone.run("plan", "--out", file)
    (alone.folder / "greeting.txt").unlink()
    said = alone.run("reconcile", "--plan", file)
    assert said.code == 0
    assert "  skipped task/T-1 finished: no longer as the saved plan has it" in said.out
    assert alone.store.load().subjects["task/T-1"].state == "PENDING"


@pytest.mark.parametrize(
    ("change", "said"),
    [({"serial": 77}, "serial"), ({"valid_until": "2020-01-01T00:00:00Z"}, "expired"), ({"lineage": "x"}, "store")],
    ids=["another serial", "expired", "another store"],
)
def test_a_stale_plan_is_a_3(alone: Home, tmp_path: Path, change: dict[str, object], said: str) -> None:
    alone.run("reconcile")
    file = tmp_path / "plan.json"
    alone.run("plan", "--out", str(file))
    file.write_text(json.dumps({**json.loads(file.read_text()), **change}))
    refused = alone.run("reconcile", "--plan", str(file))
    assert refused.code == 3
    assert said in refused.err


@pytest.mark.parametrize(
    "options",
    [
        ["--watch", "--until", "done"],
        ["--dry-run", "--watch"],
        ["--dry-run", "--plan", "x"],
        ["--watch", "--json"],
        ["--detailed-exitcode"],
        ["--interval", "3s"],
    ],
    ids=" ".join,
)
def test_options_that_make_no_sense_together_are_usage_errors(alone: Home, options: list[str]) -> None:
    said = alone.run("reconcile", *options)
    assert (said.code, said.out) == (1, "")


@pytest.mark.parametrize(
    ("options", "number", "code"),
    [
        (["--watch"], signal.SIGTERM, 0),
        (["--watch"], signal.SIGINT, 130),
        (["--until", "done", "--interval", "1h"], signal.SIGTERM, 143),
    ],
    ids=["SIGTERM ends a watch well", "Ctrl-C ends a watch", "SIGTERM ends a loop before its time"],
)
def test_a_signal_ends_a_loop_that_waits(tmp_path: Path, options: list[str], number: int, code: int) -> None:
    home = Home(tmp_path).write(more=GREETED)
    text = Path(home.config).read_text().replace("{person: 1s}", "{person: 10h}")
    Path(home.config).write_text(text)
    argv = [sys.executable, "-m", "amp_fsm", "reconcile", home.config, *options]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        until(lambda: home.store.load().reading is not None, "the first pass")
        os.kill(process.pid, number)
        out, err = process.communicate(timeout=15)
    assert (process.returncode, err) == (code, "")
    assert "stopped after" in out
    with (home.folder / ".amp-fsm" / "crew" / "lock").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_a_reader_who_leaves_ends_no_pass_but_the_loop(alone: Home) -> None:
    (alone.folder / "greeting.txt").write_text("hello")
    program = f"{sys.executable} -m amp_fsm reconcile {alone.config} --watch | true; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (1, "")
    assert alone.store.load().subjects["task/T-1"].state == "COMPLETED"


def test_an_unknown_delivery_has_its_exact_command() -> None:
    action = Action(verb=Verb.SEND, target="agent/ada", what="code")
    intent = Intent(id="abc", address="agent/ada", entry=1, cause="c", action=action, status=IntentStatus.UNKNOWN)
    result = PassResult(project=project(), plan=QUIET, record=Record(intents={"abc": intent}))
    assert next_lines(result, "my team.yaml") == [
        "next: amp-fsm resolve 'my team.yaml' abc --delivered|--not-delivered"
    ]
    assert outcome_text(intent) == "  UNKNOWN send code -> agent/ada"
