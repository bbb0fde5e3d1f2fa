"""Saved plans: carried out once, in time, on the very record and configuration that they were made from."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from amp_fsm.engine.reconcile import plan_pass, run_pass
from amp_fsm.engine.saved_plan import SavedPlan, SavedPlanError, carry_out, change_key, narrowed, read, save
from amp_fsm.errors import PlanStaleError, ProjectLockedError
from amp_fsm.model.plan import Change, Plan, Recovery, Step
from amp_fsm.model.record import Assignment, IntentStatus, SubjectRecord
from tests.engine.small_team import SmallWorld, project
from tests.engine.test_loops import QUIET, an_intent


@pytest.fixture
def world() -> SmallWorld:
    """A world whose first pass is over and in which a task can be finished."""
    made = SmallWorld()
    run_pass(project(None, "one", "two"), made.ports)
    made.finish("one")
    return made


def saved(world: SmallWorld, folder: Path) -> Path:
    file = folder / "plan.json"
    save(plan_pass(project(None, "one", "two"), world.ports).plan, str(file), "1.0.0")
    return file


def states(world: SmallWorld) -> dict[str, str]:
    return {address: subject.state for address, subject in world.store.record.subjects.items()}


def test_what_was_saved_is_carried_out_and_nothing_else(world: SmallWorld, tmp_path: Path) -> None:
    file = saved(world, tmp_path)
    world.finish("two")
    result = carry_out(read(str(file)), project(None, "one", "two"), world.ports)
    assert states(world) == {"task/one": "COMPLETED", "task/two": "PENDING"}
    assert result.skipped == ("task/two finished: not as it is now in the saved plan",)


def test_a_change_that_no_longer_holds_is_skipped_and_said_so(world: SmallWorld, tmp_path: Path) -> None:
    file = saved(world, tmp_path)
    del world.files.texts["one"]
    result = carry_out(read(str(file)), project(None, "one", "two"), world.ports)
    assert states(world) == {"task/one": "PENDING", "task/two": "PENDING"}
    assert result.skipped == ("task/one finished: no longer as the saved plan has it",)


def test_a_saved_plan_is_used_up_even_when_nothing_of_it_held(world: SmallWorld, tmp_path: Path) -> None:
    file = saved(world, tmp_path)
    del world.files.texts["one"]
    carry_out(read(str(file)), project(None, "one", "two"), world.ports)
    world.finish("one")
    with pytest.raises(PlanStaleError, match="used before"):
        carry_out(read(str(file)), project(None, "one", "two"), world.ports)
    assert states(world)["task/one"] == "PENDING"


def test_a_plan_is_good_for_ten_minutes(world: SmallWorld, tmp_path: Path) -> None:
    file = saved(world, tmp_path)
    world.clock.pass_time(599.0)
    carry_out(read(str(file)), project(None, "one", "two"), world.ports)
    assert states(world)["task/one"] == "COMPLETED"


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda world: world.clock.pass_time(601.0), "expired 1 s ago"),
        (
            lambda world: setattr(world.store, "record", replace(world.store.record, serial=9)),
            "serial 9, the plan's is",
        ),
        (lambda world: setattr(world.store, "record", replace(world.store.record, lineage="x")), "another store"),
    ],
    ids=["it expired", "the record moved on", "the store is another one"],
)
def test_a_stale_plan_is_refused_and_nothing_is_done(world: SmallWorld, tmp_path: Path, spoil: Any, said: str) -> None:
    file = saved(world, tmp_path)
    spoil(world)
    before = world.store.record
    with pytest.raises(PlanStaleError, match=said):
        carry_out(read(str(file)), project(None, "one", "two"), world.ports)
    assert world.store.record == before


def test_a_plan_of_another_configuration_is_refused(world: SmallWorld, tmp_path: Path) -> None:
    file = saved(world, tmp_path)
    with pytest.raises(PlanStaleError, match=r"the configuration small\.yaml changed"):
        carry_out(read(str(file)), project(None, "one", "two", digest="d2"), world.ports)


def test_the_lock_is_needed_and_asked_for_first(world: SmallWorld, tmp_path: Path) -> None:
    file = saved(world, tmp_path)
    world.store.locked = True
    world.clock.pass_time(601.0)
    with pytest.raises(ProjectLockedError):
        carry_out(read(str(file)), project(None, "one", "two"), world.ports)


def test_a_later_minor_version_with_unknown_keys_is_read(world: SmallWorld, tmp_path: Path) -> None:
    file = saved(world, tmp_path)
    document = json.loads(file.read_text())
    file.write_text(json.dumps({**document, "format_version": "1.9", "news": {}}))
    assert read(str(file)).changes


def test_another_major_version_is_stale(world: SmallWorld, tmp_path: Path) -> None:
    file = saved(world, tmp_path)
    document = json.loads(file.read_text())
    file.write_text(json.dumps({**document, "format_version": "2.0"}))
    with pytest.raises(PlanStaleError, match=r"format 2\.0"):
        read(str(file))


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format_version": "1.0", "changes": []}', '{"id": 3}', "\x00"])
def test_what_is_no_saved_plan_is_said_to_be_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "plan.json").write_text(text)
    with pytest.raises(SavedPlanError, match="is no saved plan"):
        read(str(tmp_path / "plan.json"))


def test_files_that_cannot_be_read_or_written_are_named(tmp_path: Path) -> None:
    with pytest.raises(SavedPlanError, match=r"none\.json cannot be read: No such file"):
        read(str(tmp_path / "none.json"))
    with pytest.raises(SavedPlanError, match="cannot be written"):
        save(QUIET, str(tmp_path / "no" / "folder.json"), "1")


def test_an_assignment_is_kept_whole_or_not_at_all() -> None:
    agent, task = _half("agent/ada", opens="T-1"), _half("task/T-1")
    fresh = replace(QUIET, changes=(agent, task))
    kept, skipped = narrowed(fresh, _holding(fresh, (agent,)))
    assert kept.changes == ()
    assert {line.partition(":")[0] for line in skipped} == {"agent/ada assign", "task/T-1 assign"}
    assert narrowed(fresh, _holding(fresh, (agent, task)))[0].changes == (agent, task)


def test_another_task_offered_meanwhile_is_another_change() -> None:
    assert change_key(_half("agent/ada", opens="T-1")) != change_key(_half("agent/ada", opens="T-2"))


def test_a_recovery_that_turned_out_otherwise_is_left_for_a_new_plan() -> None:
    step = Step(intent=an_intent(IntentStatus.TYPED), recovery=Recovery.ENTER, because="typed")
    fresh = replace(QUIET, steps=(replace(step, recovery=Recovery.ASK),))
    holding = replace(_holding(fresh, ()), steps={("i", "enter"): "agent/ada intent i"})
    kept, skipped = narrowed(fresh, holding)
    assert kept.steps == ()
    assert skipped == ("agent/ada intent i: no longer as the saved plan has it",)


def _spoil(world: SmallWorld, **parts: Any) -> None:
    world.store.record = replace(world.store.record, **parts)


def _half(address: str, opens: str = "") -> Change:
    subject = SubjectRecord(address=address, state="IDLE")
    given = Assignment(id=f"{opens}#1", agent="ada", task=opens) if opens else None
    return Change(
        address=address, cause="assign", before=subject, after=replace(subject, entry=2), because="b", opens=given
    )


def _holding(plan: Plan, changes: tuple[Change, ...]) -> SavedPlan:
    return SavedPlan(
        id="p1",
        config=plan.digest,
        lineage=plan.lineage,
        serial=plan.serial,
        valid_until=1e12,
        changes={change_key(change): f"{change.address} {change.cause}" for change in changes},
        steps={},
    )
