"""Durations as people write them: `90s`, `10m`, `1h30m`, `300ms`."""

from __future__ import annotations

import re

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_WHOLE = re.compile(r"(?:\d+(?:\.\d+)?(?:ms|s|m|h|d))+")
_PART = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)")


def parse_duration(text: object) -> float | None:
    """Return seconds; None when it is no duration.  A bare number is seconds."""
    if isinstance(text, bool):
        return None
    if isinstance(text, int | float):
        return float(text) if 0 <= text < 1e9 else None
    compact = str(text).replace(" ", "")
    if not _WHOLE.fullmatch(compact):
        return None
    return sum(float(number) * _UNITS[unit] for number, unit in _PART.findall(compact))
