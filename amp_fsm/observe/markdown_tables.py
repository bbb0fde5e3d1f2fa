"""Markdown tables as people write them, with the exact place of every cell.  Reads only; see `markdown_edit`."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from amp_fsm.observe.fold import fold
from amp_fsm.observe.markdown_lines import HEADING, KEPT, Line, fenced_in, read_lines, starts_table

_BAR = re.compile(r"\|")


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


@lru_cache(maxsize=KEPT)
def read_tables(text: str) -> tuple[Table, ...]:
    """Return every table of a document, in order.  Linear in its length."""
    lines = read_lines(text)
    made = tuple(_tables(lines, fenced_in(text), _rows_before(lines)))
    _read.append((lines, made))
    return made


_read: deque[tuple[tuple[Line, ...], tuple[Table, ...]]] = deque(maxlen=KEPT)
"""Documents whose tables were read last; rows in lines that stayed as they were are not split again."""


def _rows_before(lines: tuple[Line, ...]) -> Mapping[int, Row]:
    """Return the rows, by the number of their line, that a document has in common with one that was read lately."""
    alike = ((_common(lines, known), tables) for known, tables in tuple(_read))
    common, tables = max(alike, key=lambda found: found[0], default=(0, ()))
    return {row.line: row for table in tables for row in table.rows if row.line <= common}


def _common(one: tuple[Line, ...], other: tuple[Line, ...]) -> int:
    """Return how many lines two documents have in common from their beginning: the very same objects."""
    return bisect_left(range(min(len(one), len(other))), True, key=lambda place: one[place] is not other[place])


def find_tables(text: str, heading: str) -> tuple[Table, ...]:
    """Return the tables whose heading is `heading`, folded."""
    wanted = fold(heading)
    return tuple(table for table in read_tables(text) if fold(table.heading) == wanted)


def _tables(lines: tuple[Line, ...], fenced: frozenset[int], known: Mapping[int, Row]) -> Iterator[Table]:
    heading, place = "", 0
    while place < len(lines):
        line = lines[place]
        match = HEADING.match(line.text)
        if line.number in fenced:
            place += 1
        elif match:
            heading, place = match.group(2), place + 1
        elif starts_table(lines, place, fenced):
            last = place + 2
            while last < len(lines) and _is_row(lines[last], fenced):
                last += 1
            rows = tuple(known.get(row.number) or split_row(row) for row in lines[place + 2 : last])
            yield Table(heading=heading, header=split_row(line), rows=rows, end=lines[last - 1].end)
            place = last
        else:
            place += 1


def _is_row(line: Line, fenced: frozenset[int]) -> bool:
    text = line.text
    return "|" in text and line.number not in fenced and (text[0] == "|" or not HEADING.match(text))


def split_row(line: Line) -> Row:
    """Return a row's cells; escaped pipes and pipes in inline code do not separate, outer pipes are optional."""
    return Row(
        cells=tuple(
            Cell(text=text, start=line.start + start, end=line.start + end) for text, start, end in _cells(line.text)
        ),
        line=line.number,
        start=line.start,
        end=line.end,
    )


@lru_cache(maxsize=8192)
def _cells(text: str) -> tuple[tuple[str, int, int], ...]:
    """Return the text of every cell of a row, and where its content begins and ends."""
    bounds = [-1, *_separators(text), len(text)]
    spans = [(bounds[i] + 1, bounds[i + 1]) for i in range(len(bounds) - 1)]
    if spans and not text[slice(*spans[0])].strip() and text.lstrip().startswith("|"):
        spans = spans[1:]
    if len(spans) > 1 and not text[slice(*spans[-1])].strip():
        spans = spans[:-1]
    return tuple(_cell(text, start, end) for start, end in spans)


def _cell(text: str, start: int, end: int) -> tuple[str, int, int]:
    raw = text[start:end]
    content = raw.strip()
    first = start + (len(raw) - len(raw.lstrip()) if content else min(1, len(raw)))
    return content.replace("\\|", "|"), first, first + len(content)


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
