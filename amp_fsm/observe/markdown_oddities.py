"""What is odd about a Markdown document, with its lines: it is said, and left as it is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from amp_fsm.observe.fold import fold
from amp_fsm.observe.markdown_edit import DocumentProblem, table_under
from amp_fsm.observe.markdown_lines import KEPT, fenced_in, fences_of, read_headings, read_lines
from amp_fsm.observe.markdown_tables import Table, find_tables, read_tables

_NO_UTF8 = re.compile("[\udc80-\udcff]")  # how bytes that cannot be decoded are read
MOST = 5
"""Oddities of one document that are told one by one."""


@lru_cache(maxsize=KEPT)
def oddities(text: str, wanted: tuple[tuple[str, str], ...]) -> tuple[str, ...]:
    """Return what is odd about a document.

    Args:
        text: the whole document.
        wanted: heading of each table that is of interest, and the header of its key column.
    """
    found = [*_bytes(text), *_fences(text)]
    for heading, key in wanted:
        found += [*_tables(text, heading, key), *_stray_rows(text, heading)]
    more = len(found) - MOST
    return (*found[:MOST], f"and {more} more of the kind") if more > 0 else tuple(found)


def _bytes(text: str) -> Iterator[str]:
    found = _NO_UTF8.search(text)
    if found is not None:
        yield f"line {text.count(chr(10), 0, found.start()) + 1} is not UTF-8; its bytes stay as they are"


def _fences(text: str) -> Iterator[str]:
    for fence in fences_of(text):
        if not fence.last:
            yield f"line {fence.first}: a code fence that is never closed; what follows is read all the same"
        elif fence.swallows:
            lines = f"lines {fence.first}-{fence.last}"
            yield f"{lines}: a code fence around a heading and a table; they are read all the same"


def _tables(text: str, heading: str, key: str) -> Iterator[str]:
    tables, used = find_tables(text, heading), table_under(text, heading, key)
    if len(tables) > 1 and not isinstance(used, DocumentProblem):
        places = " and ".join(str(table.header.line) for table in tables)
        yield f"{len(tables)} tables under {heading!r}, in lines {places}: the one in line {used.header.line} is used"


def _stray_rows(text: str, heading: str) -> Iterator[str]:
    """Yield rows under a heading that belong to no table: an empty line tore them off, and nobody reads them."""
    tables, wanted = read_tables(text), fold(heading)
    lines = read_lines(text)
    code = fenced_in(text)
    rows = _rows_of(tables) | code
    within = False
    starts = {found.line.number: fold(found.text) == wanted for found in read_headings(text)}
    stray: list[int] = []
    for line in lines:
        within = starts.get(line.number, within)
        if within and line.number not in rows and line.text.lstrip().startswith("|") and line.text.count("|") > 1:
            stray.append(line.number)
    if stray:
        count = f"{len(stray)} rows" if len(stray) > 1 else "a row"
        yield f"line {stray[0]}: {count} outside of the table under {heading!r}: not read (an empty line above?)"


def _rows_of(tables: tuple[Table, ...]) -> set[int]:
    return {number for table in tables for number in range(table.header.line, table.header.line + 2 + len(table.rows))}
