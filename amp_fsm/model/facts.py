"""Facts: what was looked at, in three values.

First stage of the pipeline's vocabulary: `observe` makes facts, `plan` reads them.  Nothing here looks at anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Truth(StrEnum):
    """Kleene's three values.  `UNKNOWN` is a value, never a synonym of false."""

    TRUE = "true"
    FALSE = "false"
    UNKNOWN = "unknown"

    @staticmethod
    def of(value: bool) -> Truth:
        """Return the definite truth of a Python bool."""
        return Truth.TRUE if value else Truth.FALSE


class Why(StrEnum):
    """Why a fact is unknown."""

    UNREACHABLE = "unreachable"  # the source did not answer, or refused
    UNRECOGNISED = "unrecognised"  # it answered something no rule speaks about
    PENDING = "pending"  # it will be known by waiting: a first sample, a check under way


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One named thing that was looked at.

    Attributes:
        value: what was read, for people (a word, a number, a file name).
        evidence: the rule and the very line that decided.
        source: one of the closed list of sources (`screen`, `pane`, `row`, ...).
        at: wall time of the look, seconds since the epoch (UTC); in a loop, of the look since which it is as it is.
        why: set exactly when `truth` is UNKNOWN.
    """

    name: str
    truth: Truth
    value: str = ""
    evidence: str = ""
    source: str = ""
    at: float = 0.0
    why: Why | None = None


Facts = Mapping[str, Fact]


def unknown(name: str, why: Why, evidence: str = "", source: str = "", at: float = 0.0) -> Fact:
    """Return the fact `name` as unknown, with its reason."""
    return Fact(name=name, truth=Truth.UNKNOWN, why=why, evidence=evidence, source=source, at=at)


def known(name: str, value: bool, evidence: str = "", source: str = "", at: float = 0.0) -> Fact:
    """Return the fact `name` as definitely true or false."""
    truth = Truth.TRUE if value else Truth.FALSE
    return Fact(name=name, truth=truth, evidence=evidence, source=source, at=at)
