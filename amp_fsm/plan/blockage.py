"""What kind of blockage holds an agent up, from what is recorded.  Pure."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from amp_fsm.model.profile import ScreenState
from amp_fsm.model.project import AgentSpec, Project
from amp_fsm.model.record import Record


class Blockage(StrEnum):
    """Why an agent does not get on."""

    DIALOG = "dialog"  # a dialog is up, and nobody has answered it
    QUESTION = "question"  # it says that it is blocked, or asks for help
    LIMIT = "limit"  # its allowance is used up
    SERVICE = "service"  # a service that it requires is down
    CONTEXT = "context"  # its context is full
    DEAD = "dead"  # its program is not there
    ERROR = "error"  # its turn ended in an error
    UNREADABLE = "unreadable"  # it could not be seen or recognised
    DELIVERY = "delivery"  # whether its prompt arrived is for a person to say
    NO_PROGRESS = "no progress"  # it holds a task, and nothing moves


_SHOWN: Mapping[str, Blockage] = {
    "gone": Blockage.DEAD,
    ScreenState.BLOCKED: Blockage.DIALOG,
    ScreenState.LIMITED: Blockage.LIMIT,
    ScreenState.ERRORED: Blockage.ERROR,
}
_STUCK = frozenset({"BLOCKED", "ASKING", "ESCALATED"})
"""States of the built-in machine in which a task does not get on."""


def blockage_of(project: Project, record: Record, agent: AgentSpec) -> Blockage | None:
    """Return what holds an agent up as of the last pass; None: nothing does, or nothing tells."""
    sample, subject = record.samples.get(agent.name), record.subjects.get(agent.address)
    if sample is None or subject is None or _over(project, agent, subject.state):
        return None
    if sample.blind is not None:
        return Blockage.UNREADABLE
    held = next((held for held in record.assignments.values() if held.agent == agent.name), None)
    waits = sample.state in ("gone", ScreenState.IDLE) and (held is not None or sample.state == "gone")
    if waits and service_down(project, record, agent):
        return Blockage.SERVICE
    if sample.state in _SHOWN:
        return _SHOWN[sample.state]
    if held is None:
        return None
    if held.unknown:
        return Blockage.DELIVERY
    usage = record.usage.get(agent.name)
    if usage is not None and usage.full:
        return Blockage.CONTEXT
    if subject.state not in _STUCK:
        return None
    says = any(fact in subject.because for fact in ("claims_blocked", "asks_help"))
    return Blockage.QUESTION if says or subject.state == "ASKING" else Blockage.NO_PROGRESS


def _over(project: Project, agent: AgentSpec, state: str) -> bool:
    known = project.machines[agent.machine].states.get(state)
    return known is not None and known.final


def service_down(project: Project, record: Record, agent: AgentSpec) -> str:
    """Return the first service that an agent requires and that was not up after the last pass; empty: none."""
    for name in agent.requires:
        subject = record.subjects.get(f"service/{name}")
        if subject is not None and name in project.services and subject.state != "UP":
            return name
    return ""
