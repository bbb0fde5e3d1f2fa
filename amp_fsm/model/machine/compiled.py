"""Machines compiled onto one shared `transitions.Machine` each.  Only importer of `transitions`.

The library moves a model from state to state; which transition fires is decided by `model.step`, from guards that are
data.  Callbacks only append actions to the model: the library changes the state before `on_enter` and never rolls
back, so no effect may live in a callback.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from amp_fsm.model.machine.action import ActionSpec
from amp_fsm.model.machine.states import MachineSpec, StateSpec, TimerSpec, TransitionSpec


class _Subject:
    """The model of one firing: never registered with the machine, so a firing costs microseconds, not kilobytes."""

    __slots__ = ("actions", "state", "transition")

    def __init__(self, state: str, transition: TransitionSpec | TimerSpec) -> None:
        self.state = state
        self.transition = transition
        self.actions: list[ActionSpec] = []


@dataclass(frozen=True, slots=True, kw_only=True)
class Fired:
    """What a firing yields: the new state and the actions, those of the transition before those of `on_enter`."""

    to: str
    actions: tuple[ActionSpec, ...]


class CompiledMachine:
    """A machine definition on one shared `transitions.Machine`.

    The caller may rely on: `fire` has no effect but its return value, and one instance serves any number of subjects.
    """

    def __init__(self, spec: MachineSpec) -> None:
        """Compile `spec`, whose references must be valid (lint has seen to it).

        Raises:
            ValueError: a transition leads to a state that is not declared.
        """
        self.spec = spec
        self.leaving = {name: spec.leaving(name) for name in spec.states}
        for name, _, target in self._ways():
            if target not in spec.states:
                message = f"{name!r} leads to {target!r}, which is not a state of {spec.name!r}"
                raise ValueError(message)

    @cached_property
    def _machine(self) -> Any:
        """The machine of the library, made when something is fired for the first time: most passes fire nothing."""
        from transitions import Machine as TransitionsMachine

        machine: Any = TransitionsMachine(
            model=None,
            states=[self._state(state) for state in self.spec.states.values()],
            initial=self.spec.initial,
            auto_transitions=False,
            queued=False,
            send_event=True,
        )
        for name, source, target in self._ways():
            machine.add_transition(name, source, target, before=_append_own_actions)
        return machine

    def _ways(self) -> Iterator[tuple[str, str, str]]:
        """Yield every way that leads from a state to another: its name and both states."""
        for state in self.spec.states:
            for transition in self.leaving[state]:
                yield transition.name, state, transition.to
                if transition.budget.then is not None:
                    yield _spent(transition.name), state, transition.budget.then.to
            for timer in self.spec.states[state].timers:
                if timer.to:
                    yield timer.name, state, timer.to
                if timer.budget.then is not None:
                    yield _spent(timer.name), state, timer.budget.then.to

    def fire(self, state: str, chosen: TransitionSpec | TimerSpec, *, spent: bool = False) -> Fired:
        """Return where `chosen` leads from `state` and the actions of the move.

        `spent` takes the way of an exhausted budget instead (`then`).

        Raises:
            ValueError: `chosen` does not leave `state`.
        """
        subject = _Subject(state, chosen)
        name = _spent(chosen.name) if spent else chosen.name
        event = self._machine.events.get(name)
        if event is None or state not in event.transitions:
            message = f"no transition {chosen.name!r} leaves {state!r}"
            raise ValueError(message)
        event.trigger(subject)
        return Fired(to=subject.state, actions=tuple(subject.actions))

    def _state(self, spec: StateSpec) -> dict[str, Any]:
        def enter(event: Any) -> None:
            event.model.actions.extend(spec.on_enter)

        return {"name": spec.name, "on_enter": [enter]}


def _append_own_actions(event: Any) -> None:
    chosen = event.model.transition
    if event.event.name == _spent(chosen.name):
        event.model.actions.extend(chosen.budget.then.do)
    else:
        event.model.actions.extend(chosen.do)


def _spent(name: str) -> str:
    return f"{name} (budget spent)"
