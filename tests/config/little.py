"""Small projects and machines built by hand, and every world that the standard classifications allow, for tests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product

from amp_fsm.model.facts import Fact, Truth
from amp_fsm.model.machine import MachineSpec, StateSpec, TransitionSpec
from amp_fsm.model.project import FactSpec, Project, TmuxSpec
from amp_fsm.model.standard import EXCLUSIVE, IMPLIES


def project(*machines: MachineSpec, facts: Sequence[FactSpec] = ()) -> Project:
    return Project(
        name="little",
        root="/r",
        store="/s",
        source="little.yaml",
        digest="",
        tmux=TmuxSpec(session="little"),
        machines={machine.name: machine for machine in machines},
        facts={fact.name: fact for fact in facts},
    )


def machine(states: Mapping[str, Sequence[TransitionSpec]], name: str = "little") -> MachineSpec:
    specs = {state: StateSpec(name=state, transitions=tuple(ways)) for state, ways in states.items()}
    return MachineSpec(name=name, initial=next(iter(states)), states=specs)


def worlds(names: Sequence[str]) -> Iterator[dict[str, Fact]]:
    """Yield every two-valued world over the names that breaks no classification, found by trying all."""
    for values in product((True, False), repeat=len(names)):
        world = dict(zip(names, values, strict=True))
        if consistent({name for name, value in world.items() if value}, set(names)):
            yield {name: Fact(name=name, truth=Truth.of(value)) for name, value in world.items()}


def consistent(true: set[str], names: set[str]) -> bool:
    implied = true | {IMPLIES[name] for name in true if name in IMPLIES}
    one_each = all(len(group & implied) <= 1 for group in EXCLUSIVE)
    return one_each and not (implied - true) & names
