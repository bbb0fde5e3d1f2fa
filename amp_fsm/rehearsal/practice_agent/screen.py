"""What the practice agent shows -> lines -> the bytes that bring a terminal from the last picture to this one."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache

DIM, PLAIN = "\x1b[2m", "\x1b[0m"
OPEN = "\x1b[?1049h\x1b[?2004h\x1b[2J"
CLOSE = "\x1b[?2004l\x1b[?25h\x1b[?1049l"
OPTIONS = ("Yes", "Yes, and don't ask again", "No")
WRAPPED = 512
"""Lines that are kept as they were cut: what a screen shows is mostly what it showed before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """Everything that is on the screen.

    Attributes:
        starting: there is no composer yet.
        notes: the block right above the composer (spinner, limit, error), top to bottom.
        draft: what the composer holds; `ghost`: the dim text it shows when it is empty.
        usage: what it shows of its usage, at the very bottom; empty: nothing.
        question, command: of a dialog, which stands in the composer's place; `chosen`: its marked option.
    """

    name: str
    transcript: tuple[str, ...] = ()
    starting: bool = False
    notes: tuple[str, ...] = ()
    draft: str = ""
    ghost: str = ""
    usage: str = ""
    question: str = ""
    command: str = ""
    chosen: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """The lines of one screen, and where its cursor stands (row, column from 1); None: hidden."""

    lines: tuple[str, ...]
    cursor: tuple[int, int] | None


def picture(view: View, columns: int, rows: int) -> Picture:
    """Lay `view` out on a terminal of that size; what is above the bottom block scrolls away first."""
    header = (f"practice agent · {view.name}", "")
    bottom, caret = _bottom(view, columns)
    room = max(0, rows - len(header) - len(bottom))
    latest = view.transcript[-room:] if room else ()
    body = [piece for line in latest for piece in wrap(line, columns)][-room:]
    lines = (*header, *body, *([""] * (room - len(body))), *bottom)[-rows:]
    if caret is None:
        return Picture(lines=lines, cursor=None)
    return Picture(lines=lines, cursor=(max(1, len(lines) - len(bottom) + caret[0]), min(caret[1], columns)))


def difference(before: Picture | None, after: Picture) -> str:
    """Return the text that turns the terminal's present picture into `after`; empty when they are equal."""
    if before == after:
        return ""
    old = before.lines if before is not None and len(before.lines) == len(after.lines) else ()
    changed = [
        f"\x1b[{row};1H{line}{PLAIN}\x1b[K"
        for row, line in enumerate(after.lines, start=1)
        if not old or old[row - 1] != line
    ]
    if after.cursor is None:
        return "".join(changed) + "\x1b[?25l"
    return "".join(changed) + f"\x1b[{after.cursor[0]};{after.cursor[1]}H\x1b[?25h"


@lru_cache(maxsize=WRAPPED)
def wrap(text: str, columns: int) -> tuple[str, ...]:
    """Cut one line into pieces that fit; an empty line stays one."""
    pieces, piece, used = [], "", 0
    for character in text:
        width = 2 if unicodedata.east_asian_width(character) in "WF" else 1
        if used + width > columns:
            pieces.append(piece)
            piece, used = "", 0
        piece, used = piece + character, used + width
    return (*pieces, piece)


def _bottom(view: View, columns: int) -> tuple[tuple[str, ...], tuple[int, int] | None]:
    """Return the block at the screen's foot and the cursor's place in it (row, column from 1)."""
    rule = "─" * columns
    if view.starting:
        return ("Starting…",), None
    if view.question:
        marks = [f"{'❯' if n == view.chosen else ' '} {n + 1}. {label}" for n, label in enumerate(OPTIONS)]
        asked = (f" {view.question}", f"   {view.command}", "")
        return (rule, *asked, *marks, "", "Enter to confirm · Esc to cancel"), None
    notes = [piece for note in view.notes for piece in wrap(note, columns)]
    box = [piece for line in view.draft.split("\n") for piece in wrap(line, max(1, columns - 2))]
    drawn = [f"❯ {box[0]}", *(f"  {line}" for line in box[1:])]
    if not view.draft:
        drawn = [f"❯ {DIM}{view.ghost[: max(0, columns - 2)]}"]
    lines = (*notes, rule, *drawn, rule, "? for shortcuts", *((view.usage,) if view.usage else ()))
    return lines, (len(notes) + 1 + len(drawn), 3 + len(box[-1]))
