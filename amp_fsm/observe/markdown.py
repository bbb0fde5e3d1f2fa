"""Markdown tables as people write them, with the exact place of every cell.  Reads only; see `markdown_edit`.

A table in a code fence is an example and does not count, unless the fence is broken: one that is never closed, or that
swallows a heading and a table under it, is not believed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from amp_fsm.observe.fold import fold

_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})")
_HEADING = re.compile(r"^ {0,3}(#{1,6})\s+(.*?)\s*#*\s*$")
_BAR = re.compile(r"\|")
KEPT = 8
"""Documents whose reading is kept: each is read several times in a pass, and most do not change between passes."""

_RULE = re.compile(r"^\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One cell: its text, unescaped and stripped, and where its content stands in the document (stripped too)."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row.

    Attributes:
        line: 1-based line number; `start`, `end`: its extent without the line end.
    """

    cells: tuple[Cell, ...]
    line: int
    start: int
    end: int

    @property
    def texts(self) -> tuple[str, ...]:
        """The texts of its cells."""
        return tuple(cell.text for cell in self.cells)


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One table under a heading (empty: above the first one)."""

    heading: str
    header: Row
    rows: tuple[Row, ...]
    end: int

    def column(self, name: str) -> int | None:
        """Return the index of the column with this header, folded; None when there is none."""
        wanted = fold(name)
        return next((place for place, cell in enumerate(self.header.cells) if fold(cell.text) == wanted), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a document: its text without the line end, its number and its place."""

    text: str
    number: int
    start: int

    @property
    def end(self) -> int:
        """Where its text ends, before the line end."""
        return self.start + len(self.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fence:
    """One code fence: the lines of its marks; `last` 0: it is never closed.  `swallows`: a section stands in it."""

    first: int
    last: int = 0
    swallows: bool = False

    @property
    def code(self) -> range:
        """The numbers of its lines, marks included; empty when it is broken."""
        return range(self.first, self.last + 1) if self.last and not self.swallows else range(0)


def read_lines(text: str) -> tuple[Line, ...]:
    """Return the lines of a document, whatever their ends (LF, CRLF, or mixed)."""
    lines: list[Line] = []
    start = 0
    for number, raw in enumerate(text.split("\n"), 1):
        lines.append(Line(text=raw.removesuffix("\r"), number=number, start=start))
        start += len(raw) + 1
    return tuple(lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """One heading: its text, how deep it is, and its line."""

    text: str
    level: int
    line: Line


@lru_cache(maxsize=KEPT)
def read_headings(text: str) -> tuple[Heading, ...]:
    """Return the document's headings, in order."""
    lines = read_lines(text)
    fenced = _fenced(lines)
    found = ((line, _HEADING.match(line.text)) for line in lines if line.number not in fenced)
    return tuple(Heading(text=m.group(2), level=len(m.group(1)), line=line) for line, m in found if m)


def find_heading(text: str, heading: str) -> Heading | None:
    """Return the first heading that reads so, folded."""
    wanted = fold(heading)
    return next((found for found in read_headings(text) if fold(found.text) == wanted), None)


def read_prose(text: str) -> tuple[Line, ...]:
    """Return the lines of a document that stand in no code fence."""
    lines = read_lines(text)
    fenced = _fenced(lines)
    return tuple(line for line in lines if line.number not in fenced)


@lru_cache(maxsize=KEPT)
def read_tables(text: str) -> tuple[Table, ...]:
    """Return every table of a document, in order.  Linear in its length."""
    lines = read_lines(text)
    fenced = _fenced(lines)
    return tuple(_tables(lines, fenced))


def find_tables(text: str, heading: str) -> tuple[Table, ...]:
    """Return the tables whose heading is `heading`, folded."""
    wanted = fold(heading)
    return tuple(table for table in read_tables(text) if fold(table.heading) == wanted)


def _tables(lines: tuple[Line, ...], fenced: frozenset[int]) -> Iterator[Table]:
    heading, place = "", 0
    while place < len(lines):
        line = lines[place]
        match = _HEADING.match(line.text)
        if line.number in fenced:
            place += 1
        elif match:
            heading, place = match.group(2), place + 1
        elif _starts_table(lines, place, fenced):
            last = place + 2
            while last < len(lines) and _is_row(lines[last], fenced):
                last += 1
            rows = tuple(split_row(row) for row in lines[place + 2 : last])
            yield Table(heading=heading, header=split_row(line), rows=rows, end=lines[last - 1].end)
            place = last
        else:
            place += 1


def _starts_table(lines: tuple[Line, ...], place: int, fenced: frozenset[int]) -> bool:
    if place + 1 >= len(lines) or "|" not in lines[place].text or lines[place + 1].number in fenced:
        return False
    rule = lines[place + 1].text
    return "-" in rule and "|" in rule and _RULE.match(rule) is not None and not _RULE.match(lines[place].text)


def _is_row(line: Line, fenced: frozenset[int]) -> bool:
    return "|" in line.text and line.number not in fenced and not _HEADING.match(line.text)


def split_row(line: Line) -> Row:
    """Return a row's cells; escaped pipes and pipes in inline code do not separate, outer pipes are optional."""
    text = line.text
    bounds = [-1, *_separators(text), len(text)]
    spans = [(bounds[i] + 1, bounds[i + 1]) for i in range(len(bounds) - 1)]
    if spans and not text[slice(*spans[0])].strip() and text.lstrip().startswith("|"):
        spans = spans[1:]
    if len(spans) > 1 and not text[slice(*spans[-1])].strip():
        spans = spans[:-1]
    return Row(
        cells=tuple(_cell(text, start, end, line.start) for start, end in spans),
        line=line.number,
        start=line.start,
        end=line.end,
    )


def _cell(text: str, start: int, end: int, offset: int) -> Cell:
    raw = text[start:end]
    content = raw.strip()
    first = start + (len(raw) - len(raw.lstrip()) if content else min(1, len(raw)))
    return Cell(text=content.replace("\\|", "|"), start=offset + first, end=offset + first + len(content))


def _separators(text: str) -> Iterator[int]:
    if "\\" not in text and "`" not in text:
        yield from (found.start() for found in _BAR.finditer(text))
        return
    ticks = 0
    place = 0
    while place < len(text):
        character = text[place]
        if character == "\\":
            place += 2
            continue
        if character == "`":
            run = len(text) - place - len(text[place:].lstrip("`"))
            if not ticks and "`" * run in text[place + run :]:
                ticks = run
            elif ticks == run:
                ticks = 0
            place += run
            continue
        if character == "|" and not ticks:
            yield place
        place += 1


def read_fences(lines: tuple[Line, ...]) -> tuple[Fence, ...]:
    """Return every code fence, in order, with whether what stands in it is code."""
    found: list[Fence] = []
    opened: tuple[int, str] | None = None
    for place, line in enumerate(lines):
        match = _FENCE.match(line.text)
        if match is None:
            continue
        if opened is None:
            opened = (place, match.group(1))
        elif match.group(1)[0] == opened[1][0] and len(match.group(1)) >= len(opened[1]):
            if line.text.strip().strip("`~"):  # an opening fence with a language: the one before was never closed
                found.append(Fence(first=lines[opened[0]].number))
                opened = (place, match.group(1))
                continue
            swallows = _swallows_section(lines[opened[0] + 1 : place])
            found.append(Fence(first=lines[opened[0]].number, last=line.number, swallows=swallows))
            opened = None
    if opened is not None:
        found.append(Fence(first=lines[opened[0]].number))
    return tuple(found)


def _fenced(lines: tuple[Line, ...]) -> frozenset[int]:
    """Return the numbers of the lines that stand in code fences that can be believed."""
    return frozenset(number for fence in read_fences(lines) for number in fence.code)


def _swallows_section(lines: tuple[Line, ...]) -> bool:
    """Return whether a fence holds a heading and, below it, a table: then somebody forgot to close it."""
    headed = False
    for place, line in enumerate(lines):
        headed = headed or _HEADING.match(line.text) is not None
        if headed and _starts_table(lines, place, frozenset()):
            return True
    return False
