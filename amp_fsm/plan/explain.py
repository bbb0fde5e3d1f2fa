"""Why a subject is in its state and what would move it: the very values that the plan was made from, printed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations, product

from amp_fsm.errors import UnknownSubjectError
from amp_fsm.model.facts import Fact, Truth
from amp_fsm.model.guards import Guard, Op, evaluate, fact_names
from amp_fsm.model.machine import MachineSpec, TransitionSpec
from amp_fsm.model.plan import Plan
from amp_fsm.model.project import AgentSpec, Project, ServiceSpec, TaskSpec
from amp_fsm.model.standard import EXCLUSIVE, IMPLIES
from amp_fsm.plan.as_json import change_json, fact_json, timestamp
from amp_fsm.plan.explain_screen import screen_json, screen_lines

MOST_FACTS = 3
"""Sizes of the sets of facts that are tried as what would make a transition fire."""


def explain_json(project: Project, plan: Plan, name: str) -> dict[str, object]:
    """Return the explanation of one subject as JSON-ready values.

    Raises:
        UnknownSubjectError: the configuration names no such subject.
    """
    address = _address(plan, name)
    subject, facts = plan.subjects[address], plan.facts[address]
    machine = project.machines[_spec(project, address).machine]
    change = next((change for change in plan.changes if change.address == address), None)
    return {
        "format_version": "1.0",
        "address": address,
        "state": subject.state,
        "since": timestamp(subject.since_wall),
        "because": subject.because,
        "change": change_json(change) if change is not None else None,
        "screen": _screen_json(project, plan, address),
        "held": [held.text for held in plan.held if held.address == address],
        "transitions": [_transition(transition, facts) for transition in _leaving(machine, subject.state)],
    }


def _screen_json(project: Project, plan: Plan, address: str) -> dict[str, object] | None:
    spec = _spec(project, address)
    if not isinstance(spec, AgentSpec):
        return None
    return screen_json(project.profiles[spec.profile], plan.readings.get(address))


def _screen_lines(project: Project, plan: Plan, address: str) -> list[str]:
    spec = _spec(project, address)
    if not isinstance(spec, AgentSpec):
        return []
    return screen_lines(project.profiles[spec.profile], plan.readings.get(address))


def _transition(transition: TransitionSpec, facts: Mapping[str, Fact]) -> dict[str, object]:
    names = tuple(dict.fromkeys(fact_names(transition.when)))
    return {
        "name": transition.name,
        "to": transition.to,
        "manual": transition.manual,
        "guard": evaluate(transition.when, facts),
        "tree": list(_tree(transition.when, facts, 0)),
        "facts": [fact_json(facts[name]) for name in names],
        "would_fire_with": would_fire_with(transition.when, facts),
    }


def explain_text(project: Project, plan: Plan, name: str) -> str:
    """Return the explanation of one subject as text.

    Raises:
        UnknownSubjectError: the configuration names no such subject.
    """
    address = _address(plan, name)
    subject, facts = plan.subjects[address], plan.facts[address]
    machine = project.machines[_spec(project, address).machine]
    lines = [
        f"{address} is {subject.state} since {timestamp(subject.since_wall)}: {subject.because or 'its initial state'}"
    ]
    lines += _screen_lines(project, plan, address)
    change = next((change for change in plan.changes if change.address == address), None)
    if change is not None:
        lines.append(f"now: {change.cause} -> {change.after.state}, because {change.because}")
    lines += [f"held: {held.text}" for held in plan.held if held.address == address]
    for transition in _leaving(machine, subject.state):
        truth = "manual" if transition.manual else evaluate(transition.when, facts)
        lines += ["", f"{transition.name} -> {transition.to}: {truth}"]
        lines += [f"  {line}" for line in _tree(transition.when, facts, 0)]
        wanted = would_fire_with(transition.when, facts)
        if wanted and not transition.manual:
            lines.append(f"  would fire with: {', '.join(wanted)}")
    return "\n".join(lines) + "\n"


def _leaving(machine: MachineSpec, state: str) -> tuple[TransitionSpec, ...]:
    return machine.leaving(state) if state in machine.states else ()


def _address(plan: Plan, name: str) -> str:
    found = [address for address in plan.subjects if address == name or address.partition("/")[2] == name]
    if len(found) == 1:
        return found[0]
    message = f"no subject {name!r}" if not found else f"{name!r} is one of {', '.join(found)}"
    raise UnknownSubjectError(message, hint=f"subjects: {', '.join(list(plan.subjects)[:12])}")


def _spec(project: Project, address: str) -> AgentSpec | TaskSpec | ServiceSpec:
    kind, _, name = address.partition("/")
    if kind == "agent":
        return project.agents[name]
    return project.tasks[name] if kind == "task" else project.services[name]


def _tree(guard: Guard, facts: Mapping[str, Fact], depth: int) -> Iterator[str]:
    indent = "  " * depth
    if guard.op is Op.FACT:
        fact = facts[guard.name]
        why = f" ({fact.why})" if fact.why is not None else ""
        evidence = f"  <- {fact.source}: {fact.evidence}" if fact.evidence else ""
        yield f"{indent}{guard.name} = {fact.truth}{why}{evidence}"
        return
    if guard.op is Op.ALL and not guard.of:
        yield f"{indent}always"
        return
    yield f"{indent}{guard.op} = {evaluate(guard, facts)}"
    for part in guard.of:
        yield from _tree(part, facts, depth + 1)


def would_fire_with(guard: Guard, facts: Mapping[str, Fact]) -> list[str]:
    """Return the smallest set of facts that would make the guard true, as `name` or `not name`; empty: none needed.

    Facts of one classification exclude each other, as everywhere.
    """
    if evaluate(guard, facts) is Truth.TRUE:
        return []
    names = list(dict.fromkeys(fact_names(guard)))
    for size in range(1, min(MOST_FACTS, len(names)) + 1):
        for chosen in combinations(names, size):
            for truths in product((Truth.TRUE, Truth.FALSE), repeat=size):
                supposed = dict(zip(chosen, truths, strict=True))
                if _consistent(supposed) and evaluate(guard, _supposing(guard, facts, supposed)) is Truth.TRUE:
                    return [name if truth is Truth.TRUE else f"not {name}" for name, truth in supposed.items()]
    return []


def _supposing(guard: Guard, facts: Mapping[str, Fact], supposed: Mapping[str, Truth]) -> dict[str, Fact]:
    taken = {name: facts[name] for name in dict.fromkeys(fact_names(guard))}
    for name, truth in supposed.items():
        taken[name] = Fact(name=name, truth=truth)
    return taken


def _consistent(supposed: Mapping[str, Truth]) -> bool:
    true = {name for name, truth in supposed.items() if truth is Truth.TRUE}
    true |= {IMPLIES[name] for name in true if name in IMPLIES}
    return all(len(true & group) <= 1 for group in EXCLUSIVE)
