"""`detect`, as its users call it."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from amp_fsm.cli.detect import command
from amp_fsm.errors import AmpFsmError

IDLE = "ok\n" + "─" * 30 + "\n\n" + "─" * 30 + "\n~/demo (main)\n0.0%/128k (auto)\n"
STRANGE = "nothing that anybody knows\n"
FABLE = """\
version: 1
project: {name: fable, root: ., store: .amp-fsm/fable}
include:
  - builtin:machines
  - builtin:prompts
tmux: {session: fable}
profiles:
  fable:
    command: [fable]
    programs: [fable]
    regions:
      - {name: composer, start: '^={5,}', end: '^={5,}', closed: true}
      - {name: footer, below: composer}
    composer: {region: composer, prompt: '^fable> ?(?P<text>.*)$'}
    rules:
      - {id: spell, state: working, region: footer, matches: [press q to stop]}
      - {id: box, state: idle, composer: [empty, draft]}
"""


def test_one_json_line_for_each_screen(tmp_path: Path) -> None:
    first, second = tmp_path / "a.txt", tmp_path / "b.txt"
    first.write_text(IDLE)
    second.write_text(IDLE.replace("\n\n", "\nhello\n"))
    result = CliRunner().invoke(command, ["--profile", "pi", str(first), str(second)])
    assert result.exit_code == 0
    assert [json.loads(line) for line in result.output.splitlines()] == [
        {
            "file": str(first),
            "state": "idle",
            "rule": "composer",
            "line": 6,
            "evidence": "0.0%/128k (auto)",
            "composer": "empty",
        },
        {
            "file": str(second),
            "state": "idle",
            "rule": "composer",
            "line": 6,
            "evidence": "0.0%/128k (auto)",
            "composer": "draft",
        },
    ]


def test_a_screen_that_nobody_recognises_is_unknown_and_exits_4(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(IDLE)
    (tmp_path / "b.txt").write_text(STRANGE)
    result = CliRunner().invoke(command, ["--profile", "pi", str(tmp_path / "b.txt"), str(tmp_path / "a.txt")])
    assert result.exit_code == 4
    assert [json.loads(line)["state"] for line in result.output.splitlines()] == ["unknown", "idle"]


def test_the_variables_beside_a_screen_are_used(tmp_path: Path) -> None:
    (tmp_path / "a.ansi").write_text(IDLE)
    (tmp_path / "a.json").write_text('{"pane_dead": 1, "pane_title": "x"}')
    result = CliRunner().invoke(command, ["--profile", "pi", str(tmp_path / "a.ansi")])
    assert json.loads(result.output)["rule"] == "pane-dead"


def test_without_a_file_standard_input_is_read() -> None:
    result = CliRunner().invoke(command, ["--profile", "pi"], input=IDLE)
    assert result.exit_code == 0
    said = json.loads(result.output)
    assert (said["file"], said["state"]) == ("-", "idle")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param(["--profile", "nobody"], "no profile 'nobody'", id="an-unknown-profile"),
        pytest.param(["--profile", "pi", "missing.txt"], "cannot read missing.txt: No such file", id="a-missing-file"),
        pytest.param(["--profile", "pi", "."], "cannot read .: Is a directory", id="a-folder"),
    ],
)
def test_what_cannot_be_read_is_an_error_that_says_so(arguments: list[str], message: str) -> None:
    result = CliRunner().invoke(command, arguments)
    assert isinstance(result.exception, AmpFsmError)
    assert str(result.exception).startswith(message)
    assert result.exception.exit_code == 1


@pytest.mark.parametrize(
    "variables",
    [pytest.param("{", id="no-json"), pytest.param("[1]", id="no-object"), pytest.param("\xff", id="bytes")],
)
def test_broken_variables_are_an_error(tmp_path: Path, variables: str) -> None:
    (tmp_path / "a.txt").write_text(IDLE)
    (tmp_path / "a.json").write_bytes(variables.encode("latin-1"))
    result = CliRunner().invoke(command, ["--profile", "pi", str(tmp_path / "a.txt")])
    assert isinstance(result.exception, AmpFsmError)


@pytest.mark.parametrize(
    ("screen", "state", "composer"),
    [
        pytest.param("=====\nfable> \n=====\n", "idle", "empty", id="idle"),
        pytest.param("=====\nfable> hi\n=====\n", "idle", "draft", id="draft"),
        pytest.param("=====\nfable> \n=====\npress q to stop\n", "working", "empty", id="working"),
        pytest.param("fable says hello\n", "unknown", "absent", id="unknown"),
    ],
)
def test_a_program_that_nobody_wrote_rules_for_is_added_by_yaml_alone(
    tmp_path: Path, screen: str, state: str, composer: str
) -> None:
    config = tmp_path / "fable.yaml"
    config.write_text(FABLE)
    result = CliRunner().invoke(command, ["--profile", "fable", "--config", str(config)], input=screen)
    said = json.loads(result.output)
    assert (said["state"], said["composer"]) == (state, composer)


def test_a_configuration_adds_to_a_built_in_profile(tmp_path: Path) -> None:
    config = tmp_path / "more.yaml"
    rule = "{id: mine, state: blocked, region: bottom, matches: [the cat sits on it], dialog: cat}"
    config.write_text(
        "version: 1\nproject: {name: more, root: ., store: .amp-fsm/more}\ntmux: {session: more}\n"
        "include:\n  - builtin:profiles\n  - builtin:machines\n  - builtin:prompts\n"
        f"profiles:\n  pi:\n    rules:\n      - {rule}\n"
    )
    arguments = ["--profile", "pi", "--config", str(config)]
    assert json.loads(CliRunner().invoke(command, arguments, input=IDLE).output)["rule"] == "composer"
    screen = IDLE + "the cat sits on it\n"
    assert json.loads(CliRunner().invoke(command, arguments, input=screen).output)["rule"] == "mine"
