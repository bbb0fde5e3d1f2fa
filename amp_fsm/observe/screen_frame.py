"""The box or rule that a dialog stands in: its sides, and where it begins.  For `screen_dialog`."""

from __future__ import annotations

import re
from collections.abc import Sequence

from amp_fsm.model.dialog import DialogSpec, Layout
from amp_fsm.observe.screen_text import Line

MOST_LINES = 60
"""Lines of a dialog that are read at most."""

LEFT = re.compile(r"^[\s│]*")
RIGHT = re.compile(r"[\s│]*$")
FRAME = re.compile(r"[\s│╭╮╰╯├┤─]*")
RULE = re.compile(r"^─{10,}")
_INSIDE = " │├╭╰"


def bare(text: str) -> str:
    """Return a line without the sides of the box it stands in."""
    return RIGHT.sub("", LEFT.sub("", text))


def top_of(spec: DialogSpec, lines: Sequence[Line], start: int) -> int:
    """Return the first line of the dialog whose answers begin at `start`."""
    lowest = max(0, start - MOST_LINES)
    if spec.layout is Layout.LETTERS:
        return next((at + 1 for at in range(start - 1, lowest - 1, -1) if not lines[at].text), lowest)
    side = lines[start].text.find("│")
    if side >= 0 and not lines[start].text[:side].strip():
        return _top_of_box(lines, start, side, lowest)
    block = _top_of_block(lines, start, lowest)
    if not spec.top:
        return block
    begins = re.compile(spec.top)
    return next((at for at in range(block, start) if begins.search(lines[at].text)), block)


def _top_of_box(lines: Sequence[Line], start: int, side: int, lowest: int) -> int:
    at = start
    while at > lowest and lines[at - 1].text[side : side + 1] in ("│", "├", "╭"):
        at -= 1
        if lines[at].text[side] == "╭":
            break
    return at


def _top_of_block(lines: Sequence[Line], start: int, lowest: int) -> int:
    """Return the highest rule above the answers with only indented text in between; else where that text begins."""
    at, rule = start, -1
    while at > lowest:
        above = lines[at - 1].text
        if RULE.match(above):
            rule = at - 1
        elif above and above[0] not in _INSIDE:
            break
        at -= 1
    return rule if rule >= 0 else at
