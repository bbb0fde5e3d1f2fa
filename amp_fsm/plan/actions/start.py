"""The action that starts a program, and why it cannot be started here."""

from __future__ import annotations

from collections.abc import Mapping

from amp_fsm.model.channel_files import AGENT_VARIABLE, SPOOL_VARIABLE, channels_of, spool_of
from amp_fsm.model.machine import Verb
from amp_fsm.model.panes import start_command
from amp_fsm.model.project import AgentSpec, Project, TaskSpec
from amp_fsm.model.record import Action
from amp_fsm.plan.situation import Situation

RESUME_AGAIN = 600.0
"""Seconds after a start in which a program that ended again is started without its old session."""


def start_action(situation: Situation, address: str) -> Action:
    """Return the action that starts the program of an agent or a service."""
    spec = situation.specs[address]
    project = situation.project
    if isinstance(spec, TaskSpec):  # lint refuses it: a task has no program
        return Action(verb=Verb.START, target=address)
    env = _agent_env(project, spec) if isinstance(spec, AgentSpec) else spec.env
    return Action(
        verb=Verb.START,
        target=address,
        argv=(*start_command(project, spec), *_resuming(situation, address)),
        env=tuple(sorted(env.items())),
        cwd=spec.cwd or project.root,
        window=spec.window,
    )


def _resuming(situation: Situation, address: str) -> tuple[str, ...]:
    """Return the arguments by which an agent that died at work goes on with its session; none where that is unsafe.

    The last session of a folder is its own only if nobody else runs the program there.  What was tried shortly ago and
    did not last is not tried again.
    """
    project, agent, held = situation.project, situation.specs[address], situation.assignment(address)
    if not isinstance(agent, AgentSpec) or held is None or held.delivered is None:
        return ()
    profile = project.profiles[agent.profile]
    alike = [other for other in project.agents.values() if _session_place(other) == _session_place(agent)]
    if len(alike) > 1 or start_command(project, agent)[:1] != profile.command[:1]:
        return ()
    uses = situation.subjects[address].uses
    tried = any(use.name == "start" and situation.now.policy - use.at < RESUME_AGAIN for use in uses)
    return () if tried else profile.resume


def _session_place(agent: AgentSpec) -> tuple[str, str, str]:
    return agent.profile, agent.cwd, agent.env.get("HOME", "")


def _agent_env(project: Project, agent: AgentSpec) -> Mapping[str, str]:
    env = {**project.profiles[agent.profile].env, **agent.env}
    if channels_of(project, agent).hook is None:
        return env
    return {SPOOL_VARIABLE: spool_of(project), AGENT_VARIABLE: agent.name, **env}


def cannot_start(situation: Situation, address: str) -> str:
    """Return why a subject's program cannot be started on this machine; empty when it can."""
    action = start_action(situation, address)
    name = address.partition("/")[2]
    if not action.argv:
        return f"cannot start: no command is configured for {name}"
    if (action.argv[0], action.cwd) not in situation.observed.missing:
        return ""
    return f"cannot start: {action.argv[0]} not found on PATH (install it, or give {name} another `command`)"
