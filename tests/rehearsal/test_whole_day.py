"""The whole day of a team: `rehearse configs/palm-oil.yaml --scenario whole-day`, once, and what happened in it.

Real engine, real tmux, real git; the agents are practice agents.  Each test reads the report and the journal.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from amp_fsm.engine.reconcile import PassResult
from amp_fsm.ports import Entry
from amp_fsm.rehearsal.notes import Notes
from amp_fsm.rehearsal.rehearse import Rehearsal
from amp_fsm.rehearsal.report import Report, TaskEnd
from amp_fsm.rehearsal.scenario_files import load_scenario
from amp_fsm.rehearsal.stage import staged, text_of
from amp_fsm.rehearsal.without_secrets import load_for_rehearsal

CONFIG = str(Path(__file__).parents[2] / "configs" / "palm-oil.yaml")
ENVIRONMENT = {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": "/nowhere", "PALM_OIL_ROOT": "/nowhere/palm-oil-bot"}
HOURS = 3600.0
NEW = ("TASK-PO-038", "TASK-PO-039", "TASK-PO-040")


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """One day: its report, its journal, what its plans called drift, the status document and the hand-over file."""

    report: Report
    journal: tuple[Entry, ...]
    drift: frozenset[str]
    status: str
    hand_over: str

    def moves(self, address: str) -> list[str]:
        """Return the transitions of a subject, as the journal tells them."""
        return [entry.text for entry in self.journal if entry.address == address and entry.kind == "transition"]

    def states(self, address: str) -> list[str]:
        """Return the states that a subject came into, in order."""
        found = (re.search(r"-> ([A-Z_]+)", text) for text in self.moves(address))
        return [match.group(1) for match in found if match]

    def place(self, address: str, state: str, after: int = 0) -> int:
        """Return the place in the journal at which a subject came into a state."""
        moves = enumerate(self.journal)
        return next(n for n, e in moves if n >= after and e.address == address and f"-> {state} " in f"{e.text} ")

    @property
    def tasks(self) -> Mapping[str, TaskEnd]:
        """Return how each task ended, by its id."""
        return {task.id: task for task in self.report.tasks}

    def prompts(self, name: str, task: str) -> list[str]:
        """Return who received the prompts of a name about a task, in order."""
        return [item.agent for item in self.report.prompts if (item.prompt, item.task) == (name, task) and item.sent]


@dataclass(slots=True, kw_only=True)
class Watched(Notes):
    """Notes that keep what plans called drift, too."""

    drift: set[str] = field(default_factory=set)

    def take(self, result: PassResult, now: float) -> None:
        self.drift |= {item.text for item in result.plan.drift}
        Notes.take(self, result, now)


@pytest.fixture(scope="module")
def day() -> Day:
    project = load_for_rehearsal(CONFIG, ENVIRONMENT).project
    with staged(project, load_scenario("whole-day", project), ENVIRONMENT, keep=False) as stage:
        watched = Watched(progress=lambda _line: None)
        rehearsal = Rehearsal.on(stage, lambda _line: None)
        rehearsal.notes = watched
        report = rehearsal.run()
        root = Path(stage.project.root)
        return Day(
            report=report,
            journal=stage.ports.store.history(),
            drift=frozenset(watched.drift),
            status=text_of(root / "ORCHESTRATION_STATUS.md"),
            hand_over=text_of(root / "orchestratoragent" / "handoff" / "claude_to_amp.md"),
        )


def test_it_ends_with_every_task_settled_after_eight_hours(day: Day) -> None:
    assert (day.report.ended, day.report.broken, day.report.failed) == ("all tasks are settled", (), ())
    assert day.report.exit_code == 0
    assert len([task for task in day.tasks if task.startswith("TASK-PO-0")]) == 25 + len(NEW)
    assert 8 * HOURS <= day.report.policy_seconds <= 12 * HOURS


def test_every_prompt_is_accounted_for_and_said_all_that_was_needed(day: Day) -> None:
    sent = [item for item in day.report.prompts if item.sent]
    assert [item for item in sent if item.became != "received"] == []
    assert len(sent) == sum(day.report.sent.values()) == day.report.received
    assert day.report.unmentioned == ()


def test_the_day_begins_with_the_file_of_a_predecessor(day: Day) -> None:
    said = [text for text in day.drift if "amp_to_claude.md" in text]
    assert any("TASK-PO-009" in text and "is not in the queue" in text for text in said)
    assert "TASK-PO-009" not in day.tasks


def test_the_lead_is_handed_over_to_a_busy_successor_when_its_limit_is_reached(day: Day) -> None:
    assert day.prompts("hand_over", "HAND-OVER-1") == ["amp"]
    states = day.states("agent/amp")
    opened = day.place("task/HAND-OVER-1", "ASSIGNED")
    assert day.place("agent/claude", "LIMITED") < opened < day.place("agent/claude", "WORKING", after=opened)
    assert states.count("ASSIGNED") >= 2
    assert any("vacant: claude is limited; amp takes over (HAND-OVER-1)" in text for text in day.drift)
    assert "**Orchestrateur**: AMP\n" in day.status
    under_way = day.hand_over.partition("TÂCHES EN COURS")[2].partition("TÂCHES RESTANTES")[0]
    assert "TASK-PO-029" in under_way


def test_a_limited_agent_comes_back_and_goes_on_with_its_task(day: Day) -> None:
    states = day.states("agent/claude")
    assert "WORKING" in states[states.index("LIMITED") :]
    assert day.tasks["TASK-PO-029"].attempts == 1
    assert day.prompts("analysis", "TASK-PO-029") == ["claude"]


def test_a_proxy_that_died_is_up_again_and_its_agent_goes_on(day: Day) -> None:
    states = day.states("service/antigravity-proxy")
    assert states.count("UP") == 2
    assert "DOWN" in states


def test_work_that_was_only_said_to_be_done_is_refused_and_done_then(day: Day) -> None:
    assert day.states("task/TASK-PO-011").count("VERIFYING") == 2
    assert day.prompts("fix", "TASK-PO-011") == ["antigravity"]
    assert day.tasks["TASK-PO-011"].attempts == 1


def test_a_failing_check_is_mended_at_the_second_try(day: Day) -> None:
    assert day.prompts("fix", "TASK-PO-014") == ["codex"]
    assert day.states("task/TASK-PO-014")[-1] == "COMPLETED"


def test_a_question_is_answered_by_the_lead_and_the_work_goes_on(day: Day) -> None:
    assert day.tasks["HELP-TASK-PO-018-1"].state == "COMPLETED"
    assert len(day.prompts("answer", "TASK-PO-018")) == 1
    assert "ASKING" in day.states("agent/codex")


def test_a_merge_conflict_is_kept_for_a_person(day: Day) -> None:
    states = day.states("task/TASK-PO-028")
    assert states[-2:] == ["UNMERGED", "COMPLETED"]
    assert "MERGING" not in states
    assert any("TASK-PO-028 is verified, its branch is not merged" in line for line in day.report.told)
    assert day.tasks["TASK-PO-028"].settled_at == pytest.approx(4 * HOURS, abs=60)


def test_what_needs_a_cancelled_task_is_parked(day: Day) -> None:
    assert day.states("task/TASK-PO-033") == ["BLOCKED", "CANCELLED"]
    assert day.prompts("code", "TASK-PO-032") == day.prompts("code", "TASK-PO-033") == []


def test_a_queue_that_ran_dry_is_refilled_by_what_the_lead_proposes(day: Day) -> None:
    assert day.prompts("propose", "PROPOSE-1") == day.prompts("propose", "PROPOSE-2") == ["amp"]
    refused = [
        entry.text for entry in day.journal if entry.kind == "proposal" and "PROPOSE-1.yaml refused" in entry.text
    ]
    assert len(refused) == 1
    assert {task: day.tasks[task].state for task in NEW} == dict.fromkeys(NEW, "COMPLETED")


def test_work_that_was_refused_twice_goes_to_somebody_else(day: Day) -> None:
    first, second = day.prompts("code", "TASK-PO-024")
    assert first != second
    assert day.tasks["TASK-PO-024"].attempts == 2
