"""The situation of one pass: desired, observed and record side by side, with the indexes that planning needs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from amp_fsm.model.machine.compiled import CompiledMachine
from amp_fsm.model.observed import Observed
from amp_fsm.model.project import AgentSpec, Project, ServiceSpec, TaskSpec
from amp_fsm.model.record import Assignment, Record, SubjectRecord
from amp_fsm.model.time import Now
from amp_fsm.plan.rules import Rules, StateRules, rules_of

DONE = "COMPLETED"
"""The state of a task that meets the needs of others."""

LOST = frozenset({"FAILED", "CANCELLED"})
"""States of a task in which it cannot meet anybody's needs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """Everything a decision may depend on.  One value per pass; nothing in it changes while the plan is made.

    Attributes:
        subjects: every subject's record, new ones in their initial state included, in the order of their addresses.
        born: the new ones.  dropped: recorded subjects that the configuration no longer names and nothing holds.
        lost: recorded subjects that the configuration no longer names but that still hold something.
        by_agent, by_task: the open assignment of an agent or a task, by name.
    """

    project: Project
    observed: Observed
    record: Record
    now: Now
    rules: Mapping[str, Rules]
    subjects: Mapping[str, SubjectRecord]
    specs: Mapping[str, AgentSpec | TaskSpec | ServiceSpec]
    born: tuple[SubjectRecord, ...]
    dropped: tuple[str, ...]
    lost: tuple[str, ...]
    by_agent: Mapping[str, Assignment]
    by_task: Mapping[str, Assignment]

    def machine(self, address: str) -> CompiledMachine:
        """Return the machine of a subject that the configuration names."""
        return self.rules[self.specs[address].machine].machine

    def state_rules(self, address: str) -> StateRules:
        """Return what its present state means for a subject that the configuration names."""
        return self.rules[self.specs[address].machine].states[self.subjects[address].state]

    def is_final(self, address: str) -> bool:
        """Return whether a subject that the configuration names has come to an end; one of an unknown state has not."""
        spec = self.rules[self.specs[address].machine].states.get(self.subjects[address].state)
        return spec is not None and spec.final

    def assignment(self, address: str) -> Assignment | None:
        """Return the open assignment of an agent or a task, if it has one."""
        kind, _, name = address.partition("/")
        index = self.by_agent if kind == "agent" else self.by_task if kind == "task" else {}
        return index.get(name)

    def state(self, address: str) -> str:
        """Return a subject's recorded state, empty for a subject that does not exist."""
        subject = self.subjects.get(address)
        return subject.state if subject is not None else ""


def situate(project: Project, observed: Observed, record: Record, now: Now) -> Situation:
    """Return the situation, with a record for every configured subject."""
    specs = dict(_specs(project))
    subjects: dict[str, SubjectRecord] = {}
    born: list[SubjectRecord] = []
    for address, spec in specs.items():
        known = record.subjects.get(address)
        if known is None:
            initial = project.machines[spec.machine].initial
            known = SubjectRecord(
                address=address, state=initial, since=now.policy, since_wall=now.wall, because="new", born=now.policy
            )
            born.append(known)
        subjects[address] = known
    assignments = record.assignments.values()
    by_agent = {assignment.agent: assignment for assignment in assignments}
    by_task = {assignment.task: assignment for assignment in assignments}
    gone = [address for address in record.subjects if address not in specs]
    lost = tuple(address for address in gone if _holds_something(address, by_agent, by_task))
    return Situation(
        project=project,
        observed=observed,
        record=record,
        now=now,
        rules={name: rules_of(machine) for name, machine in project.machines.items()},
        subjects=subjects,
        specs=specs,
        born=tuple(born),
        dropped=tuple(address for address in gone if address not in lost),
        lost=lost,
        by_agent=by_agent,
        by_task=by_task,
    )


def renamed(situation: Situation, subject: SubjectRecord) -> SubjectRecord | None:
    """Return the subject under its machine's present names; None: its state is not one of the machine's."""
    spec = situation.machine(subject.address).spec
    if subject.state in spec.states:
        return subject
    now_called = spec.renamed.get(subject.state)
    return replace(subject, state=now_called) if now_called in spec.states and now_called else None


def _specs(project: Project) -> Iterator[tuple[str, AgentSpec | TaskSpec | ServiceSpec]]:
    for service in project.services.values():
        yield service.address, service
    for agent in project.agents.values():
        yield agent.address, agent
    for task in project.tasks.values():
        yield task.address, task


def _holds_something(address: str, by_agent: Mapping[str, Assignment], by_task: Mapping[str, Assignment]) -> bool:
    kind, _, name = address.partition("/")
    return name in (by_agent if kind == "agent" else by_task if kind == "task" else {})
