"""Needs that nothing can meet any more are told as drift, and everything else goes on."""

from __future__ import annotations

from dataclasses import replace

from amp_fsm.model.desired import desired
from amp_fsm.model.errand import AddedTask
from amp_fsm.model.project import Project, TaskSpec
from amp_fsm.model.record import Record
from amp_fsm.plan.planner import plan
from tests.plan.team import AT_PROMPT, NOW, known, observed, project, record, task

FREE = observed(ada=known(*AT_PROMPT), ben=known(*AT_PROMPT))


def kept(*tasks: TaskSpec) -> Record:
    """Return a record that keeps these tasks, which were proposed."""
    return record(added={one.id: AddedTask(task=one, by="a file") for one in tasks})


def needs_drift(team: Project, before: Record) -> dict[str, str]:
    made = plan(desired(team, before), FREE, before, NOW)
    return {drift.address: drift.text for drift in made.drift if drift.kind == "needs"}


def test_a_need_that_the_configuration_dropped_is_told() -> None:
    team, before = project(task("T-1")), kept(task("P-1", needs=("T-9",)))
    assert needs_drift(team, before) == {
        "task/P-1": "needs T-9, which is in the configuration no more: it waits for ever; `task cancel`"
    }


def test_a_circle_made_by_the_configuration_and_a_proposal_is_told_and_the_rest_goes_on() -> None:
    team = project(task("T-1", needs=("P-1",)), task("T-2"))
    before = kept(task("P-1", needs=("P-2",)), task("P-2", needs=("T-1",)), task("P-3", needs=("P-1",)))
    told = needs_drift(team, before)
    assert set(told) == {"task/T-1", "task/P-1", "task/P-2"}
    assert told["task/T-1"].startswith("needs itself, by T-1 -> P-1 -> P-2 -> T-1: none of them can begin")
    made = plan(desired(team, before), FREE, before, NOW)
    assert [change.opens.task for change in made.changes if change.opens and change.address == "agent/ada"] == ["T-2"]


def test_needs_that_can_be_met_are_not_told() -> None:
    team, before = project(task("T-1")), kept(task("P-1", needs=("T-1",)), task("P-2", needs=("P-1",)))
    assert needs_drift(team, before) == {}


def test_a_proposed_task_of_a_kind_that_is_no_more_is_held_and_the_rest_goes_on() -> None:
    team, before = project(task("T-1")), kept(replace(task("P-1"), kind="gone"))
    made = plan(desired(team, before), FREE, before, NOW)
    assert [held.text for held in made.held] == ["its kind `gone` is in the configuration no more"]
    assert any(change.opens and change.opens.task == "T-1" for change in made.changes)


def test_one_whose_machine_is_no_more_is_left_out() -> None:
    team, before = project(task("T-1")), kept(replace(task("P-1"), machine="gone"))
    assert list(desired(team, before).tasks) == ["T-1"]


def test_a_proposed_task_follows_its_kind() -> None:
    team = project(task("T-1"))
    kinds = {"code": replace(team.kinds["code"], skills=("writing",), checks=("suite",))}
    made = desired(replace(team, kinds=kinds), kept(task("P-1"))).tasks["P-1"]
    assert (made.skills, made.checks, made.by) == (("writing", "code"), ("suite",), "a file")


def test_a_proposed_task_whose_id_the_configuration_gave_away_is_told_of() -> None:
    team, before = project(task("P-1", title="Mine")), kept(task("P-1", title="Theirs"), task("P-2"))
    made = plan(desired(team, before), FREE, before, NOW)
    assert [(drift.address, drift.text) for drift in made.drift if drift.kind == "twins"] == [
        ("task/P-1", "also the id of a proposed task (Theirs), which nobody gets: give yours another id")
    ]
    assert desired(team, before).tasks["P-1"].title == "Mine"


def test_a_proposed_task_that_the_operator_took_over_into_a_file_is_no_twin() -> None:
    team, before = project(task("P-1", needs=())), kept(task("P-1"))
    assert not [drift for drift in plan(desired(team, before), FREE, before, NOW).drift if drift.kind == "twins"]
