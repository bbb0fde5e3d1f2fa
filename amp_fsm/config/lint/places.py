"""Where the parts of a machine stand in the configuration: specs side by side with their key paths."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from amp_fsm.model.errand import MACHINE as ERRAND
from amp_fsm.model.guards import Guard, Op
from amp_fsm.model.machine import ActionSpec, MachineSpec, TimerSpec, TransitionSpec, Verb, leaves
from amp_fsm.model.project import AgentSpec, Project, ServiceSpec, TaskSpec

Path = tuple[str | int, ...]

BARE = frozenset({Verb.START, Verb.ASSIGN, Verb.RELEASE})
"""Verbs written as a single word; the others are keys."""

KINDS = ("agent", "task", "service")


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A transition or timer and its place; `state` is empty for a machine-level transition."""

    spec: TransitionSpec | TimerSpec
    path: Path
    state: str = ""

    @property
    def word(self) -> str:
        """What to call it in a message."""
        return f"{'timer' if isinstance(self.spec, TimerSpec) else 'transition'} `{self.spec.name}`"


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """One way from state to state, and what opens it; `spent`: it is the `then` of a budget."""

    source: str
    target: str
    by: Placed
    spent: bool = False


def placed(machine: MachineSpec) -> Iterator[Placed]:
    """Yield every transition and timer of a machine."""
    root: Path = ("machines", machine.name)
    for place, transition in enumerate(machine.transitions):
        yield Placed(spec=transition, path=(*root, "transitions", place))
    for name, state in machine.states.items():
        for place, transition in enumerate(state.transitions):
            yield Placed(spec=transition, path=(*root, "states", name, "transitions", place), state=name)
        for place, timer in enumerate(state.timers):
            yield Placed(spec=timer, path=(*root, "states", name, "timers", place), state=name)


def leaving(machine: MachineSpec, state: str) -> tuple[Placed, ...]:
    """Return the transitions that can leave a state, in order of priority, as `MachineSpec.leaving` has them."""
    if machine.states[state].final:
        return ()
    found = [item for item in placed(machine) if isinstance(item.spec, TransitionSpec)]
    general = [item for item in found if not item.state and leaves_state(item, state)]
    return (*general, *(item for item in found if item.state == state))


def leaves_state(item: Placed, state: str) -> bool:
    """Return whether a machine-level transition leaves `state`."""
    return isinstance(item.spec, TransitionSpec) and leaves(item.spec, state)


def edges(machine: MachineSpec) -> Iterator[Edge]:
    """Yield every way from state to state, in order of priority; targets need not exist."""
    for name, state in machine.states.items():
        if state.final:
            continue
        timers = [item for item in placed(machine) if isinstance(item.spec, TimerSpec) and item.state == name]
        for item in (*leaving(machine, name), *timers):
            if item.spec.to:
                yield Edge(source=name, target=item.spec.to, by=item)
            if item.spec.budget.then is not None:
                yield Edge(source=name, target=item.spec.budget.then.to, by=item, spent=True)


def actions(machine: MachineSpec) -> Iterator[tuple[ActionSpec, Path]]:
    """Yield every action of a machine with its place."""
    for name, state in machine.states.items():
        yield from _numbered(state.on_enter, ("machines", machine.name, "states", name, "on_enter"))
    for item in placed(machine):
        yield from own_actions(item)


def own_actions(item: Placed) -> Iterator[tuple[ActionSpec, Path]]:
    """Yield the actions of one transition or timer, those for when its budget is spent included."""
    yield from _numbered(item.spec.do, (*item.path, "do"))
    if item.spec.budget.then is not None:
        yield from _numbered(item.spec.budget.then.do, (*item.path, "then", "do"))


def _numbered(specs: tuple[ActionSpec, ...], path: Path) -> Iterator[tuple[ActionSpec, Path]]:
    for place, action in enumerate(specs):
        yield action, (*path, place)


def word_path(action: ActionSpec, path: Path) -> Path:
    """Return the place of what an action says, given the place of the action."""
    return path if action.verb in BARE else (*path, action.verb.value)


def guard_names(guard: Guard, path: Path) -> Iterator[tuple[str, Path]]:
    """Yield every fact name of a guard with its place."""
    if guard.op is Op.FACT:
        yield guard.name, path
    elif guard.op is Op.NOT:
        yield from guard_names(guard.of[0], (*path, "not"))
    else:
        for place, part in enumerate(guard.of):
            yield from guard_names(part, (*path, guard.op.value, place))


def machine_kinds(project: Project) -> Mapping[str, tuple[str, ...]]:
    """Return the kinds of subject that use each machine; a machine that nobody uses is of the kind it is named for."""
    users = {
        "agent": {agent.machine for agent in project.agents.values()},
        "task": {ERRAND, *(task.machine for task in project.tasks.values())},
        "service": {service.machine for service in project.services.values()},
    }
    return {
        name: tuple(kind for kind in KINDS if name in users[kind]) or tuple(kind for kind in KINDS if kind == name)
        for name in project.machines
    }


def used_machines(project: Project) -> frozenset[str]:
    """Return the names of the machines that some subject has."""
    subjects: tuple[AgentSpec | TaskSpec | ServiceSpec, ...] = (
        *project.agents.values(),
        *project.tasks.values(),
        *project.services.values(),
    )
    return frozenset(subject.machine for subject in subjects)


def used_actions(project: Project) -> Iterator[tuple[ActionSpec, Path]]:
    """Yield every action of the machines that some subject has, with its place."""
    used = used_machines(project)
    for machine in project.machines.values():
        if machine.name in used:
            yield from actions(machine)
