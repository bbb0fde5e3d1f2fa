"""Machines as tables: for every state and every thing that can be seen, which transitions fire; blanks are shown.

A view of the finished project, for people; nothing in the pipeline reads it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from amp_fsm.config.lint.places import machine_kinds
from amp_fsm.config.lint.worlds import Demand, possible
from amp_fsm.model.guards import Guard, Op, all_of, fact_names, not_
from amp_fsm.model.machine import MachineSpec, TransitionSpec
from amp_fsm.model.project import Project
from amp_fsm.model.standard import CLAIMS, SCREEN_CLASSES

BLANK = "·"
LEGEND = f"name: fires; name?: fires if other facts hold as well; {BLANK}: nothing fires"


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """One column: what is seen, everything else left open.

    Attributes:
        about: only transitions whose guard asks for this fact are shown; empty: all.
    """

    title: str
    given: Mapping[str, bool]
    about: str = ""


def project_tables(project: Project) -> str:
    """Return the tables of all machines of a project, each under its name, and what the marks mean."""
    kinds = machine_kinds(project)
    tables = [machine_table(machine, kinds[machine.name]) for machine in project.machines.values()]
    return "\n".join([*tables, LEGEND]) + "\n"


def machine_table(machine: MachineSpec, kinds: Sequence[str]) -> str:
    """Return one machine's table; `kinds` are those of the subjects that have it."""
    columns = tuple(agent_observations() if "agent" in kinds else guard_observations(machine))
    rows = [
        [name, *(cell(machine.leaving(name), column) for column in columns)]
        for name, state in machine.states.items()
        if not state.final
    ]
    lines = _aligned([[machine.name, *(column.title for column in columns)], *rows])
    return "\n".join(lines) + "\n"


def agent_observations() -> Iterator[Observation]:
    """Yield every class of screen; one whose turn is over, with every claim and without one."""
    for name in SCREEN_CLASSES:
        if name != "turn_over":
            yield Observation(title=name, given={name: True})
    silent = dict.fromkeys(CLAIMS, False)
    yield Observation(title="turn_over", given={"turn_over": True, **silent})
    for claim in CLAIMS:
        yield Observation(title=f"+{claim}", given={"turn_over": True, claim: True})


def guard_observations(machine: MachineSpec) -> Iterator[Observation]:
    """Yield every fact that a machine's guards ask for, as they ask for it: true, false, or both."""
    guards = [way.when for state in machine.states for way in machine.leaving(state) if not way.manual]
    for name, value in dict.fromkeys(literal for guard in guards for literal in _literals(guard, True)):
        yield Observation(title=name if value else f"not {name}", given={name: value}, about=name)


def _literals(guard: Guard, value: bool) -> Iterator[tuple[str, bool]]:
    if guard.op is Op.FACT:
        yield guard.name, value
    for part in guard.of:
        yield from _literals(part, value is not (guard.op is Op.NOT))


def cell(transitions: Iterable[TransitionSpec], seen: Observation) -> str:
    """Return which transitions can fire on what is seen, in order of priority."""
    given = seen.given
    earlier: list[Demand] = []
    names: list[str] = []
    for way in transitions:
        if way.manual:
            continue
        asked = not seen.about or seen.about in fact_names(way.when)
        if asked and possible([(way.when, True), *earlier], given):
            # It fires whatever else is so, unless some world lets an earlier one win or its own guard fail.
            fails = possible([(all_of(way.when, *(not_(guard) for guard, _ in earlier)), False)], given)
            names.append(f"{way.name}?" if fails else way.name)
        earlier.append((way.when, False))
    return " ".join(names) or BLANK


def _aligned(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    for row in rows:
        yield "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip()
