from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner

from amp_fsm.cli.rehearse import command
from amp_fsm.errors import InvalidConfigError, NotPossibleError

CONFIG = str(Path(__file__).parents[2] / "configs" / "practice.yaml")


def test_the_report_is_one_json_document_and_the_exit_code_is_in_it() -> None:
    done = CliRunner().invoke(command, [CONFIG, "--json"])
    report = json.loads(done.stdout)
    assert done.exit_code == report["exit_code"] == 0
    assert [task["state"] for task in report["tasks"]] == ["COMPLETED"] * 3


def test_a_task_that_does_not_end_as_expected_is_exit_code_4(tmp_path: Path) -> None:
    scenario = tmp_path / "hopeless.yaml"
    scenario.write_text("version: 1\nagents: {'*': {works: 1m}}\ntasks: {PRACTICE-2: {fails_check: 99}}\n")
    done = CliRunner().invoke(command, [CONFIG, "--scenario", str(scenario)])
    assert "✗ PRACTICE-2  FAILED" in done.stdout
    assert "nothing moves any more without a person" in done.stdout
    assert done.exit_code == 4


def test_a_scenario_that_is_not_there_is_an_error_of_ours() -> None:
    assert isinstance(CliRunner().invoke(command, [CONFIG, "--scenario", "nope"]).exception, NotPossibleError)


def test_a_configuration_that_cannot_be_used_is_an_error_of_ours(tmp_path: Path) -> None:
    config = tmp_path / "bad.yaml"
    config.write_text("version: 1\n")
    assert isinstance(CliRunner().invoke(command, [str(config)]).exception, InvalidConfigError)


def test_missing_secrets_are_stood_in_for(tmp_path: Path) -> None:
    text = (
        Path(CONFIG)
        .read_text()
        .replace("skills: [code]\n", "skills: [code]\n    env: {TOKEN: '${NOBODY_SET_THIS}'}\n", 1)
    )
    config = tmp_path / "secret.yaml"
    config.write_text(text)
    done = CliRunner().invoke(command, [str(config), "--json"])
    assert "the environment variable NOBODY_SET_THIS is not set: a stand-in is used" in json.loads(done.stdout)["notes"]
