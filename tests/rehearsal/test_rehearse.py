"""Whole rehearsals: the real engine, a real tmux, practice agents.  Policy time jumps, so hours take seconds."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from amp_fsm.model.seen import Failed, PaneRef
from amp_fsm.ports import Effect, PaneGuard
from amp_fsm.rehearsal.play import play
from amp_fsm.rehearsal.rehearse import Rehearsal
from amp_fsm.rehearsal.report import Report
from amp_fsm.rehearsal.scenario_files import load_scenario
from amp_fsm.rehearsal.stage import staged
from amp_fsm.rehearsal.stand_ins import ListeningTerminal
from amp_fsm.rehearsal.without_secrets import load_for_rehearsal

CONFIGS = Path(__file__).parents[2] / "configs"
CONFIG = str(CONFIGS / "practice.yaml")


def rehearse(scenario: str) -> Report:
    return play(CONFIG, scenario, os.environ, keep=False, progress=lambda _line: None)


def states(report: Report) -> dict[str, str]:
    return {task.id: task.state for task in report.tasks}


DONE = {"PRACTICE-1": "COMPLETED", "PRACTICE-2": "COMPLETED", "PRACTICE-3": "COMPLETED"}


def test_a_smooth_day_completes_every_task_with_one_prompt_each() -> None:
    report = rehearse("smooth")
    assert (report.broken, states(report), report.exit_code) == ((), DONE, 0)
    assert report.sent == {"code": 2, "writing": 1}
    assert report.received == 3
    assert report.unmentioned == ()


@pytest.mark.parametrize("config", sorted(CONFIGS.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_example_completes_its_tasks_and_keeps_its_promises(config: Path) -> None:
    report = play(str(config), "smooth", os.environ, keep=False, progress=lambda _line: None)
    assert (report.broken, report.exit_code) == ((), 0)
    assert set(states(report).values()) == {"COMPLETED"}


def test_on_a_rough_day_everything_goes_wrong_once_and_nothing_for_good() -> None:
    report = rehearse("rough-day")
    assert (report.broken, states(report), report.exit_code) == ((), DONE, 0)
    assert report.sent["resume"] >= 1
    assert report.sent["fix"] >= 1


def test_work_that_never_holds_is_given_up_until_the_operator_hands_it_out_again() -> None:
    report = rehearse("refused")
    assert (report.broken, states(report), report.exit_code) == ((), DONE, 0)
    assert [task.attempts for task in report.tasks] == [1, 2, 1]
    assert report.policy_seconds > 12 * 3600


APART = """  - id: PRACTICE-1
    workspace: worktree
