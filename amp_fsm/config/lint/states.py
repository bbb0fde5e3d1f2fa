"""States and the ways between them: names that exist, states that can be reached and left."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from amp_fsm.config.lint.places import Edge, Path, Placed, edges, leaving, placed
from amp_fsm.config.problems import Finding, did_you_mean
from amp_fsm.model.machine import MachineSpec, TimerSpec, TransitionSpec
from amp_fsm.model.project import Project


def lint_states(project: Project) -> Iterator[Finding]:
    """Yield what is wrong with the states of every machine."""
    for machine in project.machines.values():
        unknown = tuple(_unknown(machine))
        yield from unknown
        yield from _repeated(machine)
        yield from _after_the_end(machine)
        if not unknown:
            yield from _unreachable(machine)
            yield from _dead_ends(machine)


def _unknown(machine: MachineSpec) -> Iterator[Finding]:
    for state, path, what in _named_states(machine):
        if state not in machine.states:
            message = f"{what} {state!r}, which is not a state of machine `{machine.name}`"
            yield Finding(code="E301", path=path, message=message, suggestion=did_you_mean(state, machine.states))


def _named_states(machine: MachineSpec) -> Iterator[tuple[str, Path, str]]:
    for item in placed(machine):
        spec = item.spec
        if spec.to:
            yield spec.to, (*item.path, "to"), f"{item.word} leads to"
        if spec.budget.then is not None:
            yield spec.budget.then.to, (*item.path, "then", "to"), f"{item.word} leads, when its budget is spent, to"
        if isinstance(spec, TransitionSpec):
            for place, name in enumerate(spec.sources):
                yield name, (*item.path, "from", place), f"{item.word} comes from"
            for place, name in enumerate(spec.excluded):
                yield name, (*item.path, "except", place), f"{item.word} excepts"
    for old, new in machine.renamed.items():
        yield new, ("machines", machine.name, "renamed", old), f"`{old}` is renamed to"


def _repeated(machine: MachineSpec) -> Iterator[Finding]:
    for name, state in machine.states.items():
        ways = leaving(machine, name) if not state.final else ()
        timers = tuple(item for item in placed(machine) if isinstance(item.spec, TimerSpec) and item.state == name)
        counts = Counter(item.spec.name for item in (*ways, *timers))
        for word, count in counts.items():
            last = [item for item in (*ways, *timers) if item.spec.name == word][-1]
            if count > 1:
                message = f"{count} transitions or timers named `{word}` can leave {name}"
                yield Finding(code="E304", path=(*last.path, "name"), message=message, suggestion="rename one of them")


def _after_the_end(machine: MachineSpec) -> Iterator[Finding]:
    for name, state in machine.states.items():
        for key, items in (("transitions", state.transitions), ("timers", state.timers)):
            if state.final and items:
                message = f"{name} is final: its {key} never happen"
                path = ("machines", machine.name, "states", name, key)
                yield Finding(
                    code="E314", path=path, message=message, suggestion=f"remove them, or `final` from {name}"
                )


def _unreachable(machine: MachineSpec) -> Iterator[Finding]:
    ways = tuple(edges(machine))
    reached = _closure({machine.initial}, ((edge.source, edge.target) for edge in ways))
    for name in machine.states:
        if name not in reached:
            message = f"{name} can never be reached from {machine.initial}"
            path = ("machines", machine.name, "states", name)
            yield Finding(
                code="E305", path=path, message=message, suggestion="lead a transition to it, or remove it", on="key"
            )


def _dead_ends(machine: MachineSpec) -> Iterator[Finding]:
    ways = tuple(edges(machine))
    backwards = _closure(_good_ends(machine, ways), ((edge.target, edge.source) for edge in ways))
    left = {edge.source for edge in ways if edge.target != edge.source}
    for name, state in machine.states.items():
        path = ("machines", machine.name, "states", name)
        if not state.final and name not in left:
            message = f"{name} is not final and has no way out"
            yield Finding(
                code="E306", path=path, message=message, suggestion="mark it `final: true`, or let it be left", on="key"
            )
        elif name not in backwards and not _leads_to_dead_end(name, ways, machine, left):
            message = f"from {name} neither a final state can be reached nor one with a manual transition"
            yield Finding(
                code="E307", path=path, message=message, suggestion="add a transition with `manual: true`", on="key"
            )


def _leads_to_dead_end(name: str, ways: tuple[Edge, ...], machine: MachineSpec, left: set[str]) -> bool:
    """Return whether the reason is a state without a way out, which is reported by itself."""
    onwards = _closure({name}, ((edge.source, edge.target) for edge in ways))
    return any(state not in left and not machine.states[state].final for state in onwards)


def _good_ends(machine: MachineSpec, ways: tuple[Edge, ...]) -> set[str]:
    manual = {edge.source for edge in ways if _is_manual(edge.by)}
    return manual | {name for name, state in machine.states.items() if state.final}


def _is_manual(item: Placed) -> bool:
    return isinstance(item.spec, TransitionSpec) and item.spec.manual


def _closure(start: set[str], pairs: Iterable[tuple[str, str]]) -> set[str]:
    following: Mapping[str, list[str]] = _grouped(pairs)
    found, waiting = set(start), list(start)
    while waiting:
        for name in following.get(waiting.pop(), ()):
            if name not in found:
                found.add(name)
                waiting.append(name)
    return found


def _grouped(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    grouped: dict[str, list[str]] = {}
    for source, target in pairs:
        grouped.setdefault(source, []).append(target)
    return grouped
