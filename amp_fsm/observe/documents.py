"""Status rows and what their words claim.  What agents write is only ever a claim, read by the operator's words."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from amp_fsm.model.document import DocumentSpec
from amp_fsm.model.seen import Failed, FileSeen, Missing
from amp_fsm.observe.fold import bare_name, fold
from amp_fsm.observe.markdown_edit import DocumentProblem, row_of
from amp_fsm.observe.markdown_lines import KEPT
from amp_fsm.observe.markdown_tables import find_tables

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
    headers = tuple(dict(zip(table.header.texts, row.texts, strict=False)).items())
    cells: dict[str, str] = {}
    for key, header in spec.columns.items():
        column = table.column(header)
        if column is not None and column < len(row.cells):
            cells[key] = row.cells[column].text
    return StatusRow(cells=cells, line=row.line, headers=headers)


def rows_in_log(spec: DocumentSpec, text: str, name: str) -> tuple[LogRow, ...]:
    """Return the rows of `name` in all tables of a log, the oldest first; asking for many names costs one reading."""
    return _log_index(text, spec.heading, spec.key).get(bare_name(name), ())


@lru_cache(maxsize=KEPT)
def _log_index(text: str, heading: str, key: str) -> Mapping[str, tuple[LogRow, ...]]:
    """Return the rows of a log by the bare names in them; texts that fold to the same have the same bare name."""
    rows: defaultdict[str, list[LogRow]] = defaultdict(list)
    for table in find_tables(text, heading):
        column = table.column(key)
        if column is None:
            continue
        for row in table.rows:
            texts = row.texts
            if column < len(texts):
                others = texts[:column] + texts[column + 1 :]
                rows[bare_name(texts[column])].append(LogRow(line=row.line, others=others))
    return {name: tuple(found) for name, found in rows.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A document as one pass sees it.  What is asked of it is looked up once, for as long as it is the same file."""

    spec: DocumentSpec
    file: FileSeen | Missing | Failed | None
    _rows: dict[str, StatusRow | Failed | None] = field(default_factory=dict, compare=False, repr=False)
    _logs: list[Mapping[str, tuple[LogRow, ...]]] = field(default_factory=list, compare=False, repr=False)

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
            self._logs.append(_log_index(self.file.text, self.spec.heading, self.spec.key))
        return self._logs[0].get(bare_name(name), ())


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
