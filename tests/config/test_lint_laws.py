"""Laws of the machine lint, against every world tried one by one."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from amp_fsm.config.lint.cycles import lint_cycles
from amp_fsm.config.lint.shadowing import can_fire
from amp_fsm.config.lint.worlds import possible
from amp_fsm.model.facts import Fact, Truth
from amp_fsm.model.guards import Guard, all_of, any_of, evaluate, fact, not_
from amp_fsm.model.machine import TransitionSpec
from amp_fsm.model.step import choose
from tests.config.little import machine, project, worlds

NAMES = ("busy", "gone", "turn_over", "at_prompt", "has_task", "claims_done", "claims_idle")
WORLDS = tuple(worlds(NAMES))
STATES = ("A", "B", "C")

guards: st.SearchStrategy[Guard] = st.recursive(
    st.sampled_from(NAMES).map(fact),
    lambda inner: st.one_of(
        inner.map(not_),
        st.lists(inner, max_size=3).map(lambda parts: all_of(*parts)),
        st.lists(inner, max_size=3).map(lambda parts: any_of(*parts)),
    ),
    max_leaves=5,
)
transitions = st.builds(
    TransitionSpec,
    name=st.sampled_from(("one", "two", "three")),
    to=st.sampled_from(STATES),
    when=guards,
    manual=st.sampled_from((False, False, False, True)),
)
lists = st.lists(transitions, min_size=1, max_size=4)


@given(lists)
def test_exactly_the_transitions_that_no_world_lets_fire_are_shadowed(ways: list[TransitionSpec]) -> None:
    fired = {id(choose(ways, world).transition) for world in WORLDS}
    for place, way in enumerate(ways):
        assert way.manual or can_fire(ways, place) is (id(way) in fired)


@given(lists, st.data())
def test_a_transition_that_fires_while_facts_are_unknown_is_not_called_shadowed(
    ways: list[TransitionSpec], data: st.DataObject
) -> None:
    world = data.draw(st.sampled_from(WORLDS))
    blanks = data.draw(st.sets(st.sampled_from(NAMES)))
    facts = world | {name: Fact(name=name, truth=Truth.UNKNOWN) for name in blanks}
    fired = choose(ways, facts).transition
    assert fired is None or any(can_fire(ways, place) for place, way in enumerate(ways) if way is fired)


@given(st.fixed_dictionaries({state: st.lists(transitions, max_size=3) for state in STATES}))
def test_a_circle_is_found_exactly_when_some_world_turns_one(states: dict[str, list[TransitionSpec]]) -> None:
    turns = any(_turns(states, start, world) for world in WORLDS for start in STATES)
    assert bool(tuple(lint_cycles(project(machine(states))))) is turns


def _turns(states: dict[str, list[TransitionSpec]], state: str, world: dict[str, Fact]) -> bool:
    for _ in range(len(STATES) + 1):
        chosen = choose(states[state], world).transition
        if chosen is None:
            return False
        state = chosen.to
    return True


@given(guards, st.booleans(), st.sampled_from(NAMES), st.booleans())
def test_a_demand_is_possible_exactly_when_some_world_meets_it(
    guard: Guard, wanted: bool, name: str, value: bool
) -> None:
    met = any(
        (evaluate(guard, world) is Truth.TRUE) is wanted and (world[name].truth is Truth.TRUE) is value
        for world in WORLDS
    )
    assert possible([(guard, wanted)], {name: value}) is met


def test_a_question_that_takes_too_long_is_left_open() -> None:
    guard = all_of(*(any_of(fact(f"x{n}"), fact(f"y{n}")) for n in range(40)), not_(fact("x0")), not_(fact("y0")))
    assert possible([(guard, True)], most=3)
    assert not possible([(guard, True)], most=3, undecided=False)
