"""The usage that a practice agent shows: it grows with the time it works.  Pure arithmetic and its text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Json = Mapping[str, Any]
HOUR = 3600.0
FULL = 100


class Meter:
    """What one program has used up."""

    def __init__(self) -> None:
        """Start with nothing used but what its behaviour says of the start."""
        self._worked = 0.0
        self._since_reset: float | None = None

    def work(self, seconds: float) -> None:
        """Count seconds of work."""
        self._worked += seconds
        if self._since_reset is not None:
            self._since_reset += seconds

    def reset(self) -> None:
        """Begin a new allowance, of which nothing is used; tokens are counted on."""
        self._since_reset = 0.0

    def shown(self, spec: Json | None, more: float) -> str:
        """Return the line that shows it, empty where nothing is to be shown; `more`: seconds not counted yet."""
        if spec is None:
            return ""
        begun = float(spec.get("from", 0.0)) if self._since_reset is None else 0.0
        worked = (self._worked if self._since_reset is None else self._since_reset) + more
        percent = min(FULL, int(begun + float(spec.get("per_hour", 0.0)) * worked / HOUR))
        tokens = int(float(spec.get("tokens_per_hour", 0.0)) * (self._worked + more) / HOUR)
        return f"usage {percent}%" + (f" · {tokens} tokens" if "tokens_per_hour" in spec else "")
