"""Requests of the operator: carried out once, by whoever holds the project, or refused with the reason."""

from __future__ import annotations

from dataclasses import replace

import pytest

from amp_fsm.engine.reconcile import PassResult, answer_only, run_pass
from amp_fsm.model.machine import ActionSpec, MachineSpec, StateSpec, TransitionSpec, Verb
from amp_fsm.model.record import Action, Assignment, Intent, IntentStatus, Record
from tests.engine.small_team import FINISHED, SmallWorld, project

PARKS = MachineSpec(
    name="task",
    initial="PENDING",
    states={
        "PENDING": StateSpec(
            name="PENDING",
            transitions=(
                FINISHED,
                TransitionSpec(
                    name="park",
                    to="PARKED",
                    manual=True,
                    do=(ActionSpec(verb=Verb.RELEASE), ActionSpec(verb=Verb.NOTIFY, what="operator", text="parked")),
                ),
            ),
        ),
        "PARKED": StateSpec(name="PARKED", transitions=(TransitionSpec(name="back", to="PENDING", manual=True),)),
        "COMPLETED": StateSpec(name="COMPLETED", final=True),
    },
)
TEAM = project(PARKS, "one", "two")
GIVEN = Assignment(id="one#1", agent="ada", task="one", prompt="abc", unknown=True)
UNKNOWN = Intent(
    id="abc",
    address="agent/ada",
    entry=1,
    cause="assign",
    action=Action(verb=Verb.SEND, target="agent/ada", what="code"),
    assignment="one#1",
    status=IntentStatus.UNKNOWN,
)


@pytest.fixture
def world() -> SmallWorld:
    """A world whose first pass is over."""
    made = SmallWorld()
    run_pass(TEAM, made.ports)
    return made


def state(world: SmallWorld, task: str) -> str:
    return world.store.record.subjects[f"task/{task}"].state


def a_pass(world: SmallWorld) -> PassResult:
    return run_pass(TEAM, world.ports)


def test_the_holder_carries_a_request_out_before_it_plans(world: SmallWorld) -> None:
    world.store.request("fire", ("task/one", "park"))
    world.finish("one")
    result = a_pass(world)
    assert state(world, "one") == "PARKED"
    assert (result.answered, result.refused) == (("fire task/one park",), ())
    assert world.store.requests == []
    assert [intent.action.text for intent in result.outcomes] == ["parked"]


def test_a_request_is_carried_out_once(world: SmallWorld) -> None:
    world.store.request("fire", ("task/one", "park"))
    a_pass(world)
    before = world.store.record.subjects["task/one"].entry
    a_pass(world)
    assert world.store.record.subjects["task/one"].entry == before


def test_requests_are_carried_out_in_the_order_in_which_they_came(world: SmallWorld) -> None:
    for transition in ("park", "back", "park"):
        world.store.request("fire", ("task/one", transition))
    assert a_pass(world).refused == ()
    assert (state(world, "one"), world.store.record.subjects["task/one"].entry) == ("PARKED", 4)


@pytest.mark.parametrize(
    ("verb", "arguments", "said"),
    [
        ("fire", ("task/one", "back"), "no manual transition 'back' leaves PENDING"),
        ("fire", ("task/three", "park"), "no subject 'task/three'"),
        ("resolve", ("nobody", "delivered"), "no unknown intent 'nobody'"),
        ("dance", ("task/one",), "unknown request 'dance'"),
    ],
    ids=["from another state", "of nobody", "of an intent that is not", "of an unknown kind"],
)
def test_a_request_that_is_not_possible_is_refused_once_and_the_pass_goes_on(
    world: SmallWorld, verb: str, arguments: tuple[str, ...], said: str
) -> None:
    world.store.request(verb, arguments)
    world.finish("two")
    result = a_pass(world)
    assert [text for text in result.refused if said in text] == list(result.refused)
    assert len(result.refused) == 1
    assert result.partial
    assert state(world, "two") == "COMPLETED"
    assert [entry.text for entry in world.store.entries if entry.kind == "error"] == list(result.refused)
    assert a_pass(world).refused == ()


def test_a_transition_that_releases_closes_the_assignment(world: SmallWorld) -> None:
    world.store.record = replace(world.store.record, assignments={GIVEN.id: GIVEN})
    world.store.request("fire", ("task/one", "park"))
    a_pass(world)
    assert world.store.record.assignments == {}


@pytest.mark.parametrize(("answer", "delivered"), [("delivered", True), ("not-delivered", False)])
def test_what_a_person_says_of_a_delivery_settles_it(world: SmallWorld, answer: str, delivered: bool) -> None:
    world.store.record = replace(world.store.record, assignments={GIVEN.id: GIVEN}, intents={"abc": UNKNOWN})
    world.store.request("resolve", ("abc", answer))
    a_pass(world)
    told = world.store.record.assignments["one#1"]
    assert (told.delivered is not None, told.unknown) == (delivered, False)
    assert world.store.record.intents == {}
    assert [e.text for e in world.store.entries if "says the operator" in e.text]


def test_a_request_alone_changes_nothing_else(world: SmallWorld) -> None:
    world.finish("two")
    world.store.request("fire", ("task/one", "park"))
    assert answer_only(TEAM, world.ports).refused == ()
    assert (state(world, "one"), state(world, "two")) == ("PARKED", "PENDING")
    assert [str(intent.status) for intent in world.store.record.intents.values()] == ["open"]


def test_a_request_before_the_first_pass_gives_its_subject_a_record() -> None:
    world = SmallWorld()
    world.store.request("fire", ("task/one", "park"))
    assert answer_only(TEAM, world.ports).refused == ()
    assert (state(world, "one"), state(world, "two")) == ("PARKED", "PENDING")


def test_a_request_after_the_clock_jumped_does_not_hide_the_jump_from_the_next_pass(world: SmallWorld) -> None:
    """The next pass must look first: what it remembers was seen before the jump."""
    world.clock.wall += 3600.0
    world.store.request("fire", ("task/one", "park"))
    answer_only(TEAM, world.ports)
    world.finish("two")
    result = a_pass(world)
    assert result.gap
    assert state(world, "two") == "PENDING"
    a_pass(world)
    assert state(world, "two") == "COMPLETED"


def test_time_spent_on_a_request_counts_for_timers(world: SmallWorld) -> None:
    before = world.store.record.policy
    world.clock.pass_time(20.0)
    world.store.request("fire", ("task/one", "park"))
    answer_only(TEAM, world.ports)
    assert world.store.record.subjects["task/one"].since == before + 20.0
    world.clock.pass_time(5.0)
    a_pass(world)
    assert world.store.record.policy == before + 25.0


def test_without_a_request_nothing_is_written() -> None:
    world = SmallWorld()
    assert answer_only(TEAM, world.ports).refused == ()
    assert world.store.record == Record()
