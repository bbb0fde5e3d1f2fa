"""Machines as tables of states by observations."""

from __future__ import annotations

from dataclasses import replace

import pytest

from amp_fsm.config.table import Observation, cell, machine_table, project_tables
from amp_fsm.model.guards import ALWAYS, all_of, fact, not_
from amp_fsm.model.machine import StateSpec, TransitionSpec
from tests.config.little import machine, project

BUSY = TransitionSpec(name="busy", to="B", when=fact("busy"))
ASSIGN = TransitionSpec(name="assign", to="B", when=all_of(fact("at_prompt"), fact("offered")))
FREE = TransitionSpec(name="free", to="A", when=all_of(fact("turn_over"), not_(fact("has_task"))))
DONE = TransitionSpec(name="done", to="A", when=fact("claims_done"))
FIRED = TransitionSpec(name="fired", to="A", manual=True)
AGENT = machine({"A": [FIRED, BUSY, ASSIGN], "B": [FREE, DONE], "C": []})
AGENT = replace(AGENT, states={**AGENT.states, "END": StateSpec(name="END", final=True)})


def test_an_agents_machine_is_shown_by_screen_and_claim() -> None:
    assert machine_table(AGENT, ["agent"]) == (
        "little  gone   busy   asks   errored  limited  starting  turn_over  +claims_idle  +claims_working"
        "  +claims_blocked  +claims_done  +claims_help\n"
        "A       ·      busy   ·      ·        ·        ·         assign?    assign?       assign?        "
        "  assign?          assign?       assign?\n"
        "B       done?  done?  done?  done?    done?    done?     free?      free?         free?          "
        "  free?            free? done?   free?\n"
        "C       ·      ·      ·      ·        ·        ·         ·          ·             ·              "
        "  ·                ·             ·\n"
    )


def test_other_machines_are_shown_by_what_their_guards_ask_for() -> None:
    ready = TransitionSpec(name="ready", to="UP", when=fact("ready"))
    unhealthy = TransitionSpec(name="unhealthy", to="DOWN", when=not_(fact("ready")))
    service = machine({"DOWN": [ready], "UP": [unhealthy]}, name="service")
    assert machine_table(service, ["service"]) == (
        "service  ready  not ready\nDOWN     ready  ·\nUP       ·      unhealthy\n"
    )


@pytest.mark.parametrize(
    ("ways", "given", "about", "shown"),
    [
        pytest.param([BUSY], {"busy": True}, "", "busy", id="certain"),
        pytest.param([BUSY], {"gone": True}, "", "·", id="excluded-by-what-is-seen"),
        pytest.param([ASSIGN], {"turn_over": True}, "", "assign?", id="depends-on-more"),
        pytest.param([FREE, DONE], {"turn_over": True, "claims_done": True}, "", "free? done?", id="in-order"),
        pytest.param([BUSY, DONE], {"busy": True, "claims_done": True}, "", "busy", id="the-first-wins"),
        pytest.param([DONE, BUSY], {"busy": True}, "", "done? busy?", id="an-earlier-one-may-win"),
        pytest.param([DONE, BUSY], {"busy": True}, "busy", "busy?", id="only-those-that-ask-for-it"),
        pytest.param([replace(BUSY, manual=True)], {"busy": True}, "", "·", id="manual-ones-never-fire"),
        pytest.param([replace(BUSY, when=ALWAYS), DONE], {}, "", "busy", id="always"),
    ],
)
def test_cell(ways: list[TransitionSpec], given: dict[str, bool], about: str, shown: str) -> None:
    assert cell(ways, Observation(title="x", given=given, about=about)) == shown


def test_all_machines_of_a_project_are_shown_with_the_meaning_of_the_marks() -> None:
    shown = project_tables(project(AGENT, machine({"X": [], "Y": []}, name="service")))
    assert [line.split()[0] for line in shown.splitlines() if line] == [
        *("little", "A", "B", "C"),
        *("service", "X", "Y"),
        "name:",
    ]
