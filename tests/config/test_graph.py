"""Machines as pictures."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace

import pytest

from amp_fsm.config.graph import dot, mermaid
from amp_fsm.model.guards import fact
from amp_fsm.model.machine import Budget, Exhausted, StateSpec, TimerSpec, TransitionSpec
from tests.config.little import machine

LITTLE = machine(
    {
        "IDLE": [
            TransitionSpec(name="busy", to="AT WORK", when=fact("busy")),
            TransitionSpec(
                name="nudge", to="AT WORK", budget=Budget(most=1, then=Exhausted(to="END")), when=fact("asks")
            ),
        ],
        "AT WORK": [TransitionSpec(name="stop", to="END", manual=True)],
    }
)
TIMERS = (TimerSpec(name="slow", seconds=600, to="IDLE"), TimerSpec(name="again", seconds=90, repeats=True, to="IDLE"))
LITTLE = replace(
    LITTLE,
    states={
        **LITTLE.states,
        "AT WORK": replace(LITTLE.states["AT WORK"], timers=TIMERS),
        "END": StateSpec(name="END", final=True),
    },
)


def test_mermaid_draws_states_ways_and_who_is_where() -> None:
    assert mermaid(LITTLE, {"AT WORK": ["ada", "ben"]}) == (
        "stateDiagram-v2\n"
        '    state "AT WORK" as s1\n'
        '    state "END" as s2\n'
        "    [*] --> IDLE\n"
        "    IDLE --> s1: busy / nudge\n"
        "    IDLE --> s2: nudge spent\n"
        "    s1 --> s2: stop (manual)\n"
        "    s1 --> IDLE: slow after 10m / again every 90s\n"
        "    s2 --> [*]\n"
        "    classDef present fill:#ffd54f,stroke:#333,color:#000\n"
        "    class s1 present\n"
        "    note right of s1: ada, ben\n"
    )


def test_dot_draws_the_same() -> None:
    assert dot(LITTLE, {"IDLE": ["ada"]}) == (
        'digraph "little" {\n'
        "    rankdir=LR;\n"
        "    node [shape=box, style=rounded];\n"
        '    "" [shape=point];\n'
        '    "IDLE" [label="IDLE\\nada", style="rounded,filled", fillcolor="#ffd54f"];\n'
        '    "AT WORK" [label="AT WORK"];\n'
        '    "END" [label="END", shape=doublecircle];\n'
        '    "" -> "IDLE";\n'
        '    "IDLE" -> "AT WORK" [label="busy\\nnudge"];\n'
        '    "IDLE" -> "END" [label="nudge spent"];\n'
        '    "AT WORK" -> "END" [label="stop (manual)", style=dashed];\n'
        '    "AT WORK" -> "IDLE" [label="slow after 10m\\nagain every 90s"];\n'
        "}\n"
    )


def test_nobody_is_marked_when_nothing_is_known() -> None:
    assert "present" not in mermaid(LITTLE)
    assert "filled" not in dot(LITTLE)


def test_a_way_that_is_not_only_the_operators_is_not_dashed() -> None:
    ways = [TransitionSpec(name="go", to="B", manual=True), TransitionSpec(name="busy", to="B", when=fact("busy"))]
    assert '    "A" -> "B" [label="go (manual)\\nbusy"];\n' in dot(machine({"A": ways, "B": []}))


ODD = machine({'a "b"; c: #1': [TransitionSpec(name="x; y: <z>", to="end")], "end": []}, name='odd "one"')


def test_names_are_text_and_never_syntax() -> None:
    drawn = mermaid(ODD)
    assert '    state "a #34;b#34;#59; c#58; #35;1" as s0\n' in drawn
    assert "    s0 --> s1: x#59; y#58; #60;z#62;\n" in drawn
    assert '    "a \\"b\\"; c: #1" -> "end" [label="x; y: <z>"];\n' in dot(ODD)


@pytest.mark.skipif(shutil.which("dot") is None, reason="Graphviz is not installed")
@pytest.mark.parametrize("picture", [dot(LITTLE, {"IDLE": ["ada"]}), dot(ODD)], ids=["little", "odd"])
def test_graphviz_reads_it(picture: str) -> None:
    subprocess.run(["dot", "-Tsvg"], input=picture, text=True, check=True, capture_output=True, timeout=30)
