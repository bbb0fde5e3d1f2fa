"""Laws of the winning rule, for any list of transitions and any facts."""

from __future__ import annotations

from hypothesis import assume, given
from hypothesis import strategies as st

from amp_fsm.model.chooser import Chooser
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


@given(lists, st.lists(worlds, min_size=1, max_size=8))
def test_a_compiled_rule_says_what_the_rule_says(
    transitions: tuple[TransitionSpec, ...], asked: list[dict[str, Truth]]
) -> None:
    chooser = Chooser(transitions)
    for world in asked:
        facts = {name: found for name, found in as_facts(world).items() if found.truth is not Truth.UNKNOWN}
        assert chooser.choose(facts) == choose(transitions, facts)


@given(lists, worlds)
def test_a_compiled_rule_asks_for_no_fact_twice(
    transitions: tuple[TransitionSpec, ...], world: dict[str, Truth]
) -> None:
    asked = Asked(as_facts(world))
    Chooser(transitions).choose(asked)
    assert len(asked.names) == len(set(asked.names))


class Asked(dict[str, Fact]):
    """Facts that remember who asked for them."""

    def __init__(self, facts: dict[str, Fact]) -> None:
        super().__init__(facts)
        self.names: list[str] = []

    def get(self, name: str, default: object = None) -> Fact:
        self.names.append(name)
        return self[name]
