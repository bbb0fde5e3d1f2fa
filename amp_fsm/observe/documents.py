"""Status rows and what their words claim.  What agents write is only ever a claim, read by the operator's words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from amp_fsm.model.document import DocumentSpec
from amp_fsm.model.seen import Failed, FileSeen, Missing
from amp_fsm.observe.fold import fold
from amp_fsm.observe.markdown_edit import DocumentProblem, row_of

_NEGATIONS = frozenset({"not", "pas", "non", "never", "isn't", "n'est"})
_NOTHING = frozenset({"", "-", "--", "—", "–", "n/a", "tbd"})


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusRow:
    """One agent's row: its cells by our column keys, its place, and all its texts by header."""

    cells: Mapping[str, str]
    line: int
    headers: Mapping[str, str]


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
    headers = dict(zip(table.header.texts, row.texts, strict=False))
    cells: dict[str, str] = {}
    for key, header in spec.columns.items():
        column = table.column(header)
        if column is not None and column < len(row.cells):
            cells[key] = row.cells[column].text
    return StatusRow(cells=cells, line=row.line, headers=headers)


def cell_of(
    spec: DocumentSpec, file: FileSeen | Missing | Failed | None, name: str, column: str
) -> str | Failed | None:
    """Return the text of one cell; None when there is no such row or cell."""
    row = status_row(spec, file, name)
    return row if row is None or isinstance(row, Failed) else row.cells.get(column)


def claim_of(words: Mapping[str, tuple[str, ...]], text: str) -> str | None:
    """Return what a cell claims: the word at its beginning decides, else the only claim anywhere in it.

    The empty text is returned for a cell that says nothing, None for one whose words are not known or contradict
    each other.
    """
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


def _found(words: Mapping[str, tuple[str, ...]], folded: str) -> list[tuple[str, str, int]]:
    """Return every claim word in a folded text that no longer word covers and nothing negates."""
    hits: list[tuple[int, int, str, str]] = []
    for claim, group in words.items():
        for word in group:
            wanted = fold(word)
            edge_l, edge_r = (r"(?<!\w)" if wanted[:1].isalnum() else ""), (r"(?!\w)" if wanted[-1:].isalnum() else "")
            hits += [
                (m.start(), m.end(), claim, wanted) for m in re.finditer(edge_l + re.escape(wanted) + edge_r, folded)
            ]
    kept = [hit for hit in hits if not any(_covers(other, hit) for other in hits)]
    return [(claim, word, start) for start, _, claim, word in kept if not _negated(folded[:start])]


def _covers(one: tuple[int, int, str, str], other: tuple[int, int, str, str]) -> bool:
    return one[0] <= other[0] and other[1] <= one[1] and one[1] - one[0] > other[1] - other[0]


def _negated(before: str) -> bool:
    words = before.split()
    return bool(words) and words[-1] in _NEGATIONS
