"""Whether a composer shows a text that was pasted into it.  Programs change tabs, wrap lines, cut them off."""

from __future__ import annotations

import re

from amp_fsm.model.profile import ScreenReading

_BLANK = re.compile(r"\s+")
_PLACEHOLDER = re.compile(r"\[[^\[\]]*\]")
LEAST = 12
"""Characters that must agree before a composer's text is taken for ours."""


def prompt_shown(reading: ScreenReading, text: str) -> bool:
    """Return whether the composer holds `text`, whole or in part, or the placeholder of a collapsed paste."""
    shown, wanted = _squeezed(reading.composer_text), _squeezed(text)
    if reading.collapsed:
        # What stands beside the placeholder is ours as well, or somebody wrote it.
        return _PLACEHOLDER.sub("", shown) in wanted
    if not shown:
        return False
    if len(shown) < LEAST:
        return shown == wanted
    # A composer that is too small scrolls: what is visible is some middle part, often the end.
    head, tail = shown[: max(LEAST, len(shown) // 2)], shown[-LEAST:]
    return shown in wanted or (head in wanted and tail in wanted)


def _squeezed(text: str) -> str:
    return _BLANK.sub("", text)
