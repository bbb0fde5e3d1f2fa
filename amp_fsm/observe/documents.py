"""Status rows and what their words claim.  What agents write is only ever a claim, read by the operator's words."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from amp_fsm.model.document import DocumentSpec
from amp_fsm.model.seen import Failed, FileSeen, Missing
from amp_fsm.observe.fold import bare_name, fold
from amp_fsm.observe.markdown_edit import DocumentProblem, row_of
from amp_fsm.observe.markdown_tables import Row, find_tables

_NEGATIONS = frozenset({"not", "pas", "non", "never", "isn't", "n'est"})
_NOTHING = frozenset({"", "-", "--", "—", "–", "n/a", "tbd"})


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusRow:
    """One agent's row: its cells by our column keys, its place, and all its texts with their headers, in order."""

    cells: Mapping[str, str]
    line: int
    headers: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LogRow:
    """One row of a log: its place, and the texts of its cells but the one that says whose it is."""

    line: int
    others: tuple[str, ...]


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
    return _log_rows(_log_index(spec, text).get(bare_name(name), ()))


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


def _log_rows(placed: Iterable[_Placed]) -> tuple[LogRow, ...]:
    texts = ((column, row.line, row.texts) for column, row in placed)
    return tuple(LogRow(line=line, others=found[:column] + found[column + 1 :]) for column, line, found in texts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A document as one pass sees it.  What is asked of it is looked up once, for as long as it is the same file."""

    spec: DocumentSpec
    file: FileSeen | Missing | Failed | None
    _rows: dict[str, StatusRow | Failed | None] = field(default_factory=dict, compare=False, repr=False)
    _logs: list[Mapping[str, Sequence[_Placed]]] = field(default_factory=list, compare=False, repr=False)
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
        placed = self._logs[0].get(bare_name(name), ())
        known = self._entries.get(name)
        if known is None or known[0] != placed:
            self._entries[name] = known = (placed, _log_rows(placed))
        return known[1]

    def of(self, file: FileSeen | Missing | Failed | None) -> Page:
        """Return the same document with another file; rows of a log that stayed as they were are the very same."""
        return Page(spec=self.spec, file=file, _entries=self._entries)


def claim_of(words: Mapping[str, tuple[str, ...]], text: str) -> str | None:
    """Return what a cell claims: the word at its beginning decides, else the only claim anywhere in it.

    The empty text is returned for a cell that says nothing, None for one whose words are not known or contradict
    each other.
    """
    return _claim_of(tuple(words.items()), text)


@lru_cache(maxsize=8192)
def _claim_of(words: tuple[tuple[str, tuple[str, ...]], ...], text: str) -> str | None:
    folded = fold(text)
    if folded in _NOTHING:
        return ""
    found = sorted((place, -len(word), claim) for claim, word, place in _found(words, folded))
    if not found:
        return None
    if found[0][0] == 0:
        return found[0][2]
    claims = {claim for _, _, claim in found}
    return claims.pop() if len(claims) == 1 else None


def _found(words: tuple[tuple[str, tuple[str, ...]], ...], folded: str) -> list[tuple[str, str, int]]:
    """Return every claim word in a folded text that no longer word covers and nothing negates."""
    hits = [
        (found.start(), found.end(), claim, wanted)
        for claim, wanted, pattern in _patterns(words)
        for found in pattern.finditer(folded)
    ]
    kept = [hit for hit in hits if not any(_covers(other, hit) for other in hits)]
    return [(claim, word, start) for start, _, claim, word in kept if not _negated(folded[:start])]


@lru_cache(maxsize=64)
def _patterns(words: tuple[tuple[str, tuple[str, ...]], ...]) -> tuple[tuple[str, str, re.Pattern[str]], ...]:
    """Return every claim word, folded, with the pattern of it as a word of its own."""
    return tuple((claim, fold(word), _as_word(fold(word))) for claim, group in words for word in group)


def _as_word(wanted: str) -> re.Pattern[str]:
    edge_l, edge_r = (r"(?<!\w)" if wanted[:1].isalnum() else ""), (r"(?!\w)" if wanted[-1:].isalnum() else "")
    return re.compile(edge_l + re.escape(wanted) + edge_r)


def _covers(one: tuple[int, int, str, str], other: tuple[int, int, str, str]) -> bool:
    return one[0] <= other[0] and other[1] <= one[1] and one[1] - one[0] > other[1] - other[0]


def _negated(before: str) -> bool:
    words = before.split()
    return bool(words) and words[-1] in _NEGATIONS
