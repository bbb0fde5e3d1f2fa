"""Channels: those that a program does not have, and those that could tell nothing."""

from __future__ import annotations

from collections.abc import Iterator

from amp_fsm.config.hook_settings import unfit_entries
from amp_fsm.config.lint.patterns import Pattern, pattern_findings
from amp_fsm.config.lint.places import Path
from amp_fsm.config.problems import Finding
from amp_fsm.model.channel import Channel, Channels, EventRule, Meaning
from amp_fsm.model.project import AgentSpec, Project


def lint_channels(project: Project) -> Iterator[Finding]:
    """Yield what is wrong with the channels of profiles, and with those that agents are listened to by."""
    for agent in project.agents.values():
        yield from _of_agent(project, agent)
    for profile in project.profiles.values():
        path: Path = ("profiles", profile.name, "channels")
        for pattern in _patterns(profile.channels, path):
            yield from pattern_findings(pattern)
        yield from _textless(profile.channels, path)
        hook = profile.channels.hook
        for said in unfit_entries(hook) if hook is not None else ():
            message = f"the hook settings of profile `{profile.name}` cannot be written: {said}"
            yield Finding(code="E255", path=(*path, "hook", "entry"), message=message)


def _of_agent(project: Project, agent: AgentSpec) -> Iterator[Finding]:
    profile = project.profiles.get(agent.profile)
    for place, channel in enumerate(agent.channels if profile is not None else ()):
        has = [name for name in Channel if profile is not None and getattr(profile.channels, name) is not None]
        if channel not in has:
            message = (
                f"agent `{agent.name}` is to be heard by {channel}, but profile `{agent.profile}` has no such channel"
            )
            mend = f"it has: {', '.join(has)}" if has else "it has none"
            yield Finding(code="E254", path=("agents", agent.name, "channels", place), message=message, suggestion=mend)


def _rules(channels: Channels) -> Iterator[tuple[str, int, EventRule]]:
    for channel in Channel:
        spec = getattr(channels, channel)
        for place, rule in enumerate(spec.events if spec is not None else ()):
            yield channel, place, rule


def _patterns(channels: Channels, path: Path) -> Iterator[Pattern]:
    if channels.transcript is not None:
        yield Pattern(text=channels.transcript.folder, path=(*path, "transcript", "folder"), any_hit=True)
        usage = channels.transcript.usage
        yield Pattern(text=usage.event if usage else "", path=(*path, "transcript", "usage", "event"), any_hit=True)
    for channel, place, rule in _rules(channels):
        own = (*path, channel, "events", place)
        yield Pattern(text=rule.event, path=(*own, "event"), any_hit=True)
        for where, text in rule.where.items():
            yield Pattern(text=text, path=(*own, "where", where))


def _textless(channels: Channels, path: Path) -> Iterator[Finding]:
    for channel, place, rule in _rules(channels):
        if rule.means is Meaning.PROMPT and not rule.text:
            message = f"event `{rule.event}` is taken for a prompt, and nothing says where its text is"
            yield Finding(
                code="E255",
                path=(*path, channel, "events", place, "means"),
                message=message,
                suggestion="name it in `text`, or say `working`",
            )
