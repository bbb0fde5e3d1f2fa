"""Rows of agents in status tables and logs, found by name.  What stands in them is only ever a claim."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from amp_fsm.model.document import DocumentSpec, Rows
from amp_fsm.model.project import Project
from amp_fsm.model.seen import Failed, FileSeen, Missing
from amp_fsm.observe.claim_words import claim_of
from amp_fsm.observe.fold import bare_name, fold
from amp_fsm.observe.markdown_edit import DocumentProblem, row_of
from amp_fsm.observe.markdown_tables import Row, find_tables


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusRow:
    """One agent's row: its cells by our column keys, its place, and all its texts with their headers, in order."""

    cells: Mapping[str, str]
    line: int
    headers: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LogRow:
    """One row of a log.

    Attributes:
        others: the texts of its cells but the one that says whose it is.
        claim: the only claim in them; empty: there is none, or they contradict each other.
    """

    line: int
    others: tuple[str, ...]
    claim: str = ""


def status_document(project: Project) -> DocumentSpec | None:
    """Return the status table: the document called `status`, else the first that has columns."""
    named = project.documents.get("status")
    tables = [document for document in project.documents.values() if document.kind is Rows.AGENTS]
    return named if named in tables else tables[0] if tables else None


def claim_logs(project: Project) -> tuple[DocumentSpec, ...]:
    """Return the logs that are read for claims."""
    documents = project.documents.values()
    return tuple(document for document in documents if document.row and document.claims and document.words)


def status_row(spec: DocumentSpec, file: FileSeen | Missing | Failed | None, name: str) -> StatusRow | Failed | None:
    """Return the row of `name`; None when the table is readable and has none."""
    if not isinstance(file, FileSeen):
        reason = file.reason if isinstance(file, Failed) else "does not exist" if file else "was not read"
        return Failed(reason=f"{spec.file} {reason}")
    found = row_of(file.text, spec.heading, spec.key, name)
    if isinstance(found, DocumentProblem):
        return Failed(reason=f"{spec.file}: {found.message} ({found.hint})")
    table, row = found
    if row is None:
        return None
    texts, names = row.texts, table.header.texts
    places = _places(names, tuple(spec.columns.items()))
    cells = {key: texts[place] for key, place in places if place < len(texts)}
    return StatusRow(cells=cells, line=row.line, headers=tuple(dict(zip(names, texts, strict=False)).items()))


@lru_cache(maxsize=64)
def _places(headers: tuple[str, ...], columns: tuple[tuple[str, str], ...]) -> tuple[tuple[str, int], ...]:
    """Return where the cells of a row stand, by our keys of their columns; those that a table lacks left out."""
    folded = [fold(header) for header in headers]
    return tuple((key, folded.index(fold(header))) for key, header in columns if fold(header) in folded)


def rows_in_log(spec: DocumentSpec, text: str, name: str) -> tuple[LogRow, ...]:
    """Return the rows of `name` in all tables of a log, the oldest first."""
    return _log_rows(spec, _log_index(spec, text).get(bare_name(name), ()), (), ())


_Placed = tuple[int, Row]
"""A row, and which of its cells says whose it is."""


def _log_index(spec: DocumentSpec, text: str) -> Mapping[str, Sequence[_Placed]]:
    """Return the rows of a log by the bare names in them; texts that fold to the same have the same bare name."""
    rows: defaultdict[str, list[_Placed]] = defaultdict(list)
    for table in find_tables(text, spec.heading):
        column = table.column(spec.key)
        for row in table.rows if column is not None else ():
            if column is not None and column < len(row.cells):
                rows[bare_name(row.cells[column].text)].append((column, row))
    return rows


def _log_rows(
    spec: DocumentSpec, placed: Sequence[_Placed], before: Sequence[_Placed], known: Sequence[LogRow]
) -> tuple[LogRow, ...]:
    """Return rows as they are read; of those that are as `before`, what is known of them."""
    differ = (place for place, (one, other) in enumerate(zip(placed, before, strict=False)) if one != other)
    same = next(differ, min(len(placed), len(before)))
    return (*known[:same], *(_log_row(spec, column, row) for column, row in placed[same:]))


def _log_row(spec: DocumentSpec, column: int, row: Row) -> LogRow:
    texts = row.texts
    others = texts[:column] + texts[column + 1 :]
    claims = {claim for cell in others if (claim := claim_of(spec.words, cell))}
    return LogRow(line=row.line, others=others, claim=claims.pop() if len(claims) == 1 else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A document as one pass sees it.  What is asked of it is looked up once, for as long as it is the same file."""

    spec: DocumentSpec
    file: FileSeen | Missing | Failed | None
    _rows: dict[str, StatusRow | Failed | None] = field(default_factory=dict, compare=False, repr=False)
    _logs: list[Mapping[str, Sequence[_Placed]]] = field(default_factory=list, compare=False, repr=False)
    _read: dict[str, tuple[LogRow, ...]] = field(default_factory=dict, compare=False, repr=False)
    _entries: dict[str, tuple[Sequence[_Placed], tuple[LogRow, ...]]] = field(
        default_factory=dict, compare=False, repr=False
    )

    def row(self, name: str) -> StatusRow | Failed | None:
        """Return the row of `name`, as `status_row` does."""
        if name not in self._rows:
            self._rows[name] = status_row(self.spec, self.file, name)
        return self._rows[name]

    def cell(self, name: str, column: str) -> str | Failed | None:
        """Return the text of one cell; None when there is no such row or cell."""
        row = self.row(name)
        return row if row is None or isinstance(row, Failed) else row.cells.get(column)

    def log(self, name: str) -> tuple[LogRow, ...] | None:
        """Return the rows of `name` in a log, the oldest first; None when it could not be read."""
        if not isinstance(self.file, FileSeen):
            return None
        if not self._logs:
            self._logs.append(_log_index(self.spec, self.file.text))
        if name not in self._read:
            placed = self._logs[0].get(bare_name(name), ())
            before, known = self._entries.get(name, ((), ()))
            self._read[name] = known if before == placed else _log_rows(self.spec, placed, before, known)
            self._entries[name] = (placed, self._read[name])
        return self._read[name]

    def of(self, file: FileSeen | Missing | Failed | None) -> Page:
        """Return the same document with another file; rows of a log that stayed as they were are the very same."""
        return self if file is self.file else Page(spec=self.spec, file=file, _entries=self._entries)
