"""The golden rules: each with its present figure, and whether it is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from amp_fsm.model.project import Policies, Project
from amp_fsm.model.record import Record, Sample
from amp_fsm.model.time import Reading
from amp_fsm.plan.golden_rules import GoldenRule, golden_rules, span
from amp_fsm.plan.planner import plan
from tests.plan.team import AT_PROMPT, NOW, assignment, known, observed, project, record, task

FIRST = "everyone has a task"
IDLE = Sample(state="idle", since=0.0)
BUSY = Sample(state="working", since=0.0)
PROMPTS = {"work": "Do {{ task.id }}.\nDo it {{ task.brief.how }}.\nSay so.", "reminder": "Go on."}
POLICIES = Policies(prompt_min_lines=2, resync=150.0, idle_for=600.0, fresh_for=1800.0)


def team(policies: Policies = POLICIES, prompts: Mapping[str, str] = PROMPTS) -> Project:
    return project(task("T-1", brief={"how": "well"}), policies=policies, prompts=prompts)


def rules(
    configured: Project, remembered: Record, *, wall: float = NOW.wall, age: float | None = 60.0
) -> dict[str, GoldenRule]:
    changed = {"status": NOW.wall - age if age is not None else None}
    return {rule.name: rule for rule in golden_rules(configured, remembered, wall, changed)}


def remembered(*held: str, ada: Sample = BUSY, ben: Sample = BUSY) -> Record:
    whole = record(*(assignment(agent, f"T-{place + 1}") for place, agent in enumerate(held)))
    return replace(
        whole, policy=1000.0, reading=Reading(wall=NOW.wall - 30, mono=1.0, boot=""), samples={"ada": ada, "ben": ben}
    )


def test_everyone_who_can_work_has_a_task_or_is_named() -> None:
    assert rules(team(), remembered("ada", "ben"))[FIRST].kept is True
    without = rules(team(), remembered("ada"))[FIRST]
    assert (without.kept, without.figure) == (False, "1 of 2 agents; not ben")


@pytest.mark.parametrize("state", ["gone", "limited", "starting"])
def test_who_cannot_work_needs_no_task(state: str) -> None:
    assert rules(team(), remembered("ada", ben=Sample(state=state)))[FIRST].kept is True


def test_the_shortest_prompt_in_use_is_named_and_one_that_lacks_something_breaks_the_rule() -> None:
    name = "prompts are long and self-contained"
    kept = rules(team(), remembered())[name]
    assert (kept.kept, kept.figure) == (True, "shortest has 3 lines (code, T-1)")
    assert rules(team(policies=replace(POLICIES, prompt_min_lines=4)), remembered())[name].kept is False
    lacking = rules(team(prompts={"work": "{{ task.brief.why }}\n\n\n\n"}), remembered())[name]
    assert (lacking.kept, lacking.figure) == (False, "cannot be written: T-1")


def test_the_round_is_late_when_the_last_pass_is_older_than_the_policy() -> None:
    name = "the round is on time"
    assert rules(team(), remembered())[name].figure == "last pass 30s ago"
    assert rules(team(), remembered())[name].kept is True
    assert rules(team(), remembered(), wall=NOW.wall + 200)[name].kept is False
    assert rules(team(), Record())[name].kept is None


def test_documents_are_fresh_while_somebody_works() -> None:
    name = "documents are fresh"
    assert rules(team(), remembered("ada"))[name].kept is True
    stale = rules(team(), remembered("ada"), age=7500.0)[name]
    assert (stale.kept, stale.figure) == (False, "oldest is status, 2h05m old")
    assert rules(team(), remembered(), age=7500.0)[name].kept is True
    unread = rules(team(), remembered("ada"), age=None)[name]
    assert (unread.kept, unread.figure) == (False, "cannot be read: status")
    assert rules(team(policies=Policies()), remembered("ada"), age=7500.0)[name].kept is True


def test_nobody_is_idle_for_longer_than_the_policy() -> None:
    name = "nobody is idle for long"
    assert rules(team(), remembered())[name].figure == "nobody is"
    short = rules(team(), remembered(ben=replace(IDLE, since=700.0)))[name]
    assert (short.kept, short.figure) == (True, "ben for 5m")
    assert rules(team(), remembered(ben=IDLE))[name].kept is False
    assert rules(team(), remembered("ben", ben=IDLE))[name].kept is True


def test_an_agent_that_is_idle_for_too_long_is_drift_that_says_so() -> None:
    seen = observed(ada=known(*AT_PROMPT), ben=known(*AT_PROMPT))
    made = plan(project(policies=POLICIES), seen, remembered(ada=replace(IDLE, since=900.0), ben=IDLE), NOW)
    said = {drift.address: drift.text for drift in made.drift if drift.kind == "idle"}
    assert said["agent/ada"] == "idle without a task: no task for it"
    assert said["agent/ben"] == "idle without a task for more than 10m: no task for it"


def test_durations_are_in_words() -> None:
    assert [span(seconds) for seconds in (0, 119, 120, 150, 7199, 7500)] == [
        "0s",
        "119s",
        "2m",
        "2m30s",
        "119m",
        "2h05m",
    ]
