"""A configuration that is edited while a loop runs."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from amp_fsm.cli.passes import PassPrinter
from amp_fsm.cli.renewal import Renewal
from amp_fsm.engine.calls import Calls
from amp_fsm.wiring import project_at
from tests.cli.test_reconcile import GREETED
from tests.configured_team import Home
from tests.tmux_server import until

SECOND = """\
  - id: T-2
    kind: code
    title: Greet again
    deliverables: [again.txt]
    brief: {context: The second., objective: Greet.}
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A project that starts nothing, and a cache folder of its own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return Home(tmp_path).write(more=GREETED)


def renewal(home: Home, calls: Calls | None = None, done: Callable[[], None] = lambda: None) -> Renewal:
    """Return one that speaks as `reconcile` does."""
    say = PassPrinter(home.config, loops=True, quiet=False).notice
    return Renewal(home.config, say=say, calls=calls or Calls(), done=done)


def edit(home: Home, old: str, new: str) -> None:
    text = Path(home.config).read_text()
    assert old in text
    Path(home.config).write_text(text.replace(old, new, 1))


def test_while_nothing_changes_the_very_same_project_is_returned(
    home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    project = project_at(home.config, {})
    assert renewal(home)(project) is project
    assert capsys.readouterr().err == ""


def test_an_edited_configuration_is_taken_up_and_said_once(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    project, renew = project_at(home.config, {}), renewal(home)
    edit(home, "policies:", SECOND + "policies:")
    assert [list(renew(project).tasks), list(renew(project).tasks)] == [["T-1", "T-2"]] * 2
    assert capsys.readouterr().err == f"amp-fsm: {home.config} changed: going on with it\n"


def test_a_wrong_configuration_is_not_taken_up_and_said_once(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    project, renew = project_at(home.config, {}), renewal(home)
    edit(home, "kind: code", "kind: none-such")
    assert renew(renew(project)) is project
    said = capsys.readouterr().err
    assert said.startswith("amp-fsm: 1 problem in the configuration: going on with the last good one")
    assert said.count("\n") == 1
    edit(home, "kind: none-such", "kind: code")
    assert renew(project) is project
    assert capsys.readouterr().err == ""


def test_sighup_says_every_problem_of_a_wrong_configuration_again_and_keeps_the_old_one(
    home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    project, calls, done = project_at(home.config, {}), Calls(), list[None]()
    renew = renewal(home, calls, lambda: done.append(None))
    edit(home, "kind: code", "kind: none-such")
    edit(home, "prompt: code", "prompt: no-such")
    renew(project)
    capsys.readouterr()
    for _ in range(2):
        calls.renew()
        assert renew(project) is project
        said = capsys.readouterr().err
        assert f"{home.config}:" in said
        assert "'none-such'" in said
        assert "'no-such'" in said
        assert "2 problems in the configuration: going on with the last good one" in said
    assert (renew(project), capsys.readouterr().err, len(done)) == (project, "", 2)


def test_sighup_takes_up_a_changed_configuration_and_says_so_when_there_is_none(
    home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    project, calls = project_at(home.config, {}), Calls()
    renew = renewal(home, calls)
    calls.renew()
    assert renew(project) is project
    assert capsys.readouterr().err == f"amp-fsm: {home.config} was read anew: it did not change\n"
    edit(home, "policies:", SECOND + "policies:")
    calls.renew()
    assert list(renew(project).tasks) == ["T-1", "T-2"]


def test_a_file_that_is_gone_for_a_moment_ends_nothing(home: Home) -> None:
    project = project_at(home.config, {})
    Path(home.config).unlink()
    assert renewal(home)(project) is project


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("name: crew", "name: team", "another project name"),
        ("store: .amp-fsm/crew", "store: elsewhere", "another store"),
        ("socket: amp-test", "socket: other", "another tmux socket"),
    ],
)
def test_what_a_loop_is_built_on_does_not_change_under_it(
    home: Home, capsys: pytest.CaptureFixture[str], old: str, new: str, said: str
) -> None:
    project = project_at(home.config, {})
    edit(home, old, new)
    assert renewal(home)(project) is project
    assert said in capsys.readouterr().err


def test_a_watch_takes_up_a_new_task_and_answers_a_request_long_before_its_interval(home: Home) -> None:
    (home.folder / "again.txt").write_text("hello")
    argv = [sys.executable, "-m", "amp_fsm", "reconcile", home.config, "--watch", "--interval", "1h"]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            until(lambda: home.store.load().reading is not None, "the first pass")
            edit(home, "policies:", SECOND + "policies:")
            until(lambda: state(home, "task/T-2") == "COMPLETED", "the new task")
            asked = home.run("fire", "ada", "retire")
            assert "left for the process that is at work" in asked.out
            until(lambda: state(home, "agent/ada") == "GONE", "the transition")
        finally:
            process.send_signal(signal.SIGTERM)
            out, err = process.communicate(timeout=15)
    assert process.returncode == 0
    assert f"amp-fsm: {home.config} changed: going on with it\n" in err
    assert "  asked   fire agent/ada retire: done\n" in out


def state(home: Home, address: str) -> str:
    subject = home.store.load().subjects.get(address)
    return subject.state if subject is not None else ""
