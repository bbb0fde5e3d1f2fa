"""The action that tells an agent something: a prompt of the configuration, or a command of its program."""

from __future__ import annotations

from collections.abc import Mapping

from amp_fsm.model.machine import ActionSpec, Verb
from amp_fsm.model.profile import COMPACT
from amp_fsm.model.project import AgentSpec
from amp_fsm.model.record import Action
from amp_fsm.plan.actions.cause import Cause
from amp_fsm.plan.prompts import render
from amp_fsm.plan.situation import Situation

RESUME = "resume"
"""The prompt after an interruption."""


def send_action(situation: Situation, cause: Cause, spec: ActionSpec, values: Mapping[str, object]) -> Action:
    """Return the action that sends a prompt, or a command of the program itself."""
    agent = situation.specs[cause.address]
    profile = situation.project.profiles[agent.profile] if isinstance(agent, AgentSpec) else None
    prompt = _prompt(situation, cause, render(spec.what, values))
    command = prompt == COMPACT and COMPACT not in situation.project.prompts
    own = profile.compact if profile is not None else ""
    text = own if command else render(situation.project.prompts.get(prompt, ""), values)
    return Action(
        verb=Verb.SEND,
        target=cause.address,
        what=prompt,
        text=text,
        command=command,
        submit=profile.submit if profile else "Enter",
        settle=profile.settle if profile else 0.3,
        queue=isinstance(agent, AgentSpec) and agent.queue and profile is not None and profile.queues,
    )


def _prompt(situation: Situation, cause: Cause, name: str) -> str:
    """Return which prompt is sent: who was interrupted at an errand is told the whole errand again."""
    held = cause.assignment
    task = situation.project.tasks.get(held.task) if held is not None else None
    return task.errand if name == RESUME and task is not None and task.errand else name
