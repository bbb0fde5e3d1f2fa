"""Loops of passes: when they go on at once, when they wait and how long, and why they end."""

from __future__ import annotations

import signal
from dataclasses import replace

import pytest

from amp_fsm.engine.calls import Calls
from amp_fsm.engine.ending import Ending, Mode
from amp_fsm.engine.loops import run_until
from amp_fsm.engine.outlook import STUBBORN, is_converged, may_move_alone, next_wait
from amp_fsm.engine.reconcile import PassResult
from amp_fsm.errors import ProjectLockedError
from amp_fsm.model.facts import Fact, Truth, Why, unknown
from amp_fsm.model.machine import TimerSpec, Verb
from amp_fsm.model.plan import Plan
from amp_fsm.model.record import Action, Intent, IntentStatus, Record, Sample, SubjectRecord
from tests.engine.small_team import EventfulClock, SmallWorld, machine, project

QUIET = Plan(project="p", source="p.yaml", digest="d", lineage="l", serial=1, policy=0.0, observed_at=0.0)


def a_pass(plan: Plan = QUIET, record: Record | None = None, **parts: object) -> PassResult:
    return PassResult(project=project(), plan=plan, record=record or Record(), **parts)  # type: ignore[arg-type]  # any of its fields


def an_intent(status: IntentStatus) -> Intent:
    action = Action(verb=Verb.SEND, target="agent/ada")
    return Intent(id="i", address="agent/ada", entry=1, cause="c", action=action, status=status)


def test_one_pass_is_one_pass() -> None:
    world = SmallWorld()
    result = run_until(project(), world.ports, Mode.ONCE, interval=2.0)
    assert (result.ending, result.passes, world.clock.paused) == (Ending.ONCE, 1, [])


def test_passes_follow_at_once_while_something_moves() -> None:
    world = SmallWorld()
    world.finish("one")
    result = run_until(project(), world.ports, Mode.CONVERGED, interval=2.0)
    assert (result.ending, world.clock.paused) == (Ending.CONVERGED, [])
    assert result.passes > 1
    assert not result.partial


def test_until_done_waits_its_interval_for_the_last_task() -> None:
    world = SmallWorld()
    timer = TimerSpec(name="late", seconds=1000.0, to="COMPLETED")
    world.clock.events = {3: lambda: world.finish("one")}
    result = run_until(project(machine(timer=timer)), world.ports, Mode.DONE, interval=2.0)
    assert (result.ending, world.clock.paused) == (Ending.DONE, [2.0, 2.0, 2.0])
    assert result.last.record.subjects["task/one"].because != "late"


def test_a_timer_that_is_due_earlier_than_the_interval_is_waited_for() -> None:
    world = SmallWorld()
    timer = TimerSpec(name="late", seconds=5.0, to="COMPLETED")
    result = run_until(project(machine(timer=timer)), world.ports, Mode.DONE, interval=60.0)
    assert (result.ending, world.clock.paused) == (Ending.DONE, [5.0])


def test_until_done_ends_when_only_a_person_can_move_things() -> None:
    world = SmallWorld()
    team = project()
    result = run_until(team, world.ports, Mode.DONE, interval=2.0)
    assert (result.ending, result.partial) == (Ending.PERSON, True)
    assert sum(world.clock.paused) == team.policies.person


def test_something_that_moves_again_starts_the_wait_for_a_person_anew() -> None:
    world = SmallWorld()
    world.clock.events = {4: lambda: world.finish("one")}
    team = project(None, "one", "two")
    result = run_until(team, world.ports, Mode.DONE, interval=2.0)
    assert result.ending is Ending.PERSON
    assert sum(world.clock.paused) == 8.0 + team.policies.person


def test_the_lock_is_held_while_the_loop_waits_and_no_longer() -> None:
    world = SmallWorld()
    held: list[bool] = []
    world.clock.events = {1: lambda: held.append(world.store.locked)}
    run_until(project(), world.ports, Mode.DONE, interval=20.0)
    assert (held, world.store.locked) == ([True], False)


