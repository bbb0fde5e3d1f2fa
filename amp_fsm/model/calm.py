"""Calm: what a plan leaves to the next one, so that it need not decide again about everybody."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

Grounds = tuple[object, ...]
"""Values that a decision rests on, compared by identity first and then by equality."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Calm:
    """Subjects for which nothing was to be done.

    Attributes:
        shared: what the decisions about all of them rest on.  policy: when they were made.
        situation: in which they were made; nobody but the planner reads it.
        until: address to the policy time from which on time alone could change it; infinite: it cannot.
    """

    shared: Grounds = ()
    policy: float = 0.0
    situation: object = None
    until: Mapping[str, float] = field(default_factory=dict)


NO_CALM = Calm()
"""Nobody is calm: everybody is decided about."""
