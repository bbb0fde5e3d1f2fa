"""Texts of others as they may stand in Markdown that we write: in one line, with nothing that would be markup."""

from __future__ import annotations

import re

_CONTROL = re.compile(r"[\x00-\x20\x7f-\x9f\u2028\u2029]+")
_MARKUP = re.compile(r"[\\`*\[\]<|~]|(?<![^\W_])_|_(?![^\W_])")
_LEADING = re.compile(r"^(?=[#+=>-])|^(?=\d+[.)])")
_CUT = "\u2026"


def plain(text: str, most: int = 300) -> str:
    """Return a text of at most `most` characters that Markdown shows as it is: in a line, or in the cell of a table."""
    flat = _CONTROL.sub(" ", text).strip()
    flat = flat if len(flat) <= most else flat[: most - 1].rstrip() + _CUT
    return _LEADING.sub(r"\\", _MARKUP.sub(r"\\\g<0>", flat))


def code(text: str, most: int = 300) -> str:
    """Return a path or a command as inline code, or as plain text where code could not hold it."""
    flat = _CONTROL.sub(" ", text).strip()
    if not flat or len(flat) > most or "`" in flat or "|" in flat:
        return plain(text, most)
    return f"`{flat}`"
