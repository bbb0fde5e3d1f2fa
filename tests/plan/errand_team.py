"""The small team of the planner's tests with a lead, the built-in errand machine, and a state that asks for help."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import amp_fsm
from amp_fsm.config.builders.machines import MachineBuilder
from amp_fsm.config.schema import normalise
from amp_fsm.config.yaml_text import parse
from amp_fsm.engine.commit import commit_of
from amp_fsm.model.desired import desired
from amp_fsm.model.guards import fact
from amp_fsm.model.machine import ActionSpec, MachineSpec, TransitionSpec, Verb
from amp_fsm.model.observed import Memory, Observed
from amp_fsm.model.plan import Plan
from amp_fsm.model.project import Project, SuccessionSpec, TaskSpec
from amp_fsm.model.record import Record
from amp_fsm.model.time import Now, Reading
from amp_fsm.plan.planner import plan
from amp_fsm.world.config_files import schema_text
from tests.plan.team import AGENT_MACHINE, NOW, project

READING = Reading(wall=0.0, mono=0.0, boot="b")
ERRAND_PROMPTS = {"help": "{{ task.brief.agent }} asks about {{ task.brief.task }}: {{ task.deliverables[0].file }}."}


@cache
def builtin_machine(name: str) -> MachineSpec:
    """Return a built-in machine as configurations have it."""
    path = Path(amp_fsm.__file__).parent / "builtin" / "machines" / f"{name}.yaml"
    value = parse(path.read_bytes(), path.name).value
    assert value is not None
    made = normalise(value, schema_text("included"), {})
    assert not made.findings
    machine = MachineBuilder([]).machine(name, made.tree["machines"][name])
    assert machine is not None
    return machine


def asking(agent: MachineSpec) -> MachineSpec:
    """Return the agents' machine with a way to ask the lead for help."""
    ask = TransitionSpec(
        name="ask", to="ASKED", when=fact("claims_blocked"), do=(ActionSpec(verb=Verb.ERRAND, what="help"),)
    )
    states = {**agent.states, "ASKED": replace(agent.states["STUCK"], name="ASKED")}
    states["WORKING"] = replace(states["WORKING"], transitions=(*states["WORKING"].transitions, ask))
    return replace(agent, states=states)


def led(*tasks: TaskSpec) -> Project:
    """Return the team, led by ben; ada can ask for help."""
    made = project(*tasks, succession=SuccessionSpec(order=("ben", "ada")))
    machines = {**made.machines, "agent": asking(AGENT_MACHINE), "errand": builtin_machine("errand")}
    return replace(made, machines=machines, prompts={**made.prompts, **ERRAND_PROMPTS})


def planned(team: Project, seen: Observed, before: Record, now: Now = NOW) -> Plan:
    return plan(desired(team, before), seen, before, now)


def passed(team: Project, seen: Observed, before: Record, now: Now = NOW) -> Record:
    """Return the record after a pass whose prompts all arrived."""
    after = commit_of(before, planned(team, seen, before, now), Memory(), now, READING).record
    held = {name: replace(one, delivered=now.policy) for name, one in after.assignments.items()}
    return replace(after, intents={}, assignments=held)
