"""Exact edits of Markdown tables: only the bytes inside the cells change, or one row is added.  Text in, text out."""

from __future__ import annotations

import difflib
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from amp_fsm.observe.fold import bare_name, fold, same_name
from amp_fsm.observe.markdown_lines import KEPT, read_headings, read_prose
from amp_fsm.observe.markdown_tables import Row, Table, find_tables

_SLASHES = re.compile(r"\\+(?=\s*(?:\||$))")  # would escape the pipe that follows
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")
Cells = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """An edited document; `replaced` holds what each header's cell said before (empty for a new row)."""

    text: str
    replaced: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentProblem:
    """Why a document cannot be read or edited as asked, and how to mend it."""

    message: str
    hint: str = ""


def flat(value: str) -> str:
    """Return a text on one line: no line ends, no control characters, no code that is left open."""
    line = _CONTROL.sub(" ", value).strip()
    return line.replace("`", "'") if line.count("`") % 2 else line


def escape(value: str) -> str:
    """Return a text that stands in one cell: as `flat`, and no bare pipes or backslash tricks."""
    return _SLASHES.sub("", flat(value)).strip().replace("|", "\\|")


def table_under(text: str, heading: str, key: str = "") -> Table | DocumentProblem:
    """Return the table under `heading`: of several, the first one that has the column `key`."""
    found = find_tables(text, heading)
    if found:
        return next((table for table in found if table.column(key) is not None), found[0])
    known = [found.text for found in read_headings(text)]
    close = difflib.get_close_matches(heading, known, n=1)
    if close:
        hint = f"did you mean {close[0]!r}?"
    else:
        hint = f"headings: {', '.join(known[:12])}" if known else "the document has no headings"
    return DocumentProblem(message=f"no table under the heading {heading!r}", hint=hint)


def find_row(table: Table, key: str, name: str) -> Row | DocumentProblem | None:
    """Return the row that `key` names `name`; None when there is none; a problem when there are two."""
    column = table.column(key)
    if column is None:
        return _no_column(table, key)
    rows = [row for row in table.rows if column < len(row.cells) and same_name(row.cells[column].text, name)]
    if len(rows) > 1:
        return _repeated(name, rows)
    return rows[0] if rows else None


