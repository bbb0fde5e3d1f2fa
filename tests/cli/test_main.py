"""The door: help that costs nothing, and an exit code and a message for whatever goes wrong."""

from __future__ import annotations

import importlib
import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest

from amp_fsm import __version__
from amp_fsm.cli.lazy import LazyGroup
from amp_fsm.cli.main import COMMANDS
from amp_fsm.errors import PlanStaleError, ProjectLockedError
from amp_fsm.wiring import project_at
from tests.configured_team import Home, Said, run

HEAVY = ("jinja2", "msgspec", "ruamel", "transitions", "sqlite3", "jsonschema", "libtmux", "asyncio")
DOING = ("jinja2", "ruamel", "jsonschema", "libtmux", "urllib.request", "ssl", "watchdog", "apprise")
UNUSED = ("engine.apply", "engine.request_commits", "engine.watch", "world.tmux_looks", "plan.as_json", "config.load")
LOADED = "import sys; from amp_fsm.cli.main import main; main(); print(sorted(sys.modules), file=sys.stderr)"
THERE = [name for name in COMMANDS if importlib.util.find_spec(f"amp_fsm.cli.{name.replace('-', '_')}")]
DOCUMENTED = Path(__file__).parents[2] / "docs" / "cli.md"


def in_a_process(*arguments: str, code: str = "from amp_fsm.__main__ import main; raise SystemExit(main())") -> Said:
    argv = [sys.executable, "-c", code, *arguments]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=60, check=False)
    return Said(code=done.returncode, out=done.stdout, err=done.stderr)


def failing(error: BaseException, monkeypatch: pytest.MonkeyPatch) -> Said:
    """Return what is said when a command ends with an error."""

    @click.command("fail")
    def command() -> None:
        raise error

    monkeypatch.setattr(LazyGroup, "get_command", lambda *_: command)
    return run("status", "--")


def test_help_names_every_command_of_the_contract_in_its_order() -> None:
    rows = re.findall(r"^\| `([a-z\\|-]{2,})", DOCUMENTED.read_text(), re.MULTILINE)
    documented = {name for row in rows for name in row.split("\\|")}
    shown = re.findall(r"^  ([a-z-]+)  +[A-Z]", run("--help").out.partition("Commands:")[2], re.MULTILINE)
    assert sorted(shown) == sorted(documented)
    assert shown == list(COMMANDS)


@pytest.mark.parametrize("name", THERE)
def test_the_line_of_help_is_the_commands_own_and_its_help_has_an_example(name: str) -> None:
    command = importlib.import_module(f"amp_fsm.cli.{name.replace('-', '_')}").command
    assert command.get_short_help_str(80) == COMMANDS[name]
    said = run(name, "--help")
    assert said.code == 0
    assert f"amp-fsm {name}" in said.out.partition("Example:")[2]


def test_every_command_of_the_table_has_a_module() -> None:
    assert list(COMMANDS) == THERE


@pytest.mark.parametrize(
    "arguments", [["--help"], ["--version"], ["plan", "--help"], ["reconcile", "--help"]], ids=" ".join
)
def test_help_imports_nothing_heavy(arguments: list[str]) -> None:
    loaded = set(re.findall(r"'([\w.]+)'", in_a_process(*arguments, code=LOADED).err))
    assert "click" in loaded
    assert loaded & set(HEAVY) == set()


@pytest.mark.parametrize("command", ["plan", "reconcile"])
def test_a_pass_with_nothing_to_do_imports_nothing_that_only_doing_needs(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    home = Home(tmp_path).write()
    assert project_at(home.config, os.environ, keep=True).source == home.config
    assert home.run("pause").code == 0
    said = in_a_process(command, home.config, code=LOADED)
    loaded = set(re.findall(r"'([\w.]+)'", said.err))
    assert "0 transitions, 0 actions" in said.out
    assert "amp_fsm.world.tmux" in loaded
    assert loaded & {*DOING, *(f"amp_fsm.{name}" for name in UNUSED)} == set()


def test_the_version_is_the_packages() -> None:
    assert run("--version").out == f"amp-fsm, version {__version__}\n"


def test_it_runs_as_a_module() -> None:
    argv = [sys.executable, "-m", "amp_fsm", "--version"]
    assert subprocess.run(argv, capture_output=True, text=True, timeout=60, check=True).stdout.startswith("amp-fsm")


def test_without_a_command_help_goes_to_stderr_and_it_is_an_error() -> None:
    said = run()
    assert (said.code, said.out) == (1, "")
    assert said.err.startswith("Usage: amp-fsm")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["plna", "x.yaml"], "no command 'plna'; did you mean plan?"),
        (["plan"], "Missing argument 'CONFIG'."),
        (["plan", "x.yaml", "--wrong"], "No such option '--wrong'."),
        (["reconcile", "x.yaml", "--until", "never"], "Invalid value for '--until'"),
        (["reconcile", "x.yaml", "--interval", "soon"], "'soon' is no duration; write 30s, 5m or 1h30m"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_usage_error_is_a_one_with_a_hint(arguments: list[str], message: str) -> None:
    said = run(*arguments)
    assert (said.code, said.out) == (1, "")
    assert said.err.startswith("amp-fsm: ")
    assert message in said.err
    assert re.search(r"^  see: amp-fsm.* --help$", said.err, re.MULTILINE)


def test_every_problem_of_a_configuration_is_shown_at_once(tmp_path: Path) -> None:
    home = Home(tmp_path).write(more="checks: 7\nnonsense: 8")
    said = home.run("plan")
    assert (said.code, said.out) == (1, "")
    assert "crew.yaml:" in said.err
    assert "checks: 7" in said.err
    assert "nonsense: 8" in said.err
    assert said.err.endswith("amp-fsm: 2 problems in the configuration\n")


def test_an_error_has_its_message_its_hint_and_its_exit_code(monkeypatch: pytest.MonkeyPatch) -> None:
    said = failing(PlanStaleError("it expired", hint="make a new one"), monkeypatch)
    assert said == Said(code=3, out="", err="amp-fsm: it expired\n  make a new one\n")
    assert failing(ProjectLockedError("held by pid 7"), monkeypatch).code == 5


def test_a_bug_is_a_short_report_without_a_traceback_or_anybodys_folders(monkeypatch: pytest.MonkeyPatch) -> None:
    said = failing(ZeroDivisionError("by zero"), monkeypatch)
    assert said.code == 1
    assert said.err.startswith("amp-fsm: unexpected ZeroDivisionError: by zero\n")
    assert f"amp-fsm {__version__}, python 3." in said.err
    assert "command: amp-fsm status --" in said.err
    assert re.search(r"at tests/cli/test_main\.py:\d+ in command$", said.err, re.MULTILINE)
    assert "Traceback" not in said.err
    assert str(Path(__file__).parents[2]) not in said.err


def test_ctrl_c_is_130(monkeypatch: pytest.MonkeyPatch) -> None:
    said = failing(KeyboardInterrupt(), monkeypatch)
    assert (said.code, said.out) == (130, "")
    assert said.err.endswith("amp-fsm: interrupted\n")


def test_a_reader_who_leaves_is_no_news(tmp_path: Path) -> None:
    home = Home(tmp_path).write()
    argv = f"{sys.executable} -m amp_fsm plan {home.config} --json | true; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", argv], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (1, "")


def test_what_a_command_exits_with_is_the_exit_code(monkeypatch: pytest.MonkeyPatch) -> None:
    assert failing(SystemExit(4), monkeypatch).code == 4
    assert failing(SystemExit(None), monkeypatch).code == 0
