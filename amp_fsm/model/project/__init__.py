"""Desired: everything one configuration asks for, merged, checked and typed.  Made by `config`, read by all.

All of it is imported from here; one module per part of the configuration says what it holds.
"""

from amp_fsm.model.project.approval import ApprovalSpec
from amp_fsm.model.project.http_expect import HttpExpect
from amp_fsm.model.project.own_fact import FactSpec, Source
from amp_fsm.model.project.policies import Allowance, OnLimit, Policies
from amp_fsm.model.project.project import ERRANDS, PROPOSALS, MachineTest, Project
from amp_fsm.model.project.succession import HandOverAt, SuccessionSpec
from amp_fsm.model.project.team import AgentSpec, ServiceSpec, TmuxSpec
from amp_fsm.model.project.work import CheckSpec, Deadline, Deliverable, KindSpec, Priority, TaskSpec

__all__ = [
    "ERRANDS",
    "PROPOSALS",
    "AgentSpec",
    "Allowance",
    "ApprovalSpec",
    "CheckSpec",
    "Deadline",
    "Deliverable",
    "FactSpec",
    "HandOverAt",
    "HttpExpect",
    "KindSpec",
    "MachineTest",
    "OnLimit",
    "Policies",
    "Priority",
    "Project",
    "ServiceSpec",
    "Source",
    "SuccessionSpec",
    "TaskSpec",
    "TmuxSpec",
]
