"""An agent's own row in a Markdown status table: the plain edit that an agent makes.  Bytes outside the cell stay.

Deliberately not the reconciler's own table code: a rehearsal must not prove that code with itself.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

_CELL = re.compile(r"(?<!\\)\|")


def fold(text: str) -> str:
    """Return a name without case, accents, markup, a leading `0-` and a trailing `(w3)`."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    plain = re.sub(r"[*_`~]", "", plain).strip()
    plain = re.sub(r"^\d+\s*[-.:]\s*", "", plain)
    plain = re.sub(r"\s*\([^)]*\)\s*$", "", plain)
    return re.sub(r"[^\w]+", " ", plain).strip().casefold()


def edit_row(text: str, heading: str, key: str, row: str, cells: Mapping[str, str]) -> str | None:
    """Return `text` with the cells (header to text) of one row changed; None: no such table or row.

    Headers that the table does not have are passed over.
    """
    lines = text.splitlines(keepends=True)
    top = table_below(lines, heading)
    if top is None:
        return None
    headers = [fold(cell) for cell in cells_of(lines[top])]
    if fold(key) not in headers:
        return None
    column = headers.index(fold(key))
    for number in range(top + 2, len(lines)):
        if not lines[number].lstrip().startswith("|"):
            return None
        found = cells_of(lines[number])
        if column < len(found) and fold(found[column]) == fold(row):
            lines[number] = _with(
                lines[number], {headers.index(fold(h)): t for h, t in cells.items() if fold(h) in headers}
            )
            return "".join(lines)
    return None


def table_below(lines: list[str], heading: str) -> int | None:
    """Return the number of the header line of the first table below the heading."""
    below = not heading
    for number, line in enumerate(lines[:-1]):
        if re.match(r"\s*(>\s*)?#", line) and fold(line.strip(" #>\r\n")) == fold(heading):
            below = True
        elif below and line.lstrip().startswith("|") and re.match(r"\s*\|?[\s:|-]*-[\s:|-]*$", lines[number + 1]):
            return number
    return None


def cells_of(line: str) -> list[str]:
    """Return the texts of one row's cells."""
    return [cell.strip() for cell in _CELL.split(line.strip())[1:]]


def _with(line: str, texts: Mapping[int, str]) -> str:
    borders = [found.start() for found in _CELL.finditer(line)]
    for column in sorted(texts, reverse=True):
        if column + 1 < len(borders):
            line = f"{line[: borders[column] + 1]} {texts[column]} {line[borders[column + 1] :]}"
    return line
