"""Channels: what an agent program tells besides its screen: its hooks, its transcript, the state in its output.

All of it is data of a profile.  A channel gives hints that soon grow old, and receipts: a prompt with our marker that
the program says it took in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Channel(StrEnum):
    """What an agent can be listened to by, if its configuration asks for it."""

    HOOK = "hook"
    TRANSCRIPT = "transcript"
    OSC = "osc"


class Meaning(StrEnum):
    """What an event says of the agent."""

    PROMPT = "prompt"  # it took a prompt in, whose text the event holds; it works from now on
    WORKING = "working"
    TURN_OVER = "turn_over"
    ASKS = "asks"
    LIMITED = "limited"
    FAILED = "failed"
    ENDED = "ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRule:
    """What one kind of event means.  Of the rules of a channel the first that fits decides.

    Attributes:
        event: pattern that the event's name must match as a whole.
        where: dotted path to a pattern that the value there must match; lists on the way are gone through.
        text: dotted paths of the prompt's text; for `prompt`, an event without any is none.
    """

    event: str
    means: Meaning
    where: Mapping[str, str] = field(default_factory=dict)
    text: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class HookSpec:
    """How the program is made to call `amp-fsm hook`, and what its calls mean.

    Attributes:
        file: its settings file; `{home}` and `{cwd}` are the agent's.
        format: `json` or `toml`.
        entry: the settings for one event, in that format: `{event}` is its name, `{command}` the command in quotes.
        name: dotted path of the event's name in what a hook is given.
        notes: what a person has to do besides.
    """

    file: str
    format: str
    entry: str
    name: str = "hook_event_name"
    events: tuple[EventRule, ...] = ()
    notes: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TranscriptUsage:
    """Where a transcript's lines tell what was used up.  Everything but `event` is a dotted path, or several to add up.

    Attributes:
        event: pattern of the kind of line that does.
        once: of what tells lines apart; those alike tell of the same request again.
        spent: of the tokens of one request; `cost`: of its cost.
        total: of the session's tokens so far; where there is one, `spent` is not needed.
        context: of the tokens in the context, and `window`: of how many it holds.
        usage_percent: of how much of the allowance is used; `resets_at`: of when it begins anew.
    """

    event: str
    once: str = ""
    spent: tuple[str, ...] = ()
    cost: str = ""
    total: str = ""
    context: tuple[str, ...] = ()
    window: str = ""
    usage_percent: str = ""
    resets_at: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TranscriptSpec:
    """Where the program writes down what is said, as lines of JSON, and what its lines mean.

    Attributes:
        files: glob; `{home}` and `{cwd}` are the agent's, `{folder}` is `cwd` with all that `folder` matches as `-`.
        name: dotted path of a line's kind; `time`: of its moment (ISO 8601, or seconds or milliseconds).
        usage: where they tell what was used up.
    """

    files: str
    folder: str = "[^A-Za-z0-9]"
    name: str = "type"
    time: str = "timestamp"
    events: tuple[EventRule, ...] = ()
    usage: TranscriptUsage | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OscSpec:
    """The sequence `ESC ] NUMBER ; state=WORD ...` in which the program's output tells its state."""

    number: int
    events: tuple[EventRule, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Channels:
    """The channels that a program has."""

    hook: HookSpec | None = None
    transcript: TranscriptSpec | None = None
    osc: OscSpec | None = None


NO_CHANNELS = Channels()


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that a channel told.

    Attributes:
        name: as the program calls it; `means`: None where no rule speaks of it.
        at: wall time.
        text: of a prompt, else empty; `raw`: all of it, as it was told.
        source: the file, with the line of a transcript.
    """

    channel: Channel
    name: str
    means: Meaning | None
    at: float
    text: str = ""
    raw: str = ""
    source: str = ""
