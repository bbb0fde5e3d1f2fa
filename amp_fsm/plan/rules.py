"""What a state of a machine means for planning, worked out once for all subjects and passes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from amp_fsm.model.chooser import Chooser
from amp_fsm.model.guards import Guard, fact_names
from amp_fsm.model.machine import MachineSpec, Since, StateSpec, TimerSpec, TransitionSpec, Verb
from amp_fsm.model.machine.compiled import CompiledMachine
from amp_fsm.model.standard import WORK

WORK_FACTS = frozenset(WORK)

MACHINES = 64
"""Machines that are kept compiled: far more than a configuration has."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StateRules:
    """One state.

    Attributes:
        leaving: every transition that can leave it, in order of priority.  chooser: says which of them fires.
        bounded: those of them that have a budget.
        assigns: one of them gives a task to an agent.  takes: one of them waits for an offer.
        names: every fact that a guard of it may ask for.
        follows_progress: one of its timers counts from the last progress.
    """

    leaving: tuple[TransitionSpec, ...]
    chooser: Chooser
    timers: tuple[TimerSpec, ...]
    final: bool
    bounded: tuple[TransitionSpec, ...]
    assigns: bool
    takes: bool
    names: frozenset[str]
    follows_progress: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """One machine, with the rules of its states by their names.

    Attributes:
        judging: states that run checks, or whose own transitions depend on deliverables or checks.
    """

    machine: CompiledMachine
    states: Mapping[str, StateRules]
    judging: frozenset[str]


def rules_of(machine: MachineSpec) -> Rules:
    """Return the rules of a machine: the very same for the very same machine."""
    return _compiled(_Same(machine))


class _Same:
    """A machine as a key: equal to itself alone, and kept for as long as it is one."""

    __slots__ = ("machine",)

    def __init__(self, machine: MachineSpec) -> None:
        self.machine = machine

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.machine is self.machine

    def __hash__(self) -> int:
        return id(self.machine)


@lru_cache(maxsize=MACHINES)
def _compiled(key: _Same) -> Rules:
    compiled = CompiledMachine(key.machine)
    return Rules(
        machine=compiled,
        states={name: _state(compiled, name) for name in key.machine.states},
        judging=frozenset(state.name for state in key.machine.states.values() if _judges(state)),
    )


def _state(compiled: CompiledMachine, name: str) -> StateRules:
    leaving, spec = compiled.leaving[name], compiled.spec.states[name]
    return StateRules(
        leaving=leaving,
        chooser=Chooser(leaving),
        timers=spec.timers,
        final=spec.final,
        bounded=tuple(one for one in leaving if one.budget.most or one.budget.backoff),
        assigns=any(action.verb is Verb.ASSIGN for one in leaving for action in one.do),
        takes=any("offered" in fact_names(one.when) for one in leaving),
        names=frozenset(name for guard in _guards(leaving, spec.timers) for name in fact_names(guard)),
        follows_progress=any(timer.since is Since.PROGRESS for timer in spec.timers),
    )


def _guards(leaving: tuple[TransitionSpec, ...], timers: tuple[TimerSpec, ...]) -> Iterator[Guard]:
    yield from (one.when for one in leaving)
    yield from (timer.when for timer in timers)


def _judges(state: StateSpec) -> bool:
    names = (name for guard in _guards(state.transitions, state.timers) for name in fact_names(guard))
    return any(action.verb is Verb.RUN for action in state.on_enter) or not WORK_FACTS.isdisjoint(names)