def test_another_process_that_holds_the_project_is_an_error_before_anything_is_done() -> None:
    world = SmallWorld()
    world.store.locked = True
    with pytest.raises(ProjectLockedError):
        run_until(project(), world.ports, Mode.ONCE, interval=2.0)
    assert world.store.record == Record()


def test_the_passes_allowed_bound_a_loop() -> None:
    world = SmallWorld()
    result = run_until(project(), world.ports, Mode.WATCH, interval=7.0, max_passes=3)
    assert (result.ending, result.passes, world.clock.paused) == (Ending.PASSES, 3, [2.0, 2.0, 2.0, 1.0])


def test_a_machine_that_goes_to_and_fro_for_ever_does_not_take_the_processor() -> None:
    world = SmallWorld()
    result = run_until(project(machine(restless=True)), world.ports, Mode.WATCH, interval=7.0, max_passes=STUBBORN + 5)
    assert (result.passes, world.clock.paused) == (STUBBORN + 5, [0.5] * 5)


def test_a_signal_ends_a_wait_and_then_the_loop() -> None:
    world, calls = SmallWorld(), Calls()
    world.clock.events = {2: lambda: calls.end(signal.SIGTERM)}
    result = run_until(project(), world.ports, Mode.WATCH, interval=7.0, calls=calls)
    assert (result.ending, calls.ended_by, world.clock.paused) == (Ending.STOPPED, signal.SIGTERM, [2.0, 2.0])
    assert result.passes == 2
    assert not result.partial


def test_a_signal_during_a_pass_lets_the_pass_end_and_no_other_begin() -> None:
    world, calls = SmallWorld(), Calls()
    calls.end(signal.SIGTERM)
    result = run_until(project(), world.ports, Mode.WATCH, interval=7.0, calls=calls)
    assert (result.ending, result.passes, world.clock.paused) == (Ending.STOPPED, 1, [])
    assert "task/one" in world.store.record.subjects


def test_a_wait_is_cut_short_by_a_signal_and_none_begins_after_one() -> None:
    clock, calls = EventfulClock(), Calls()
    slept_on: list[bool] = []

    def signalled() -> None:
        calls.end(signal.SIGTERM)
        slept_on.append(True)

    clock.events = {1: signalled}
    calls.pause(clock, 3600.0)
    assert (calls.ended_by, slept_on) == (signal.SIGTERM, [])
    calls.pause(clock, 3600.0)
    assert clock.paused == [3600.0]


@pytest.mark.parametrize(("status", "partial"), [("done", False), ("void", False), ("failed", True), ("typed", True)])
def test_a_pass_is_partial_when_an_action_was_not_done(status: str, partial: bool) -> None:
    assert a_pass(outcomes=(an_intent(IntentStatus(status)),)).partial is partial


def test_a_call_for_a_pass_ends_a_wait_and_is_answered_once() -> None:
    clock, calls = EventfulClock(), Calls()
    clock.events = {1: calls.rouse}
    calls.pause(clock, 3600.0)
    assert [calls.take(), calls.take()] == [True, False]
    calls.renew()
    calls.pause(clock, 3600.0)
    assert (clock.paused, calls.anew, calls.take()) == ([3600.0], True, True)


