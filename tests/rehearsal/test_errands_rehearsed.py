"""A question that the lead answers, and work that is refused and then approved: real tmux, practice agents."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from amp_fsm.model.project import SuccessionSpec
from amp_fsm.model.review import ReviewSpec
from amp_fsm.ports import Entry
from amp_fsm.rehearsal.rehearse import Rehearsal
from amp_fsm.rehearsal.report import Report
from amp_fsm.rehearsal.scenario_files import load_scenario
from amp_fsm.rehearsal.stage import staged
from amp_fsm.rehearsal.without_secrets import load_for_rehearsal

CONFIG = str(Path(__file__).parents[2] / "configs" / "practice.yaml")
SCENARIO = """\
version: 1
description: The first task needs an answer, and is refused once by its reviewer.
agents: {'*': {start: 3s, works: 4m}}
kinds:
  help: {works: 1m, writes: "Say hello.\\n"}
  review: {works: 1m, writes: ["REFUSED\\nIt greets nobody.\\n", "APPROVED\\n"]}
tasks:
  PRACTICE-1: {blocks: {after: 1m, question: 'Which greeting?', until: Say hello.}}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """One rehearsal: its report, and its journal."""

    report: Report
    journal: tuple[Entry, ...]

    def prompts(self) -> Mapping[str, list[str]]:
        """Return each prompt's name with who received it, in order."""
        found: dict[str, list[str]] = {}
        for item in self.report.prompts:
            if item.sent:
                found.setdefault(item.prompt, []).append(item.agent)
        return found

    def states(self, address: str) -> list[str]:
        moves = [entry.text for entry in self.journal if entry.address == address and entry.kind == "transition"]
        return [text.partition("  ")[0].partition(" -> ")[2] for text in moves]


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    scenario = tmp_path_factory.mktemp("scenario") / "errands.yaml"
    scenario.write_text(SCENARIO)
    whole = load_for_rehearsal(CONFIG, os.environ).project
    tasks = {**whole.tasks, "PRACTICE-1": replace(whole.tasks["PRACTICE-1"], review=ReviewSpec(skills=("writing",)))}
    project = replace(whole, tasks=tasks, succession=SuccessionSpec(order=("ben",)))
    with staged(project, load_scenario(str(scenario), project), os.environ, keep=False) as stage:
        report = Rehearsal.on(stage, lambda _line: None).run()
        return Played(report=report, journal=stage.ports.store.history())


def test_everything_is_done_and_every_promise_kept(played: Played) -> None:
    assert (played.report.broken, played.report.exit_code) == ((), 0)
    assert {task.state for task in played.report.tasks} == {"COMPLETED"}


def test_the_question_goes_to_the_lead_and_its_answer_back_once(played: Played) -> None:
    assert (played.prompts()["help"], played.prompts()["answer"]) == (["ben"], ["ada"])
    assert "ASKING" in played.states("agent/ada")


def test_the_work_is_refused_mended_and_approved_by_somebody_else_than_its_author(played: Played) -> None:
    assert (played.prompts()["review"], played.prompts()["fix"]) == (["ben", "ben"], ["ada"])
    states = played.states("task/PRACTICE-1")
    assert (states.count("REVIEWING"), states[-1]) == (2, "COMPLETED")
    evidence = [line for entry in played.journal for line in entry.evidence]
    assert any("review_refused = true" in line and "REFUSED / It greets nobody." in line for line in evidence)
