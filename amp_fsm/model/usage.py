"""Usage: what an agent program tells of its tokens, its cost, its context and limits, and what is remembered of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageRule:
    """A pattern of what a program shows of its usage.

    Its named groups say what they hold: `usage_percent` or `usage_left` (per cent of what may be used until the limit
    resets), `context_percent` or `context_left` (of the context), `tokens`, or `tokens_in` and `tokens_out`, and `cost`
    (counted since the session began), and `time`, `in` or `epoch`, with `zone` (when the limit resets).
    """

    id: str
    pattern: str
    region: str = "bottom"
    basis: str = "captured"
    versions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What a program shows at one moment; None: it does not say.

    Attributes:
        usage_percent: how much of its allowance is used; `resets_at`: wall time at which a new one begins.
        context_percent: how full its context is.
        tokens, cost: counters of its session.
    """

    usage_percent: float | None = None
    context_percent: float | None = None
    tokens: float | None = None
    cost: float | None = None
    resets_at: float | None = None

    def under(self, other: Figures) -> Figures:
        """Return the figures of `other`, and these where it has none."""
        return Figures(**{name: _first(getattr(other, name), getattr(self, name)) for name in FIELDS})


def _first(one: float | None, other: float | None) -> float | None:
    return one if one is not None else other


FIELDS = ("usage_percent", "context_percent", "tokens", "cost", "resets_at")
"""Names of the figures: of facts, of `field` in a declared fact, and in what `status --json` prints."""

COUNTED = frozenset(
    ("usage_percent", "usage_left", "context_percent", "context_left", "tokens", "tokens_in", "tokens_out", "cost")
)
MOMENTS = frozenset(("time", "in", "epoch"))
"""What the named groups of a pattern may hold."""

NO_FIGURES = Figures()


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What an agent, or everybody on a task, was seen to use up."""

    tokens: float = 0.0
    cost: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What is remembered of an agent's usage.

    Attributes:
        last: the last value of each figure.
        at: name of a figure to the wall time at which its program first showed that value.
        heard: moment of the newest line of a transcript that was counted; `once`: what tells it from others.
        full: its screen showed a full context in the last look.
    """

    last: Figures = NO_FIGURES
    at: Mapping[str, float] = field(default_factory=dict)
    heard: float = 0.0
    once: str = ""
    full: bool = False


def in_words(name: str, value: float, now_wall: float) -> str:
    """Return a figure as people read it."""
    if name == "resets_at":
        return f"in {max(0.0, value - now_wall) / 60:.0f}m"
    if name == "cost":
        return f"${value:.2f}"
    return f"{value:g}%" if name.endswith("percent") else f"{value:.0f}"
