"""From the text of a channel's files to events, by the rules of a profile.  A line that is no JSON is none."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from amp_fsm.model.channel import Channel, Event, EventRule, HookSpec, Meaning, OscSpec, TranscriptSpec
from amp_fsm.model.seen import Tail

STATE = "state"
"""The word by which the sequence in a program's output names its state."""

MILLISECONDS = 1e11
"""A number above this is a moment in milliseconds: in seconds it would be the year 5138."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which events are of interest: those since a moment, and older ones that hold one of these markers."""

    since: float = 0.0
    markers: tuple[str, ...] = ()

    def marked(self, text: str) -> bool:
        """Return whether a text holds one of the markers."""
        return any(marker in text for marker in self.markers)


EVERYTHING = Wanted()


def spool_events(
    channel: Channel, spec: HookSpec | OscSpec, tail: Tail, wanted: Wanted = EVERYTHING
) -> Iterator[Event]:
    """Yield the event of one file of the spool; its name begins with its moment in nanoseconds."""
    file = tail.path.rpartition("/")[2]
    moment = file.partition("-")[0]
    at = int(moment) / 1e9 if moment.isdigit() else tail.mtime
    if at < wanted.since and not wanted.marked(tail.text):
        return
    said = parsed(tail.text)
    name = spec.name if isinstance(spec, HookSpec) else STATE
    called = " ".join(values_at(said, name))
    if called:
        means, text = _meaning(spec.events, called, said)
        yield Event(channel=channel, name=called, means=means, at=at, text=text, raw=tail.text, source=file)


def transcript_events(spec: TranscriptSpec, tail: Tail, wanted: Wanted = EVERYTHING) -> tuple[Event, ...]:
    """Return the events of a transcript that some rule speaks of, in the order of its lines.

    It is read from its end; lines above one that is too old are too old as well.
    """
    file = tail.path.rpartition("/")[2]
    lines = tail.text.splitlines() if tail.text.endswith("\n") else tail.text.splitlines()[:-1]
    found: list[Event] = []
    old = False
    for line in reversed(lines):
        marked = wanted.marked(line)
        if old and not marked:
            continue
        said = parsed(line)
        at = moment_of(values_at(said, spec.time), tail.mtime)
        old = old or at < wanted.since
        if old and not marked:
            continue
        called = " ".join(values_at(said, spec.name))
        means, text = _meaning(spec.events, called, said) if called else (None, "")
        if means is not None:
            found.append(Event(channel=Channel.TRANSCRIPT, name=called, means=means, at=at, text=text, source=file))
    return tuple(reversed(found))


def parsed(text: str) -> object:
    """Return what a line of JSON says; None when it is none."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def values_at(value: object, path: str) -> tuple[str, ...]:
    """Return the texts, numbers and truths that stand at a dotted path; lists on the way are gone through."""
    found = [value]
    for step in path.split("."):
        found = [item[step] for item in _flat(found) if isinstance(item, Mapping) and step in item]
    return tuple(
        json.dumps(v) if not isinstance(v, str) else v for v in _flat(found) if isinstance(v, str | int | float)
    )


def _flat(values: Sequence[object]) -> Iterator[object]:
    for value in values:
        if isinstance(value, list):
            yield from _flat(value)
        else:
            yield value


def _meaning(rules: Sequence[EventRule], name: str, said: object) -> tuple[Meaning | None, str]:
    """Return what the first rule that fits says of an event, and the text of a prompt."""
    for rule in rules:
        if re.fullmatch(rule.event, name) and all(_stands(said, path, p) for path, p in rule.where.items()):
            if rule.means is not Meaning.PROMPT:
                return rule.means, ""
            text = "\n".join(part for path in rule.text for part in values_at(said, path))
            if text:
                return rule.means, text
    return None, ""


def _stands(said: object, path: str, pattern: str) -> bool:
    return any(re.search(pattern, value) for value in values_at(said, path))


def moment_of(values: Sequence[str], otherwise: float) -> float:
    """Return the first of the values that is a moment, as wall time."""
    for value in values:
        try:
            number = float(value)
        except ValueError:
            try:
                moment = datetime.fromisoformat(value)
            except ValueError:
                continue
            return (moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)).timestamp()
        return number / 1000 if number > MILLISECONDS else number
    return otherwise
