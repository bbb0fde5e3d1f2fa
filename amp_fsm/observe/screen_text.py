"""First step of reading a screen: a capture, with or without colours, to normalised lines.

Normalisation makes one character of many that mean the same, so that a rule is written once: blanks become spaces,
heavy, double and dashed box lines become light ones, `...` becomes `…`, typographic quotes become straight ones,
invisible characters go.  Line numbers stay those of the capture.  It never decides what a screen shows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import groupby
from unicodedata import east_asian_width

_ESCAPE = re.compile(
    r"\x1b\[(?P<sgr>[0-9;:]*)m|\x1b\[[0-9;:?<=>!]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[()][A-Z0-9]|\x1b."
)
_SINGLES = {
    **dict.fromkeys("\u00a0\u2002\u2003\u2007\u2009\u200a\u202f\u3000\t", " "),
    **dict.fromkeys("\u200b\u200c\u200d\u2060\ufe0e\ufe0f\ufeff\r\x0e\x0f", ""),
    **dict.fromkeys("━═╌╍┄┅┈┉╴╶╸╺―⎯", "─"),
    **dict.fromkeys("┃║╎╏┆┇┊┋", "│"),
    **dict.fromkeys("┏╔┌", "╭"),
    **dict.fromkeys("┓╗┐", "╮"),
    **dict.fromkeys("┗╚└", "╰"),
    **dict.fromkeys("┛╝┘", "╯"),
    **dict.fromkeys("‘’ʼ", "'"),
    **dict.fromkeys("“”", '"'),
}
_THUMB = "█"
_BAR = ("│", _THUMB)
_BAR_HEIGHT = 8
_ELLIPSIS = re.compile(r"\.\.\.|\u2026")
_KEPT_ROWS = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the screen.

    Attributes:
        number: 1-based, as captured.
        text: normalised, without colours and trailing blanks.
        solid: the same without ghost text: cells drawn dim (SGR 2), and the cell under a cursor that stands on one.
        plain: of a capture with colours, only what is drawn in the terminal's own colour, as typed text is and
            placeholders are not; of one without, nothing.
    """

    number: int
    text: str
    solid: str
    plain: str = ""


@dataclass(frozen=True, slots=True)
class _Style:
    """What the escape sequences seen so far switched on."""

    dim: bool = False
    inverse: bool = False
    coloured: bool = False
    ground: str = ""


@dataclass(frozen=True, slots=True)
class _Cell:
    character: str
    style: _Style


@dataclass(frozen=True, slots=True)
class _Row:
    """One raw line as it is read: the style after it, its text as it came, and the texts of a `Line`."""

    after: _Style
    bare: str
    text: str
    solid: str
    plain: str


def read_lines(capture: str) -> tuple[Line, ...]:
    """Return the capture's lines, normalised; styles carry over line ends, as tmux writes them."""
    rows: list[_Row] = []
    style = _Style()
    for raw in capture.split("\n"):
        row = _row(raw, style)
        rows.append(row)
        style = row.after
    coloured = "\x1b[" in capture
    shown = enumerate(_without_scrollbar(rows, capture), start=1)
    lines = [
        Line(number=number, text=row.text, solid=row.solid, plain=row.plain if coloured else "")
        for number, row in shown
    ]
    while lines and not lines[-1].text:
        lines.pop()
    return tuple(lines)


@lru_cache(maxsize=_KEPT_ROWS)
def _row(raw: str, style: _Style) -> _Row:
    """Return one raw line as it is read in a style; most lines of a screen are as they were in the look before."""
    return _row_of(*_cells(raw, style))


def _row_of(cells: tuple[_Cell, ...], after: _Style) -> _Row:
    ghosts = tuple(_ghosts(cells))
    bare = "".join(cell.character for cell in cells)
    solid = "".join(" " if ghost else cell.character for cell, ghost in zip(cells, ghosts, strict=True))
    plain = "".join(
        " " if ghost or cell.style.coloured or cell.style.inverse else cell.character
        for cell, ghost in zip(cells, ghosts, strict=True)
    )
    return _Row(
        after=after,
        bare=bare.rstrip(),
        text=_spell(bare).rstrip(),
        solid=_spell(solid).rstrip(),
        plain=_spell(plain).rstrip(),
    )


