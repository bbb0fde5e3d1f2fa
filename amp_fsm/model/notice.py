"""Notices: what the operator is told, and by which channels."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How much a notice matters, least first."""

    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """Return its place, 0 for the least."""
        return list(Severity).index(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One thing to tell.

    Attributes:
        kind: name of the transition or timer that it comes from, or `blind`.
        at: wall time.
    """

    address: str
    text: str
    kind: str = ""
    severity: Severity = Severity.WARNING
    at: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class NotificationSpec:
    """One channel to the operator, besides standard error.

    Attributes:
        url: an Apprise URL.
        kinds: patterns of the kinds it is for, each matched whole; empty: all.
        severity: the least that it is for.
        digest: seconds for which notices are gathered into one message; a critical one goes at once, with the others.
        most, seconds: at most so many messages in so long; what is due meanwhile goes with the next one.
    """

    name: str
    url: str
    kinds: tuple[str, ...] = ()
    severity: Severity = Severity.WARNING
    digest: float = 0.0
    most: int = 20
    seconds: float = 3600.0

    def wants(self, notice: Notice) -> bool:
        """Return whether this channel is for a notice."""
        of_kind = not self.kinds or any(re.fullmatch(kind, notice.kind) for kind in self.kinds)
        return of_kind and notice.severity.rank >= self.severity.rank
