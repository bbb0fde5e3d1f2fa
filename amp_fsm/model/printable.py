"""Texts of others made fit to be shown: no control character reaches the operator's terminal."""

from __future__ import annotations

import re

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")


def printable(text: str, most: int = 80) -> str:
    """Return at most `most` characters of a text, in one line, with control characters shown as a replacement mark."""
    return _CONTROL.sub("\ufffd", text.strip())[:most]
