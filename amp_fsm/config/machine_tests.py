"""The configuration's own `tests`: what must hold of its machines, tried with the rule that the planner uses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from amp_fsm.config.lint.facts import fact_findings
from amp_fsm.config.lint.places import Path, machine_kinds
from amp_fsm.config.problems import Finding, did_you_mean
from amp_fsm.model.facts import Fact, Truth
from amp_fsm.model.guards import fact_names
from amp_fsm.model.machine import MachineSpec, TransitionSpec
from amp_fsm.model.project import MachineTest, Project
from amp_fsm.model.step import Choice, choose


def run_tests(project: Project) -> Iterator[Finding]:
    """Yield every test that fails, or that speaks of what does not exist."""
    kinds = machine_kinds(project)
    for place, test in enumerate(project.tests):
        path: Path = ("tests", place)
        machine = project.machines.get(test.machine)
        wrong = tuple(_wrong_names(project, test, machine, path))
        yield from wrong
        for name in test.facts if machine is not None else ():
            yield from fact_findings(project, name, (*path, "facts", name), kinds[test.machine], "a test")
        if machine is not None and not wrong:
            yield from _outcome(test, machine, path)


def _wrong_names(project: Project, test: MachineTest, machine: MachineSpec | None, path: Path) -> Iterator[Finding]:
    if machine is None:
        message = f"a test speaks of the machine {test.machine!r}, which does not exist"
        known = did_you_mean(test.machine, project.machines)
        yield Finding(code="E231", path=(*path, "machine"), message=message, suggestion=known)
    elif test.state not in machine.states:
        message = f"a test speaks of {test.state!r}, which is not a state of machine `{machine.name}`"
        known = did_you_mean(test.state, machine.states)
        yield Finding(code="E301", path=(*path, "state"), message=message, suggestion=known)
    elif test.fires:
        ways = [way.name for way in machine.leaving(test.state) if not way.manual]
        if test.fires not in ways:
            message = f"a test wants `{test.fires}` to fire, which is no automatic transition out of {test.state}"
            known = did_you_mean(test.fires, ways)
            yield Finding(code="E315", path=(*path, "fires"), message=message, suggestion=known)


def _outcome(test: MachineTest, machine: MachineSpec, path: Path) -> Iterator[Finding]:
    ways = machine.leaving(test.state)
    facts = test_facts(test.facts, ways)
    choice = choose(ways, facts)
    fired = choice.transition.name if choice.transition is not None else ""
    if fired != test.fires:
        wanted = f"`{test.fires}`" if test.fires else "nothing"
        message = f"test of {test.state}: {wanted} should fire, but {_said(choice, facts)}"
        yield Finding(code="E313", path=(*path, "fires"), message=message, suggestion=_mend(test, ways, facts))


def test_facts(given: Mapping[str, str], ways: tuple[TransitionSpec, ...]) -> dict[str, Fact]:
    """Return the facts of a test: those that it lists, and every other one of the guards as false."""
    names = dict.fromkeys(name for way in ways for name in fact_names(way.when))
    others = {name: Fact(name=name, truth=Truth.FALSE) for name in names}
    return others | {name: Fact(name=name, truth=Truth(value)) for name, value in given.items()}


def _said(choice: Choice, facts: Mapping[str, Fact]) -> str:
    if choice.transition is not None:
        return f"`{choice.transition.name}` does"
    if choice.waiting_for is None:
        return "nothing does"
    names = dict.fromkeys(fact_names(choice.waiting_for.when))
    blanks = ", ".join(name for name in names if facts[name].truth is Truth.UNKNOWN)
    return f"`{choice.waiting_for.name}` waits for {blanks}"


def _mend(test: MachineTest, ways: tuple[TransitionSpec, ...], facts: Mapping[str, Fact]) -> str:
    wanted = next((way for way in ways if way.name == test.fires), None)
    if wanted is None:
        return ""
    values = ", ".join(f"{name} {facts[name].truth}" for name in dict.fromkeys(fact_names(wanted.when)))
    return f"`{wanted.name}` reads: {values}" if values else ""
