"""`plan`, as its users call it: looks, says, and touches nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from amp_fsm.cli.output import wants_color
from tests.configured_team import Home


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A project whose tmux server does not run."""
    return Home(tmp_path).write()


def test_it_says_what_would_be_done_and_the_next_command(home: Home) -> None:
    said = home.run("plan")
    assert (said.code, said.err) == (0, "")
    assert "> agent/ada              OFFLINE -> STARTING" in said.out
    assert "2 transitions, 2 actions, 1 unchanged" in said.out
    assert said.out.endswith(f"next: amp-fsm reconcile {home.config}\n")
    assert "\x1b" not in said.out


def test_it_writes_nothing_at_all(home: Home) -> None:
    before = home.files()
    home.run("plan")
    home.run("plan", "--json")
    assert home.files() == before
    assert home.tmux("list-sessions") == ""


def test_json_is_one_document_with_its_version(home: Home) -> None:
    said = home.run("plan", "--json").json
    assert next(iter(said)) == "format_version"
    assert said["format_version"] == "1.0"
    assert said["project"] == "crew"
    assert [change["address"] for change in said["changes"]] == ["agent/ada", "agent/ben"]


def test_detailed_exit_code_is_2_only_when_there_is_something_to_do(home: Home) -> None:
    assert home.run("plan", "--detailed-exitcode").code == 2
    home.run("pause")
    assert home.run("plan", "--detailed-exitcode").code == 0


def test_a_saved_plan_has_an_id_and_is_the_next_command(home: Home, tmp_path: Path) -> None:
    file = tmp_path / "my plan.json"
    said = home.run("plan", "--out", str(file))
    assert said.out.endswith(f"next: amp-fsm reconcile {home.config} --plan '{file}'\n")
    saved = json.loads(file.read_text())
    assert len(saved["id"]) == 36
    assert saved["valid_until"] > saved["observed_at"]


def test_a_program_that_is_missing_is_named_and_makes_it_partial(tmp_path: Path) -> None:
    home = Home(tmp_path).write(command="[no-such-agent, --yes]")
    said = home.run("plan")
    assert said.code == 4
    assert "no-such-agent not found on PATH" in said.out


def test_without_tmux_it_is_an_error_that_says_so(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(home.folder))
    said = home.run("plan")
    assert (said.code, said.out) == (1, "")
    assert said.err.startswith("amp-fsm: tmux not found on PATH\n  install tmux")


@pytest.mark.parametrize(
    ("terminal", "plain", "term", "colored"),
    [(True, "", "xterm", True), (True, "1", "xterm", False), (True, "", "dumb", False), (False, "", "xterm", False)],
    ids=["a terminal", "NO_COLOR", "a dumb terminal", "a file"],
)
def test_colour_depends_on_the_terminal_and_on_what_its_user_wants(
    terminal: bool, plain: str, term: str, colored: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: terminal)
    monkeypatch.setenv("NO_COLOR", plain)
    monkeypatch.setenv("TERM", term)
    assert wants_color() is colored
