"""Folding: texts that people would call the same compare equal.  Only for reading; what is written is never folded."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_MARKUP = re.compile(r"[*`~]|(?<!\w)_+|_+(?!\w)")
_SPACE = re.compile(r"\s+")
_INDEX = re.compile(r"^\d+\s*[-:.)]\s*")
_WINDOW = re.compile(r"\s*\((?:w|win|window|fen[eê]tre)?\s*:?\s*\d+\)$", re.IGNORECASE)


@lru_cache(maxsize=8192)
def fold(text: str) -> str:
    """Return the text without case, accents, markup, emoji variation selectors and doubled spaces."""
    plain = _MARKUP.sub("", _LINK.sub(r"\1", text))
    return _SPACE.sub(" ", plain if plain.isascii() else _bare(plain)).strip().casefold()


def _bare(text: str) -> str:
    """Return a text without accents and variation selectors; ASCII has none."""
    spread = unicodedata.normalize("NFKD", text)
    return "".join(c for c in spread if not unicodedata.combining(c) and c not in "\ufe0e\ufe0f\u200b\u200d\ufeff")


@lru_cache(maxsize=8192)
def bare_name(cell: str) -> str:
    """Return the folded name in a cell: `**0-Claude**` and `Claude (w3)` are both `claude`."""
    return _WINDOW.sub("", _INDEX.sub("", fold(cell))).strip()


def same_name(cell: str, name: str) -> bool:
    """Return whether a cell names exactly this agent; never by a part of a word."""
    return fold(cell) == fold(name) or bare_name(cell) == bare_name(name)
