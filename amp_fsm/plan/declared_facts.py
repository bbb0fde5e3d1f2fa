"""The operator's own facts that follow from the record; those that are seen are made in `observe.declared`."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from amp_fsm.model.facts import Fact, Truth, Why, unknown
from amp_fsm.model.project import FactSpec, Source
from amp_fsm.model.record import Assignment
from amp_fsm.plan.situation import Situation


def _queue(situation: Situation, _address: str, spec: FactSpec) -> Fact:
    waiting = [
        task.id
        for task in situation.project.tasks.values()
        if situation.state(task.address) == situation.project.machines[task.machine].initial
        and (not spec.skills or set(task.skills) <= set(spec.skills))
    ]
    return Fact(
        name=spec.name,
        truth=Truth.of(len(waiting) > spec.over),
        value=str(len(waiting)),
        evidence=f"{len(waiting)} waiting",
        source="queue",
    )


def _assignment(situation: Situation, address: str, spec: FactSpec) -> Fact:
    found: Assignment | None = situation.assignment(address)
    attempt = found.attempt if found is not None else 0
    return Fact(name=spec.name, truth=Truth.of(attempt > spec.over), value=str(attempt), source="assignment")


def _state(situation: Situation, address: str, spec: FactSpec) -> Fact:
    other = spec.subject or address
    state = situation.state(other)
    if not state:
        return unknown(spec.name, Why.UNREACHABLE, f"no subject {other}", "state")
    return Fact(name=spec.name, truth=Truth.of(state in spec.states), value=state, evidence=other, source="state")


def _age(situation: Situation, address: str, spec: FactSpec) -> Fact:
    subject = situation.subjects.get(spec.subject or address)
    if subject is None:
        return unknown(spec.name, Why.UNREACHABLE, f"no subject {spec.subject}", "age")
    elapsed = situation.now.policy - subject.since
    return Fact(name=spec.name, truth=Truth.of(elapsed > spec.over), value=f"{elapsed:.0f}s", source="age")


DECLARED: Mapping[Source, Callable[[Situation, str, FactSpec], Fact]] = {
    Source.QUEUE: _queue,
    Source.ASSIGNMENT: _assignment,
    Source.STATE: _state,
    Source.AGE: _age,
}
"""Makers of facts by source."""
