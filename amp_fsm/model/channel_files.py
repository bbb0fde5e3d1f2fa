"""Where an agent's channels are to be read: the spool of its events, and its program's transcripts."""

from __future__ import annotations

import re
from collections.abc import Mapping

from amp_fsm.model.channel import NO_CHANNELS, Channel, Channels
from amp_fsm.model.project import AgentSpec, Project

SPOOL_VARIABLE, AGENT_VARIABLE = "AMP_FSM_SPOOL", "AMP_FSM_AGENT"
"""What tells a program's hooks, in its environment, whose they are."""


def spool_of(project: Project) -> str:
    """Return the folder below which every agent's hooks drop their events."""
    return f"{project.store}/spool"


def channels_of(project: Project, agent: AgentSpec) -> Channels:
    """Return the channels that its program has and that the configuration asks for."""
    profile = project.profiles.get(agent.profile)
    has = profile.channels if profile is not None else NO_CHANNELS
    return Channels(
        hook=has.hook if Channel.HOOK in agent.channels else None,
        transcript=has.transcript if Channel.TRANSCRIPT in agent.channels else None,
        osc=has.osc if Channel.OSC in agent.channels else None,
    )


def channel_files(project: Project, agent: AgentSpec, home: str) -> Mapping[str, str]:
    """Return `agent/NAME|CHANNEL` to the glob of the files to be read; `home` is ours, unless the agent has its own."""
    if not agent.channels:
        return {}
    channels = channels_of(project, agent)
    found: dict[str, str] = {}
    for channel in (Channel.HOOK, Channel.OSC):
        if (channels.hook if channel is Channel.HOOK else channels.osc) is not None:
            found[key_of(agent, channel)] = f"{plain(spool_of(project))}/{plain(agent.name)}/*.{channel}.json"
    if channels.transcript is not None:
        spec = channels.transcript
        folder = re.sub(spec.folder, "-", agent.cwd or project.root)
        whole = spec.files.replace("{folder}", plain(folder))
        found[key_of(agent, Channel.TRANSCRIPT)] = placed(project, agent, whole, home, glob=True)
    return found


def key_of(agent: AgentSpec, channel: Channel) -> str:
    """Return the key under which an agent's channel is looked at."""
    return f"{agent.address}|{channel}"


def placed(project: Project, agent: AgentSpec, path: str, home: str, *, glob: bool = False) -> str:
    """Return a path of a profile with the agent's own `{home}` and `{cwd}`."""
    values = {"{home}": agent.env.get("HOME", home), "{cwd}": agent.cwd or project.root}
    for name, value in values.items():
        path = path.replace(name, plain(value) if glob else value)
    return path


def plain(text: str) -> str:
    """Return a text in which a glob sees no wildcard."""
    return re.sub(r"([*?[])", r"[\1]", text)
