"""Machines: definitions compiled onto one shared library machine, with no effect but the returned value."""

from __future__ import annotations

import pytest

from amp_fsm.model.machine import (
    ActionSpec,
    Budget,
    Exhausted,
    MachineSpec,
    StateSpec,
    TimerSpec,
    TransitionSpec,
    Verb,
)
from amp_fsm.model.machine.compiled import CompiledMachine, Fired

NOTE = ActionSpec(verb=Verb.NOTIFY, what="operator")
SEND = ActionSpec(verb=Verb.SEND, what="hello")
RUN = ActionSpec(verb=Verb.RUN, what="checks")
GO = TransitionSpec(name="go", to="BUSY", do=(SEND,), budget=Budget(most=1, then=Exhausted(to="STUCK", do=(NOTE,))))
LATE = TimerSpec(name="late", seconds=60, to="STUCK", do=(NOTE,))
ANYWAY = TransitionSpec(name="anyway", to="STUCK", excluded=("IDLE",))

SPEC = MachineSpec(
    name="agent",
    initial="IDLE",
    transitions=(ANYWAY,),
    states={
        "IDLE": StateSpec(name="IDLE", transitions=(GO,)),
        "BUSY": StateSpec(name="BUSY", on_enter=(RUN,), timers=(LATE,)),
        "STUCK": StateSpec(name="STUCK"),
        "END": StateSpec(name="END", final=True),
    },
)


def test_a_transition_does_its_own_actions_before_those_of_the_state_it_enters() -> None:
    assert CompiledMachine(SPEC).fire("IDLE", GO) == Fired(to="BUSY", actions=(SEND, RUN))


def test_a_spent_budget_takes_its_own_way() -> None:
    assert CompiledMachine(SPEC).fire("IDLE", GO, spent=True) == Fired(to="STUCK", actions=(NOTE,))


def test_a_timer_that_moves_is_a_transition_too() -> None:
    assert CompiledMachine(SPEC).fire("BUSY", LATE) == Fired(to="STUCK", actions=(NOTE,))


def test_firing_leaves_nothing_behind() -> None:
    machine = CompiledMachine(SPEC)
    assert machine.fire("IDLE", GO) == machine.fire("IDLE", GO)


def test_a_transition_from_any_leaves_neither_its_own_target_nor_what_is_excepted_nor_a_final_state() -> None:
    leaving = {state: [t.name for t in SPEC.leaving(state)] for state in SPEC.states}
    assert leaving == {"IDLE": ["go"], "BUSY": ["anyway"], "STUCK": [], "END": []}


def test_a_transition_that_does_not_leave_the_state_is_refused() -> None:
    with pytest.raises(ValueError, match="no transition 'go' leaves 'BUSY'"):
        CompiledMachine(SPEC).fire("BUSY", GO)


def test_a_target_that_is_not_a_state_is_refused() -> None:
    lost = MachineSpec(
        name="agent", initial="A", states={"A": StateSpec(name="A", transitions=(TransitionSpec(name="x", to="B"),))}
    )
    with pytest.raises(ValueError, match="'B', which is not a state"):
        CompiledMachine(lost)
