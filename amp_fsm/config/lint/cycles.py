"""Circles of states that turn for as long as nothing changes: the same facts make every transition of them win.

Transitions that change the facts by themselves end a snapshot: those that assign, release, send or give a verdict, and
a task's that takes an offer.  So does a budget that is not counted anew with every stay.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from amp_fsm.config.lint.places import Placed, leaving, machine_kinds
from amp_fsm.config.lint.worlds import Demand, possible
from amp_fsm.config.problems import Finding
from amp_fsm.model.guards import fact_names, guard_text
from amp_fsm.model.machine import MachineSpec, TransitionSpec, Verb
from amp_fsm.model.project import Project, Source

CHANGES_FACTS = frozenset({Verb.ASSIGN, Verb.RELEASE, Verb.VERDICT, Verb.SEND})
MOST_PATHS = 3_000
"""Paths tried per machine; beyond that lint says nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Step:
    """One transition that can be part of a circle, and what must hold for it to win in its state."""

    source: str
    way: Placed
    target: str
    demands: tuple[Demand, ...]


def lint_cycles(project: Project) -> Iterator[Finding]:
    """Yield every circle of states that one look makes turn for ever, once per set of states."""
    kinds = machine_kinds(project)
    # Whoever has just come into a state has been there for no time at all.
    young = {fact.name: False for fact in project.facts.values() if fact.source is Source.AGE and not fact.subject}
    moving = {
        fact.name
        for fact in project.facts.values()
        if fact.source is Source.STATE or (fact.source is Source.AGE and fact.subject)
    }
    for machine in project.machines.values():
        changing = moving | {"offered"} if "task" in kinds[machine.name] else moving
        steps = {name: tuple(_steps(machine, name, changing)) for name in machine.states}
        search = _Search(steps=steps, given=young)
        for circle in search.circles():
            yield _finding(machine, circle)


def _steps(machine: MachineSpec, state: str, moving: set[str]) -> Iterator[_Step]:
    earlier: list[Demand] = []
    for way in leaving(machine, state):
        spec = way.spec
        if not isinstance(spec, TransitionSpec) or spec.manual or spec.to not in machine.states:
            continue
        if not _ends_the_snapshot(machine, spec, moving):
            yield _Step(source=state, way=way, target=spec.to, demands=((spec.when, True), *earlier))
        earlier.append((spec.when, False))


def _ends_the_snapshot(machine: MachineSpec, spec: TransitionSpec, moving: set[str]) -> bool:
    effects = (*spec.do, *machine.states[spec.to].on_enter)
    bounded = spec.budget.most > 0 and spec.budget.per != "entry"
    changes = any(action.verb in CHANGES_FACTS for action in effects)
    return bounded or changes or not moving.isdisjoint(fact_names(spec.when))


@dataclass(slots=True, kw_only=True)
class _Search:
    steps: Mapping[str, tuple[_Step, ...]]
    given: Mapping[str, bool]
    left: int = MOST_PATHS
    found: set[frozenset[str]] = field(default_factory=set)

    def circles(self) -> Iterator[tuple[_Step, ...]]:
        """Yield circles, each from the first of its states in the order of the machine."""
        order = {name: place for place, name in enumerate(self.steps)}
        for start in self.steps:
            yield from self._from((), start, start, order)

    def _from(
        self, path: tuple[_Step, ...], start: str, state: str, order: Mapping[str, int]
    ) -> Iterator[tuple[_Step, ...]]:
        for step in self.steps[state]:
            visited = {earlier.source for earlier in path} | {state}
            if order[step.target] < order[start] or (step.target in visited and step.target != start):
                continue
            self.left -= 1
            longer = (*path, step)
            if self.left < 0 or not self._holds(longer):
                continue
            if step.target != start:
                yield from self._from(longer, start, step.target, order)
            elif frozenset(visited) not in self.found:
                self.found.add(frozenset(visited))
                yield longer

    def _holds(self, path: tuple[_Step, ...]) -> bool:
        """Return whether one world makes every step of the path win; an open question counts as no."""
        demands = tuple(demand for step in path for demand in step.demands)
        return possible(demands, self.given, undecided=False)


def _finding(machine: MachineSpec, circle: tuple[_Step, ...]) -> Finding:
    turns = " ".join(f"{step.source} -{step.way.spec.name}->" for step in circle)
    guards = " and ".join(dict.fromkeys(f"[{guard_text(step.way.spec.when)}]" for step in circle))
    message = f"machine `{machine.name}` can turn for ever on one look: {turns} {circle[0].source}, while {guards}"
    mend = "narrow one of the guards, or give one of them a budget"
    # Machine-level transitions are mostly the built-in ones; what a state adds is more likely the mistake.
    ways = [step.way for step in circle]
    meant = next((way for way in reversed(ways) if way.state), ways[-1])
    return Finding(code="E309", path=meant.path, message=message, suggestion=mend)
