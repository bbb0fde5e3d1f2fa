"""The digest of a screen by which two looks are compared: equal digests mean that nothing visible moved on.

Spinners, clocks and counters are left out; they turn while an agent hangs.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable

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
    patterns = [re.compile(pattern) for pattern in (*noise, *_NOISE)]
    digest = hashlib.sha256()
    for line in lines:
        text = line.text
        for pattern in patterns:
            text = pattern.sub("", text)
        text = " ".join(text.split())
        if text:
            digest.update(text.encode() + b"\n")
    return digest.hexdigest()[:16]
