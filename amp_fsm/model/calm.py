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
        grounds: address to what the decision about one subject rests on besides.
        until: address to the policy time from which on time alone could change it; infinite: it cannot.
    """

    shared: Grounds = ()
    policy: float = 0.0
    grounds: Mapping[str, Grounds] = field(default_factory=dict)
    until: Mapping[str, float] = field(default_factory=dict)


NO_CALM = Calm()
"""Nobody is calm: everybody is decided about."""
