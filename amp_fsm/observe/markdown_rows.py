"""Rows of tasks brought into step, all tables of one document in one go.  Text in, text out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from amp_fsm.model.document import CLOCKS, LIVELY, DocumentSpec, RowEdit
from amp_fsm.observe.fold import bare_name, fold
from amp_fsm.observe.markdown_edit import (
    Cells,
    Change,
    DocumentProblem,
    cell_changes,
    line_end_at,
    row_line,
    row_removed,
    table_under,
    with_changes,
)
from amp_fsm.observe.markdown_tables import Row, Table


@dataclass(frozen=True, slots=True, kw_only=True)
class RowsEdit:
    """An edited document, and the lines of rows that left a table."""

    text: str
    taken: tuple[str, ...] = ()


def with_rows(text: str, documents: Mapping[str, DocumentSpec], edits: Sequence[RowEdit]) -> RowsEdit | DocumentProblem:
    """Return the document with rows changed, added and taken out.

    What others wrote in the row of a task that changes tables goes along, as far as the other table has the column.
    """
    tables: dict[str, _Table] = {}
    for name in dict.fromkeys(edit.document for edit in edits):
        spec = documents[name]
        table = table_under(text, spec.heading, spec.key)
        if isinstance(table, DocumentProblem):
            return table
        tables[name] = _Table.of(spec, table)
    edited = _Editing(text=text)
    for edit in edits:
        if not edit.cells:
            edited.take_out(tables[edit.document], edit)
    for edit in edits:
        problem = edited.write(tables[edit.document], edit) if edit.cells else None
        if problem is not None:
            return problem
    return RowsEdit(text=edited.done(tables), taken=tuple(edited.taken))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Table:
    """A table of tasks with its rows by their names."""

    spec: DocumentSpec
    table: Table
    rows: Mapping[str, tuple[Row, ...]]

    @staticmethod
    def of(spec: DocumentSpec, table: Table) -> _Table:
        rows: defaultdict[str, tuple[Row, ...]] = defaultdict(tuple)
        column = table.column(spec.key)
        for row in table.rows:
            if column is not None and column < len(row.cells):
                rows[bare_name(row.cells[column].text)] += (row,)
        return _Table(spec=spec, table=table, rows=rows)


@dataclass(slots=True, kw_only=True)
class _Editing:
    """One document while it is edited; lives for one call of `with_rows` only."""

    text: str
    changes: list[Change] = field(default_factory=list)
    added: dict[str, list[str]] = field(default_factory=dict)
    carried: dict[str, dict[str, str]] = field(default_factory=dict)
    taken: list[str] = field(default_factory=list)

    def take_out(self, of: _Table, edit: RowEdit) -> None:
        """Take a row out, and keep what it said."""
        for row in of.rows.get(bare_name(edit.row), ()):
            said = zip((fold(header) for header in of.table.header.texts), row.texts, strict=False)
            self.carried.setdefault(edit.row, {}).update(said)
            self.taken.append(self.text[row.start : row.end].strip())
            self.changes.append(row_removed(self.text, row))

    def write(self, of: _Table, edit: RowEdit) -> DocumentProblem | None:
        """Change a row, or add it."""
        found = of.rows.get(bare_name(edit.row), ())
        if len(found) > 1:
            lines = " and ".join(str(row.line) for row in found)
            return DocumentProblem(message=f"{edit.row!r} has {len(found)} rows, in lines {lines}", hint="keep one")
        if found:
            changes = cell_changes(self.text, of.table, found[0], edit.row, edit.cells)
            if isinstance(changes, DocumentProblem):
                return changes
            self.changes += changes
            return None
        line = row_line(self.text, of.table, ((of.spec.key, edit.row), *self._with_carried(of, edit)))
        if isinstance(line, DocumentProblem):
            return line
        self.added.setdefault(of.spec.name, []).append(line)
        return None

    def _with_carried(self, of: _Table, edit: RowEdit) -> Cells:
        """Return the cells of a new row, with what others wrote where it stood before."""
        cells, said = dict(edit.cells), self.carried.get(edit.row, {})
        follow = {of.spec.columns[key] for key in LIVELY | CLOCKS if key in of.spec.columns}
        ours = {fold(of.spec.key), *(fold(header) for header in follow if header in cells)}
        others = [header for header in of.table.header.texts if fold(header) not in ours and said.get(fold(header))]
        declared = {fold(header): header for header in cells}
        return tuple((cells | {declared.get(fold(header), header): said[fold(header)] for header in others}).items())

    def done(self, tables: Mapping[str, _Table]) -> str:
        """Return the document with all of it."""
        for name, lines in self.added.items():
            table = tables[name].table
            ending = line_end_at(self.text, table.header.end)
            self.changes.append((table.end, table.end, "".join(f"{ending}{line}" for line in lines)))
        return with_changes(self.text, self.changes)