def row_of(text: str, heading: str, key: str, name: str) -> tuple[Table, Row | None] | DocumentProblem:
    """Return the table under `heading` and the row in it that `key` names `name`, as `find_row` finds it.

    Asking for every agent of a team costs no more than reading the table once.
    """
    index = _index(text, heading, key)
    if isinstance(index, DocumentProblem):
        return index
    found = {*index.folded.get(fold(name), ()), *index.bare.get(bare_name(name), ())}
    if len(found) > 1:
        return _repeated(name, [index.table.rows[place] for place in sorted(found)])
    return index.table, next((index.table.rows[place] for place in found), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Index:
    """The places of a table's rows by the folded and by the bare name in one of its columns."""

    table: Table
    folded: Mapping[str, Sequence[int]]
    bare: Mapping[str, Sequence[int]]


@lru_cache(maxsize=KEPT)
def _index(text: str, heading: str, key: str) -> _Index | DocumentProblem:
    table = table_under(text, heading, key)
    if isinstance(table, DocumentProblem):
        return table
    column = table.column(key)
    if column is None:
        return _no_column(table, key)
    folded: defaultdict[str, list[int]] = defaultdict(list)
    bare: defaultdict[str, list[int]] = defaultdict(list)
    for place, row in enumerate(table.rows):
        if column < len(row.cells):
            folded[fold(row.cells[column].text)].append(place)
            bare[bare_name(row.cells[column].text)].append(place)
    return _Index(table=table, folded=folded, bare=bare)


def _no_column(table: Table, key: str) -> DocumentProblem:
    return DocumentProblem(message=f"the table has no column {key!r}", hint=f"columns: {', '.join(table.header.texts)}")


def _repeated(name: str, rows: Sequence[Row]) -> DocumentProblem:
    places = " and ".join(str(row.line) for row in rows)
    return DocumentProblem(message=f"{name!r} has {len(rows)} rows, in lines {places}", hint="keep one of them")


def set_cells(text: str, heading: str, key: str, name: str, cells: Cells) -> Edit | DocumentProblem:
    """Return the document with some cells of one row changed; a row that is missing is added at the table's end."""
    table = table_under(text, heading, key)
    if isinstance(table, DocumentProblem):
        return table
    row = find_row(table, key, name)
    if isinstance(row, DocumentProblem):
        return row
    if row is None:
        return append_row(text, heading, ((key, name), *cells), key)
    changes = cell_changes(text, table, row, name, cells)
    if isinstance(changes, DocumentProblem):
        return changes
    said = {header: row.cells[table.column(header) or 0].text for header, _ in cells}
    return Edit(text=with_changes(text, changes), replaced=said)


Change = tuple[int, int, str]
"""What stands from one place up to another, and what is to stand there."""


def cell_changes(text: str, table: Table, row: Row, name: str, cells: Cells) -> list[Change] | DocumentProblem:
    """Return what has to change for the cells of a row to say so."""
    changes: list[Change] = []
    for header, value in cells:
        column = table.column(header)
        if column is None or column >= len(row.cells):
            return DocumentProblem(message=f"row {name!r} has no cell {header!r}", hint=f"line {row.line}")
        cell = row.cells[column]
        if escape(value) != text[cell.start : cell.end]:
            cramped = cell.start == cell.end and text[cell.end : cell.end + 1] == "|"
            changes.append((cell.start, cell.end, f"{escape(value)} " if cramped else escape(value)))
    return changes


def with_changes(text: str, changes: Sequence[Change]) -> str:
    """Return the document with some of its places changed, which do not overlap."""
    parts: list[str] = []
    place = 0
    for start, end, value in sorted(changes):
        parts += [text[place:start], value]
        place = end
    return "".join((*parts, text[place:]))


def set_line(text: str, begins: str, line: str) -> Edit | DocumentProblem:
    """Return the document with its first line that begins so replaced; lines in code blocks are none."""
    for old in read_prose(text):
        said = old.text.lstrip()
        if said.startswith(begins):
            start, flat = old.end - len(said), _CONTROL.sub(" ", line).rstrip()
            return Edit(text=f"{text[:start]}{flat}{text[old.end :]}", replaced={begins: said})
    return DocumentProblem(message=f"no line begins with {begins!r}", hint="add one, or take `lead` from the document")


def append_row(text: str, heading: str, cells: Cells, key: str = "") -> Edit | DocumentProblem:
    """Return the document with one more row at the table's end, in the style of the table."""
    table = table_under(text, heading, key)
    if isinstance(table, DocumentProblem):
        return table
    line = row_line(text, table, cells)
    if isinstance(line, DocumentProblem):
        return line
    return Edit(text=f"{text[: table.end]}{line_end_at(text, table.header.end)}{line}{text[table.end :]}")


def row_line(text: str, table: Table, cells: Cells) -> str | DocumentProblem:
    """Return a new row in the style of the table, without a line end."""
    values = _values(table, cells)
    if isinstance(values, DocumentProblem):
        return values
    header = text[table.header.start : table.header.end]
    indent = header[: len(header) - len(header.lstrip())]
    line = f" {' | '.join(values)} "
    return f"{indent}|{line}|" if header.lstrip().startswith("|") else f"{indent}{line.strip()}"


def line_end_at(text: str, end: int) -> str:
    """Return the line end that stands at `end`, for a line that is put after it; LF at the end of the document."""
    return "\r\n" if text[end : end + 2] == "\r\n" else "\n"


def row_removed(text: str, row: Row) -> Change:
    """Return the change that takes a row out, with the line end above it: rows may be put in where it ends."""
    return len(text[: row.start].removesuffix("\n").removesuffix("\r")), row.end, ""


def has_row(text: str, heading: str, cells: Cells, key: str = "") -> bool:
    """Return whether the table already holds exactly such a row."""
    table = table_under(text, heading, key)
    if isinstance(table, DocumentProblem):
        return False
    values = _values(table, cells)
    if isinstance(values, DocumentProblem):
        return False
    wanted = tuple(value.replace("\\|", "|") for value in values)
    return any(row.texts == wanted for row in table.rows)


def _values(table: Table, cells: Cells) -> list[str] | DocumentProblem:
    values = ["" for _ in table.header.cells]
    for header, value in cells:
        column = table.column(header)
        if column is None:
            known = ", ".join(table.header.texts)
            return DocumentProblem(message=f"the table has no column {header!r}", hint=f"columns: {known}")
        values[column] = escape(value)
    return values
