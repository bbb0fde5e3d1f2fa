"""Machines: definitions as data, which `config` builds and `plan` goes by.

They are imported from here.  What fires their transitions is `compiled`, for `plan` alone.
"""

from amp_fsm.model.machine.action import COMMIT_ONLY, UPKEEP, ActionSpec, Verb
from amp_fsm.model.machine.budget import UNLIMITED, Budget, Exhausted
from amp_fsm.model.machine.states import MachineSpec, Since, StateSpec, TimerSpec, TransitionSpec, leaves

__all__ = [
    "COMMIT_ONLY",
    "UNLIMITED",
    "UPKEEP",
    "ActionSpec",
    "Budget",
    "Exhausted",
    "MachineSpec",
    "Since",
    "StateSpec",
    "TimerSpec",
    "TransitionSpec",
    "Verb",
    "leaves",
]
