"""Machines as data: states, the ways out of them, and timers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from amp_fsm.model.guards import ALWAYS, Guard
from amp_fsm.model.machine.action import ActionSpec
from amp_fsm.model.machine.budget import PER_STAY, UNLIMITED, Budget


class Since(StrEnum):
    """What a timer counts from."""

    ENTRY = "entry"  # the subject came into its state
    DELIVERY = "delivery"  # the last prompt was delivered
    PROGRESS = "progress"  # anything about the subject changed, or it came into its state


@dataclass(frozen=True, slots=True, kw_only=True)
class TransitionSpec:
    """One named way out of a state.

    Attributes:
        sources: the states it leaves; empty means any but `excluded`, its own target and final states.
        manual: only `fire` takes it.
    """

    name: str
    to: str
    sources: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    when: Guard = ALWAYS
    do: tuple[ActionSpec, ...] = ()
    budget: Budget = UNLIMITED
    manual: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TimerSpec:
    """Something that happens after a while in a state: a move (`to`), actions, or both.

    Attributes:
        seconds: the delay, or the period when `repeats`.
        when: evaluated anew while the timer is due; unknown keeps it waiting.
        to: empty: the timer acts without moving the subject.
    """

    name: str
    seconds: float
    repeats: bool = False
    since: Since = Since.ENTRY
    when: Guard = ALWAYS
    to: str = ""
    do: tuple[ActionSpec, ...] = ()
    budget: Budget = PER_STAY


@dataclass(frozen=True, slots=True, kw_only=True)
class StateSpec:
    """One state, with its transitions and timers in order of priority."""

    name: str
    final: bool = False
    on_enter: tuple[ActionSpec, ...] = ()
    transitions: tuple[TransitionSpec, ...] = ()
    timers: tuple[TimerSpec, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineSpec:
    """A machine definition: `agent`, `task` or `service`.

    Attributes:
        transitions: machine-level ones; they come before every state's own.
        renamed: old state name to new one, for records written under an earlier definition.
    """

    name: str
    initial: str
    states: Mapping[str, StateSpec]
    transitions: tuple[TransitionSpec, ...] = ()
    renamed: Mapping[str, str] = field(default_factory=dict)

    def leaving(self, state: str) -> tuple[TransitionSpec, ...]:
        """Return every transition that can leave `state`, in order of priority, manual ones included."""
        spec = self.states[state]
        if spec.final:
            return ()
        general = tuple(t for t in self.transitions if leaves(t, state))
        return general + spec.transitions


def leaves(transition: TransitionSpec, state: str) -> bool:
    """Return whether a machine-level transition leaves `state`; one from any never leads into its own target."""
    if transition.sources:
        return state in transition.sources
    return state not in transition.excluded and state != transition.to