def test_a_second_ctrl_c_does_not_wait() -> None:
    calls = Calls()
    calls.end(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        calls.end(signal.SIGINT)


def test_what_will_be_known_soon_is_looked_at_soon() -> None:
    assert next_wait(a_pass(replace(QUIET, pending=True)), 60.0) == 0.5
    idle = replace(unknown("turn_over", Why.PENDING), value="0.100")
    assert next_wait(a_pass(replace(QUIET, pending=True, facts={"agent/ada": {"turn_over": idle}})), 60.0) == 0.1
    assert next_wait(a_pass(gap=True), 60.0) == 0.5
    assert next_wait(a_pass(replace(QUIET, due_in=3.0)), 60.0) == 3.0
    assert next_wait(a_pass(), 60.0) == 60.0


def test_an_action_that_stays_open_is_not_tried_again_without_a_breath() -> None:
    born = SubjectRecord(address="agent/ada", state="X")
    assert next_wait(a_pass(outcomes=(an_intent(IntentStatus.TYPED),)), 60.0) == 60.0
    assert next_wait(a_pass(outcomes=(an_intent(IntentStatus.DONE),)), 60.0) == 0.0
    assert next_wait(a_pass(replace(QUIET, born=(born,))), 60.0) == 0.0
    assert next_wait(a_pass(answered=("fire agent/ada retire",)), 60.0) == 0.0


def test_converged_means_that_nothing_is_open_pending_or_was_only_looked_at() -> None:
    assert is_converged(a_pass())
    assert not is_converged(a_pass(replace(QUIET, pending=True)))
    assert not is_converged(a_pass(gap=True))
    assert not is_converged(a_pass(record=Record(intents={"i": an_intent(IntentStatus.TYPED)})))
    assert is_converged(a_pass(record=Record(intents={"i": an_intent(IntentStatus.UNKNOWN)})))


@pytest.mark.parametrize("sign", ["busy", "limited", "starting"])
def test_an_agent_that_is_at_work_may_move_things_alone(sign: str) -> None:
    facts = {sign: Fact(name=sign, truth=Truth.TRUE)}
    assert may_move_alone(a_pass(replace(QUIET, facts={"agent/ada": facts})))
    assert not may_move_alone(a_pass(replace(QUIET, facts={"task/one": facts})))


def test_a_service_that_runs_and_is_not_ready_may_move_things_alone() -> None:
    coming = {"gone": Fact(name="gone", truth=Truth.FALSE), "ready": Fact(name="ready", truth=Truth.FALSE)}
    up = {**coming, "ready": Fact(name="ready", truth=Truth.TRUE)}
    gone = {**coming, "gone": Fact(name="gone", truth=Truth.TRUE)}
    moves = [may_move_alone(a_pass(replace(QUIET, facts={"service/p": facts}))) for facts in (coming, up, gone)]
    assert moves == [True, False, False]


def test_an_agent_that_cannot_be_read_may_clear_up_until_the_operator_is_told() -> None:
    blind = Record(samples={"ada": Sample(blind=3.0)})
    told = Record(samples={"ada": Sample(blind=3.0, told=True)})
    assert may_move_alone(a_pass(record=blind))
    assert not may_move_alone(a_pass(record=told))


def test_an_action_that_failed_on_the_way_to_convergence_makes_it_partial() -> None:
    world = SmallWorld()
    world.store.requests = []
    world.store.request("fire", ("task/one", "no_such"))
    result = run_until(project(), world.ports, Mode.CONVERGED, interval=2.0)
    assert result.passes == 2
    assert not result.last.partial
    assert result.refused
    assert result.partial


def test_until_converged_ends_too_when_only_a_person_can_move_things() -> None:
    """Somebody's draft in a composer holds a prompt back for as long as it stands there."""
    world, team = SmallWorld(), project()
    action = Action(verb=Verb.SEND, target="agent/ada")
    waiting = Intent(id="i", address="agent/ada", entry=1, cause="c", action=action, status=IntentStatus.TYPED)
    world.store.record = Record(intents={"i": waiting})
    world.terminal.broken = "tmux did not answer in 5 s"
    result = run_until(team, world.ports, Mode.CONVERGED, interval=2.0)
    assert (result.ending, result.partial) == (Ending.PERSON, True)


def test_the_next_pass_is_of_the_project_as_it_is_by_then() -> None:
    world = SmallWorld()
    world.finish("two")
    wanted = project(None, "one", "two", digest="d2")
    run_until(project(), world.ports, Mode.WATCH, interval=7.0, max_passes=6, renew=lambda _before: wanted)
    assert world.store.record.subjects["task/two"].state == "COMPLETED"