"""


def apart(tmp_path: Path, scenario: str) -> Report:
    """Return what comes of a rehearsal in which the first task has a worktree of its own."""
    config, played = tmp_path / "practice.yaml", tmp_path / "apart.yaml"
    text = Path(CONFIG).read_text().replace("root: ${PRACTICE_ROOT:-.}", f"root: {tmp_path}/root")
    config.write_text(text.replace("  - id: PRACTICE-1\n", APART, 1))
    played.write_text(f"version: 1\nagents: {{'*': {{works: 4m}}}}\n{scenario}")
    return play(str(config), str(played), os.environ, keep=False, progress=lambda _line: None)


def test_work_in_a_worktree_is_merged_and_the_operators_folder_is_never_touched(tmp_path: Path) -> None:
    report = apart(tmp_path, "")
    assert (report.broken, report.failed, states(report), report.exit_code) == ((), (), DONE, 0)
    assert report.unmentioned == ()
    assert not (tmp_path / "root").exists()


def test_a_merge_conflict_is_kept_for_a_person(tmp_path: Path) -> None:
    report = apart(
        tmp_path, "tasks: {'#1': {conflicts: true}}\nexpect: {'#1': UNMERGED, '#2': PENDING, '#3': PENDING}\n"
    )
    assert (report.broken, report.exit_code, report.ended) == ((), 0, "nothing moves any more without a person")
    assert any("its branch is not merged" in line for line in report.told)


def test_a_merge_conflict_goes_on_once_a_person_has_merged(tmp_path: Path) -> None:
    merge = "operator: [{after: 2h, merge: {task: '#1', take: theirs}}]\n"
    report = apart(tmp_path, f"tasks: {{'#1': {{conflicts: true}}}}\n{merge}")
    assert (report.broken, report.failed, states(report), report.exit_code) == ((), (), DONE, 0)
    assert report.policy_seconds > 7200


class PressesEnterAnywhere(ListeningTerminal):
    """A terminal with a fault: whenever it looks at a screen it also presses Enter there."""

    def capture(self, panes: Sequence[PaneRef]) -> Mapping[PaneRef, str | Failed]:
        screens = self.real.capture(panes)
        for pane in panes:
            if "Enter to confirm" in str(screens[pane]):
                subprocess.run(["tmux", "-S", self.socket, "send-keys", "-t", pane.pane, "Enter"], check=True)
        return screens

    socket = ""


class LosesTheLastLine(ListeningTerminal):
    """A terminal with a fault: what it types is cut."""

    def paste(self, pane: PaneRef, text: str, intent: str, guard: PaneGuard) -> Effect:
        self.real.paste(pane, text.rsplit("\n", 1)[0], intent, guard)
        return Effect(happened=True)


@pytest.mark.parametrize(
    ("terminal", "said"),
    [
        pytest.param(PressesEnterAnywhere, "a dialog was answered that nobody ordered", id="an-approval-nobody-gave"),
        pytest.param(LosesTheLastLine, "was counted as delivered and never received whole", id="a-prompt-that-is-cut"),
    ],
)
def test_a_broken_promise_is_seen(terminal: type[ListeningTerminal], said: str) -> None:
    project = load_for_rehearsal(CONFIG, os.environ).project
    with staged(project, load_scenario("rough-day", project), os.environ, keep=False) as stage:
        faulty = terminal(stage.ports.terminal)
        PressesEnterAnywhere.socket = stage.project.tmux.socket
        report = Rehearsal.on(replace(stage, ports=replace(stage.ports, terminal=faulty)), lambda _line: None).run()
    assert said in "\n".join(report.broken)
    assert report.exit_code == 1


@pytest.fixture
def short_folder() -> Iterator[Path]:
    """A folder whose path leaves room for a socket's."""
    with tempfile.TemporaryDirectory(prefix="amp-t-", dir="/tmp") as folder:
        yield Path(folder)


PROGRAM = """
import os, sys
from amp_fsm.rehearsal.play import play
play(sys.argv[1], "smooth", os.environ, keep=False, progress=print)
"""


def test_a_killed_rehearsal_takes_its_server_and_agents_with_it(short_folder: Path) -> None:
    environment = {**os.environ, "TMPDIR": str(short_folder), "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen([sys.executable, "-c", PROGRAM, CONFIG], stdout=subprocess.PIPE, env=environment) as running:
        assert running.stdout is not None
        assert b"STARTING" in running.stdout.readline()
        programs = practice_programs(short_folder)
        running.kill()
    assert programs > 0
    deadline = time.monotonic() + 15
    while practice_programs(short_folder):
        assert time.monotonic() < deadline, "practice agents outlived the rehearsal"
        time.sleep(0.05)


def test_nothing_is_left_behind(short_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(short_folder))
    rehearse("smooth")
    assert list(short_folder.iterdir()) == []
    assert practice_programs(short_folder) == 0


def practice_programs(folder: Path) -> int:
    """How many living programs have a path below `folder` on their command line."""
    listed = subprocess.run(["ps", "-eo", "stat,args"], capture_output=True, text=True, check=True).stdout
    return len(re.findall(rf"^[^Z].*{re.escape(str(folder))}/amp-rehearse-", listed, re.MULTILINE))
