"""What an agent's channels told: events, hints and receipts.  A hint never makes an agent idle, and soon grows old."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from amp_fsm.model.channel import NO_CHANNELS, Channel, Channels, Event, Meaning
from amp_fsm.model.channel_files import channels_of, key_of
from amp_fsm.model.profile import ScreenState
from amp_fsm.model.project import AgentSpec, Project
from amp_fsm.model.record import Record
from amp_fsm.model.seen import Failed, Seen, Tail
from amp_fsm.observe.channel_events import Wanted, spool_events, transcript_events
from amp_fsm.observe.sources import Sources, prompts_by_address

AHEAD_SECONDS = 60.0
"""An event that claims to come from further in the future than this is not believed."""

_STATES = {
    Meaning.PROMPT: ScreenState.WORKING,
    Meaning.WORKING: ScreenState.WORKING,
    Meaning.ASKS: ScreenState.BLOCKED,
    Meaning.LIMITED: ScreenState.LIMITED,
    Meaning.FAILED: ScreenState.ERRORED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Hint:
    """A state that a channel told of shortly ago, and the event that did."""

    state: ScreenState
    evidence: str
    channel: Channel


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What one agent's channels told, oldest first.

    Attributes:
        ending: channels that tell of a turn's end too; the others give receipts and no hints.
        changed: when anything of them last changed, wall time; 0 when nothing is there.
        transcripts: its own transcripts, the newest last.
        failed: channel to why it could not be read.
    """

    events: tuple[Event, ...] = ()
    changed: float = 0.0
    ending: frozenset[Channel] = frozenset()
    transcripts: tuple[Tail, ...] = ()
    failed: tuple[tuple[Channel, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What there is to be read of one agent's channels, and the prompts of ours that may stand in it.

    Attributes:
        tails: of the hook, of the sequences in its output, and of the transcript; None: it was not looked at.
        open: ids of its prompts of which it is open, or unknown, whether they arrived.
        prompt: id of the last prompt for the task that it holds; empty for none.
    """

    tails: tuple[tuple[Tail, ...] | Failed | None, ...] = (None, None, None)
    open: tuple[str, ...] = ()
    prompt: str = ""


_CHANNELS = (Channel.HOOK, Channel.OSC, Channel.TRANSCRIPT)
NOTHING_HEARD = Heard()


def heard_from(agent: AgentSpec, sources: Sources) -> Heard:
    """Return what there is to be read of an agent's channels."""
    if not agent.channels:
        return NOTHING_HEARD
    held = sources.by_agent.get(agent.name)
    return _heard(agent, sources.seen, sources.prompts.get(agent.address, ()), held.prompt if held is not None else "")


def _heard(agent: AgentSpec, seen: Seen, unsettled: tuple[str, ...], prompt: str) -> Heard:
    tails = tuple(seen.tails.get(key_of(agent, channel)) for channel in _CHANNELS)
    return Heard(tails=tails, open=unsettled, prompt=prompt)


def told_by(project: Project, agent: AgentSpec, record: Record, seen: Seen, since: float = 0.0) -> Told:
    """Return what an agent's channels told since a moment (wall time), and of its unsettled prompts at any time."""
    held = (held.prompt for held in record.assignments.values() if held.agent == agent.name)
    unsettled = prompts_by_address(record).get(agent.address, ())
    return told(project, agent, _heard(agent, seen, unsettled, next(held, "")), since)


def told(project: Project, agent: AgentSpec, heard: Heard, since: float = 0.0) -> Told:
    """Return what an agent's channels told since a moment (wall time), and of its unsettled prompts at any time."""
    channels = channels_of(project, agent)
    if channels == NO_CHANNELS:
        return Told()
    wanted = Wanted(since=since, markers=_markers(heard.open))
    hooks, sequences, transcripts = heard.tails
    changed = 0.0
    events: list[Event] = []
    own: tuple[Tail, ...] = ()
    failed: list[tuple[Channel, str]] = []
    for channel, spec, found in ((Channel.HOOK, channels.hook, hooks), (Channel.OSC, channels.osc, sequences)):
        if spec is not None:
            tails = _read(channel, found, failed)
            events += (e for tail in tails[:-1] for e in spool_events(channel, spec, tail, wanted))
            events += (e for tail in tails[-1:] for e in spool_events(channel, spec, tail))
            changed = max([changed, *(tail.mtime for tail in tails[-1:])])
    if channels.transcript is not None:
        tails = _read(Channel.TRANSCRIPT, transcripts, failed)
        own = _named(events, tails) or _marked(_markers((heard.prompt, *heard.open)), tails)
        own = own or (tails[-1:] if _alone(project, agent) else ())
        events += (event for tail in own for event in transcript_events(channels.transcript, tail, wanted))
        changed = max([changed, *(tail.mtime for tail in own)])
    events.sort(key=lambda event: event.at)
    return Told(events=tuple(events), changed=changed, ending=_ending(channels), transcripts=own, failed=tuple(failed))


def _markers(prompts: Iterable[str]) -> tuple[str, ...]:
    return tuple(f"[amp:{prompt}]" for prompt in prompts if prompt)


def _ending(channels: Channels) -> frozenset[Channel]:
    specs = ((Channel.HOOK, channels.hook), (Channel.TRANSCRIPT, channels.transcript), (Channel.OSC, channels.osc))
    return frozenset(c for c, spec in specs if spec and any(e.means is Meaning.TURN_OVER for e in spec.events))


def _read(
    channel: Channel, found: tuple[Tail, ...] | Failed | None, failed: list[tuple[Channel, str]]
) -> tuple[Tail, ...]:
    if found is None or isinstance(found, Failed):
        failed.append((channel, found.reason if found is not None else "was not looked at"))
        return ()
    return found


def _named(events: Sequence[Event], tails: tuple[Tail, ...]) -> tuple[Tail, ...]:
    """Return the transcript that the agent's newest hook named."""
    newest = max((event for event in events if event.channel is Channel.HOOK), key=lambda e: e.at, default=None)
    return tuple(tail for tail in tails if newest is not None and json.dumps(tail.path) in newest.raw)


def _marked(markers: tuple[str, ...], tails: tuple[Tail, ...]) -> tuple[Tail, ...]:
    """Return the transcripts that hold a marker of the agent's prompts."""
    return tuple(tail for tail in tails if any(marker in tail.text for marker in markers))


def _alone(project: Project, agent: AgentSpec) -> bool:
    """Return whether the transcripts are told apart by folder, and no other agent works in this one."""
    spec = channels_of(project, agent).transcript
    if spec is None or not ("{folder}" in spec.files or "{cwd}" in spec.files):
        return False
    mine = _place(project, agent)
    return all(other.name == agent.name or _place(project, other) != mine for other in project.agents.values())


def _place(project: Project, agent: AgentSpec) -> tuple[str, str, str]:
    return agent.profile, agent.cwd or project.root, agent.env.get("HOME", "")


def hint_of(told: Told, wall: float, lasts: float) -> Hint | None:
    """Return the state that the newest event tells of, if it is no older than `lasts` seconds."""
    states = (e for e in told.events if e.means is not None and e.channel in told.ending)
    newest = max((e for e in states if e.at < wall + AHEAD_SECONDS), key=lambda event: event.at, default=None)
    if newest is None or newest.means not in _STATES or wall - newest.at >= lasts:
        return None
    said = f"{newest.channel}: {newest.name}, {max(0.0, wall - newest.at):.0f}s ago"
    return Hint(state=_STATES[newest.means], evidence=said, channel=newest.channel)


def receipt_in(events: Iterable[Event], intent: str) -> str:
    """Return what tells that the program took in the prompt of `intent`; empty: nothing does."""
    marker = f"[amp:{intent}]"
    found = next((event for event in events if marker in event.text), None)
    return f"{found.channel}: {found.name} holds its marker" if found else ""