def read_grounds(capture: str) -> tuple[tuple[str, ...], ...]:
    """Return, for every line, what each character of its normalised text stands on: a background, or an inversion."""
    found: list[tuple[str, ...]] = []
    style = _Style()
    for raw in capture.split("\n"):
        cells, style = _cells(raw, style)
        kept = (cell for cell in cells if _SINGLES.get(cell.character, cell.character))
        found.append(tuple(f"{cell.style.ground}{'~' if cell.style.inverse else ''}" for cell in kept))
    return tuple(found)


def normalise(text: str) -> str:
    """Return text without colours, each character in its one spelling, without trailing blanks."""
    return _spell(_ESCAPE.sub("", text)).rstrip()


def _spell(text: str) -> str:
    return _ELLIPSIS.sub("…", "".join(_SINGLES.get(character, character) for character in text))


def _without_scrollbar(rows: Sequence[_Row], capture: str) -> list[_Row]:
    """Return the rows without the bar that some programs show at the right edge for a while after they scrolled."""
    widths = [_width(row.bare) if row.bare.endswith(_BAR) else 0 for row in rows]
    edge = max(widths, default=0)
    found = list(rows)
    for has_bar, run in groupby(range(len(rows)), lambda at: edge > 0 and widths[at] == edge):
        places = list(run)
        # a frame has no thumb, a picture is not this high
        if has_bar and len(places) >= _BAR_HEIGHT and any(rows[at].bare.endswith(_THUMB) for at in places):
            for at in places:
                before = rows[at - 1].after if at else _Style()
                cells, after = _cells(capture.split("\n")[at], before)
                found[at] = _row_of(cells[: len(rows[at].bare) - 1], after)
    return found


def _width(text: str) -> int:
    """Return how many columns a text takes."""
    shown = (character for character in text if _SINGLES.get(character, character))
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in shown)


def _ghosts(cells: tuple[_Cell, ...]) -> Iterator[bool]:
    """Yield for each cell whether it is ghost text; a block cursor on its first letter hides that one's dimness."""
    for index, cell in enumerate(cells):
        after = cells[index + 1] if index + 1 < len(cells) else None
        under_cursor = cell.style.inverse and after is not None and after.style.dim and not after.style.inverse
        yield cell.style.dim or under_cursor


def _cells(raw: str, style: _Style) -> tuple[tuple[_Cell, ...], _Style]:
    cells: list[_Cell] = []
    position = 0
    for escape in _ESCAPE.finditer(raw):
        cells.extend(_Cell(character, style) for character in raw[position : escape.start()])
        if escape["sgr"] is not None:
            style = _styled(style, escape["sgr"])
        position = escape.end()
    cells.extend(_Cell(character, style) for character in raw[position:])
    return tuple(cells), style


def _styled(style: _Style, parameters: str) -> _Style:
    """Return the style after one SGR sequence (ECMA-48, section 8.3.117; colours as in ISO 8613-6)."""
    codes = iter([part.split(":")[0] for part in parameters.split(";")])
    for code in codes:
        match code:
            case "" | "0":
                style = _Style()
            case "2":
                style = replace(style, dim=True)
            case "22":
                style = replace(style, dim=False)
            case "7" | "27":
                style = replace(style, inverse=code == "7")
            case "39":
                style = replace(style, coloured=False)
            case "38" | "48" | "58":
                colour = _colour(codes, parameters)
                style = replace(style, coloured=True) if code == "38" else style
                style = replace(style, ground=colour) if code == "48" else style
            case _ if len(code) == 2 and code[0] in "39":
                style = replace(style, coloured=True)
            case _ if code == "49" or (code[0] == "4" and len(code) == 2) or (code[:2] == "10" and len(code) == 3):
                style = replace(style, ground="" if code == "49" else code)
            case _:
                pass
    return style


def _colour(codes: Iterator[str], parameters: str) -> str:
    """Return the colour that `38`, `48` or `58` names, its parameters taken off `codes`."""
    if ":" in parameters:
        return parameters
    kind = next(codes, "")
    return ";".join([kind, *(next(codes, "") for _ in range(3 if kind == "2" else 1))])
