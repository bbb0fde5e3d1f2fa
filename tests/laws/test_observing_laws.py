"""An observation that takes over what an earlier one left is the observation that is made from nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from hypothesis import given, settings

from amp_fsm.model.facts import Fact, Facts
from amp_fsm.model.observed import Observed
from amp_fsm.observe.observed import observe
from tests.laws.watched_world import Change, Step, World, begun, begun_world, steps


@given(begun=begun, steps=steps)
@settings(max_examples=150, deadline=None)
def test_what_is_taken_over_is_what_would_be_observed_anew(begun: list[Change], steps: list[Step]) -> None:
    world, before, walls = begun_world(), None, set[float]()
    for change in begun:
        change(world)
    for step in steps:
        policies, wall = world.project.policies, world.wall
        for change in step.changes:
            change(world)
        world.policy, world.wall = world.policy + step.seconds, world.wall + step.seconds + step.more
        walls.add(world.wall)
        made, anew = _observed(world, before), _observed(world, None)
        assert replace(made, facts=_as_if_now(made, anew, walls)) == anew
        if before is not None and policies is world.project.policies and wall <= world.wall:
            _are_known_by_identity(made, before)
        before = made
        if step.remembered:
            _remember(world, anew)


def _observed(world: World, before: Observed | None) -> Observed:
    return observe(world.project, world.record, world.seen(), world.now, dict(world.keys), before)


def _remember(world: World, made: Observed) -> None:
    memory, record = made.memory, world.record
    world.remember(
        samples={**record.samples, **memory.samples},
        cells={**record.cells, **memory.cells},
        logs={**record.logs, **memory.logs},
        usage={**record.usage, **memory.usage},
        spent={**record.spent, **memory.spent},
    )


def _as_if_now(made: Observed, anew: Observed, walls: set[float]) -> Mapping[str, Facts]:
    """Return the facts with the time of this look, where they have that of an earlier one; no other time changes."""

    def looked_at(fact: Fact, now: Fact | None) -> Fact:
        return replace(fact, at=now.at) if now is not None and now.at == anew.at and fact.at in walls else fact

    return {
        address: {name: looked_at(fact, anew.facts.get(address, {}).get(name)) for name, fact in facts.items()}
        for address, facts in made.facts.items()
    }


def _are_known_by_identity(made: Observed, before: Observed) -> None:
    """Facts are the very same object if they say the same as before, of the same moment."""
    for address, facts in made.facts.items():
        earlier = before.facts.get(address)
        if earlier is not None and facts is not earlier:
            assert _said(facts, earlier, made.at) != earlier, f"{address} was made anew for nothing"


def _said(facts: Facts, before: Facts, looked: float) -> Facts:
    """Return the facts, those of this very look with the moment that they had before."""

    def as_before(name: str, fact: Fact) -> Fact:
        return replace(fact, at=before[name].at) if fact.at == looked and name in before else fact

    return {name: as_before(name, fact) for name, fact in facts.items()}
