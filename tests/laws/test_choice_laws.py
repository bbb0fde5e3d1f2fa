"""Laws of the winning rule, for any list of transitions and any facts."""

from __future__ import annotations

from hypothesis import assume, given
from hypothesis import strategies as st

from amp_fsm.model.facts import Fact, Truth
from amp_fsm.model.guards import Guard, all_of, any_of, evaluate, fact, not_
from amp_fsm.model.machine import TransitionSpec
from amp_fsm.model.step import choose

NAMES = ("a", "b", "c", "d")

guards: st.SearchStrategy[Guard] = st.recursive(
    st.sampled_from(NAMES).map(fact),
    lambda inner: st.one_of(
        inner.map(not_),
        st.lists(inner, max_size=3).map(lambda parts: all_of(*parts)),
        st.lists(inner, max_size=3).map(lambda parts: any_of(*parts)),
    ),
    max_leaves=6,
)
lists = st.lists(guards, max_size=5).map(
    lambda found: tuple(TransitionSpec(name=f"t{place}", to="X", when=guard) for place, guard in enumerate(found))
)
worlds = st.fixed_dictionaries({name: st.sampled_from(Truth) for name in NAMES})
fillings = st.fixed_dictionaries({name: st.sampled_from((Truth.TRUE, Truth.FALSE)) for name in NAMES})


def as_facts(world: dict[str, Truth]) -> dict[str, Fact]:
    return {name: Fact(name=name, truth=truth) for name, truth in world.items()}


def fill(world: dict[str, Truth], filling: dict[str, Truth]) -> dict[str, Truth]:
    return {name: filling[name] if truth is Truth.UNKNOWN else truth for name, truth in world.items()}


@given(lists, worlds, fillings)
def test_learning_more_never_changes_what_fired(
    transitions: tuple[TransitionSpec, ...], world: dict[str, Truth], filling: dict[str, Truth]
) -> None:
    fired = choose(transitions, as_facts(world)).transition
    assume(fired is not None)
    assert choose(transitions, as_facts(fill(world, filling))).transition == fired


@given(lists, worlds)
def test_unknown_never_fires(transitions: tuple[TransitionSpec, ...], world: dict[str, Truth]) -> None:
    fired = choose(transitions, as_facts(world)).transition
    assert fired is None or evaluate(fired.when, as_facts(world)) is Truth.TRUE


@given(guards, worlds, fillings)
def test_a_definite_guard_stays_as_it_is(guard: Guard, world: dict[str, Truth], filling: dict[str, Truth]) -> None:
    before = evaluate(guard, as_facts(world))
    assume(before is not Truth.UNKNOWN)
    assert evaluate(guard, as_facts(fill(world, filling))) is before


@given(lists, worlds)
def test_when_everything_is_known_nothing_is_waited_for(
    transitions: tuple[TransitionSpec, ...], world: dict[str, Truth]
) -> None:
    assume(Truth.UNKNOWN not in world.values())
    assert choose(transitions, as_facts(world)).waiting_for is None
