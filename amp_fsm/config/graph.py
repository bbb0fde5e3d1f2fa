"""Machines as pictures: Mermaid and Graphviz text.

A view of the finished project, for people; nothing in the pipeline reads it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from amp_fsm.config.lint.places import Edge, edges
from amp_fsm.model.machine import MachineSpec, TimerSpec, TransitionSpec

Present = Mapping[str, Sequence[str]]
"""State to the names of the subjects that are in it."""

NOBODY: Present = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrow:
    """All ways from one state to another; `manual`: only the operator can take them."""

    source: str
    target: str
    labels: tuple[str, ...]
    manual: bool


def mermaid(machine: MachineSpec, present: Present = NOBODY) -> str:
    """Return a machine as a Mermaid state diagram; states that somebody is in are marked, and say who."""
    ids = {name: _identifier(name, place) for place, name in enumerate(machine.states)}
    lines = ["stateDiagram-v2"]
    lines += [f'    state "{_escaped(name)}" as {found}' for name, found in ids.items() if found != name]
    lines.append(f"    [*] --> {ids[machine.initial]}")
    for arrow in _arrows(machine):
        label = _escaped(" / ".join(arrow.labels))
        lines.append(f"    {ids[arrow.source]} --> {ids[arrow.target]}: {label}")
    lines += [f"    {ids[name]} --> [*]" for name, state in machine.states.items() if state.final]
    taken = [name for name in machine.states if present.get(name)]
    if taken:
        lines.append("    classDef present fill:#ffd54f,stroke:#333,color:#000")
        lines.append(f"    class {','.join(ids[name] for name in taken)} present")
    lines += [f"    note right of {ids[name]}: {_escaped(', '.join(present[name]))}" for name in taken]
    return "\n".join(lines) + "\n"


def dot(machine: MachineSpec, present: Present = NOBODY) -> str:
    """Return a machine as a Graphviz digraph; states that somebody is in are filled, and say who."""
    lines = [f"digraph {_quoted(machine.name)} {{", "    rankdir=LR;", "    node [shape=box, style=rounded];"]
    lines.append('    "" [shape=point];')
    for name, state in machine.states.items():
        names = present.get(name, ())
        label = _quoted(f"{name}\n{', '.join(names)}" if names else name)
        shape = ", shape=doublecircle" if state.final else ""
        fill = ', style="rounded,filled", fillcolor="#ffd54f"' if names else ""
        lines.append(f"    {_quoted(name)} [label={label}{shape}{fill}];")
    lines.append(f'    "" -> {_quoted(machine.initial)};')
    for arrow in _arrows(machine):
        dashed = ", style=dashed" if arrow.manual else ""
        ends = f"{_quoted(arrow.source)} -> {_quoted(arrow.target)}"
        label = _quoted("\n".join(arrow.labels))
        lines.append(f"    {ends} [label={label}{dashed}];")
    return "\n".join([*lines, "}"]) + "\n"


def _arrows(machine: MachineSpec) -> Iterator[Arrow]:
    grouped: dict[tuple[str, str], list[Edge]] = {}
    for edge in edges(machine):
        grouped.setdefault((edge.source, edge.target), []).append(edge)
    for (source, target), ways in grouped.items():
        labels = tuple(dict.fromkeys(_label(way) for way in ways))
        yield Arrow(source=source, target=target, labels=labels, manual=all(_is_manual(way) for way in ways))


def _label(edge: Edge) -> str:
    spec = edge.by.spec
    if edge.spent:
        return f"{spec.name} spent"
    if isinstance(spec, TimerSpec):
        return f"{spec.name} {'every' if spec.repeats else 'after'} {_span(spec.seconds)}"
    return f"{spec.name} (manual)" if spec.manual else spec.name


def _is_manual(edge: Edge) -> bool:
    return isinstance(edge.by.spec, TransitionSpec) and edge.by.spec.manual


def _span(seconds: float) -> str:
    for unit, size in (("h", 3600.0), ("m", 60.0)):
        if seconds >= size and seconds % size == 0:
            return f"{seconds / size:.0f}{unit}"
    return f"{seconds:g}s"


def _identifier(name: str, place: int) -> str:
    return name if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name) and name.casefold() != "end" else f"s{place}"


def _escaped(text: str) -> str:
    """Return a text that Mermaid takes as text: its own signs are written as entities."""
    return re.sub(r"[#;:\"<>{}]", lambda found: f"#{ord(found.group())};", " ".join(text.split()))


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
