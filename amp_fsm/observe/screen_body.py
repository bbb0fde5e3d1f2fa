"""The digest of a screen by which two looks are compared: equal digests mean that nothing visible moved on.

Spinners, clocks and counters are left out; they turn while an agent hangs.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from functools import lru_cache

from amp_fsm.observe.screen_text import Line

_NOISE = (
    r"[\u2800-\u28ff·✢✳✶✻✽∗*●○◉◎◐◓◑◒◴◷◶◵•◦⬝■⏵⏸]",
    r"\b\d{1,2}:\d{2}(:\d{2})?( ?[AaPp][Mm])?\b",
    r"\b\d+(\.\d+)? ?(ms|h|m|s|min|sec)\b",
    r"[↑↓] ?\d+(\.\d+)?[kKM]?( tokens)?",
    r"\b\d+(\.\d+)?[kKM]? (tokens|B|KB|MB)\b",
    r"\b\d+(\.\d+)?%",
)


def body_digest(lines: Iterable[Line], noise: tuple[str, ...]) -> str:
    """Return the digest of the lines without the profile's noise and the noise that every program makes."""
    quiet = (_quiet(line.text, noise) for line in lines)
    text = "".join(f"{line}\n" for line in quiet if line)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@lru_cache(maxsize=8192)
def _quiet(text: str, noise: tuple[str, ...]) -> str:
    """Return a line without what turns by itself; most lines of a screen are as they were in the look before."""
    for pattern in (*noise, *_NOISE):
        text = re.sub(pattern, "", text)
    return " ".join(text.split())
