"""Texts of others made fit to be shown or passed on: no control character reaches a terminal."""

from __future__ import annotations

import re

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")
_CONTROL_BUT_NEWLINE = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
_MARKER = re.compile(r"\[amp:(?=\w+\])")
_BLANK_LINES = re.compile(r"\n\s*\n\s*\n+")


def printable(text: str, most: int = 80) -> str:
    """Return at most `most` characters of a text, in one line, with control characters shown as a replacement mark."""
    return _CONTROL.sub("\ufffd", text.strip())[:most]


def passed_on(text: str, most: int) -> str:
    """Return a text as it may stand in a prompt to somebody else: at most `most` characters, lines kept.

    It holds no control character, nothing undecodable, and nothing that could be taken for the marker of a prompt.
    """
    plain = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", "    ")
    plain = _MARKER.sub("[amp ", _CONTROL_BUT_NEWLINE.sub("\ufffd", plain))
    plain = _BLANK_LINES.sub("\n\n", plain).strip()
    return plain if len(plain) <= most else f"{plain[:most].rstrip()} [...]"
