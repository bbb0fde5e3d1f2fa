"""Logs: entries come at the end of a table or of a list, and leave at its beginning.  Text in, text out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from amp_fsm.observe.markdown_edit import DocumentProblem, Edit, flat, line_end_at, table_under
from amp_fsm.observe.markdown_lines import Line, fences_of, find_heading, read_headings, read_lines

_ITEM = re.compile(r"^ {0,3}(?:[-*+]|\d{1,9}[.)])(?:\s|$)")
_BREAK = re.compile(r"^ {0,3}(?:(?:-\s*){3,}|(?:\*\s*){3,}|(?:_\s*){3,})$")


@dataclass(frozen=True, slots=True, kw_only=True)
class LogEntry:
    """One entry, as it is written, its line end left out, and where it stands."""

    text: str
    start: int
    end: int
    line: int


def log_entries(text: str, heading: str, key: str = "", *, as_list: bool = False) -> tuple[LogEntry, ...] | None:
    """Return the entries of a log, the oldest first; None when it is not there."""
    if as_list:
        return _items(text, heading)
    table = table_under(text, heading, key)
    if isinstance(table, DocumentProblem):
        return None
    return tuple(
        LogEntry(text=text[row.start : row.end], start=row.start, end=row.end, line=row.line) for row in table.rows
    )


def _items(text: str, heading: str) -> tuple[LogEntry, ...] | None:
    """Return the items of the lists under a heading, up to the next one; what belongs to an item stays with it."""
    found = find_heading(text, heading)
    if found is None:
        return None
    entries: list[LogEntry] = []
    blank = True
    for line in _section(text, found.line):
        if _ITEM.match(line.text) and not _BREAK.match(line.text):
            entries.append(LogEntry(text=line.text, start=line.start, end=line.end, line=line.number))
        elif entries and line.text.strip() and not _BREAK.match(line.text) and (not blank or line.text[0].isspace()):
            last = entries.pop()
            entries.append(LogEntry(text=text[last.start : line.end], start=last.start, end=line.end, line=last.line))
        elif line.text.strip() and entries:
            break
        blank = not line.text.strip()
    return tuple(entries)


def _section(text: str, heading: Line) -> Iterator[Line]:
    """Yield the lines below a heading up to the next one or to a code fence."""
    lines = read_lines(text)
    after = [other.line.number for other in read_headings(text) if other.line.number > heading.number]
    fences = [fence.first for fence in fences_of(text) if fence.first > heading.number]
    yield from lines[heading.number : min([len(lines) + 1, *after, *fences]) - 1]


def item_of(said: str) -> str:
    """Return a text as an item of a list: one line, with a bullet."""
    line = flat(said)
    return line if _ITEM.match(line) else f"- {line}"


def append_item(text: str, heading: str, said: str) -> Edit | DocumentProblem:
    """Return the document with one more item at the end of the list under a heading."""
    found, entries = find_heading(text, heading), _items(text, heading)
    if found is None or entries is None:
        return DocumentProblem(message=f"no heading {heading!r}")
    item = item_of(said)
    if entries:
        last = entries[-1]
        ending = line_end_at(text, found.line.end)
        return Edit(text=f"{text[: last.end]}{ending}{item}{text[last.end :]}")
    return Edit(text=below(text, found.line, (item,)))


def below(text: str, line: Line, lines: Sequence[str]) -> str:
    """Return the document with a block of lines under a line of it, an empty line around it."""
    ending = line_end_at(text, line.end) if line.end < len(text) else _line_end(text)
    rest = text[line.end :]
    block = ending.join(lines)
    after = rest.removeprefix(ending)
    separated = "" if not after.strip() else "" if after.startswith(("\n", "\r\n")) else ending
    return f"{text[: line.end]}{ending}{ending}{block}{ending if rest else ''}{separated}{after}"


def _line_end(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"


def has_item(text: str, heading: str, said: str) -> bool:
    """Return whether the list already holds exactly such an item."""
    item = item_of(said)
    return any(entry.text == item for entry in _items(text, heading) or ())


def without_entries(text: str, entries: Sequence[LogEntry], moved: Sequence[str]) -> str:
    """Return the document without those of `entries` that were moved, in their order; one that was edited stays."""
    gone: list[LogEntry] = []
    place = 0
    for entry in entries:
        said = entry.text.replace("\r\n", "\n")
        found = next((at for at in range(place, len(moved)) if moved[at] == said), None)
        if found is not None:
            place = found + 1
            gone.append(entry)
    for entry in reversed(gone):
        start, end = entry.start, entry.end
        if end < len(text):
            end += len(line_end_at(text, end))
        else:
            start = len(text[:start].removesuffix("\n").removesuffix("\r"))
        text = text[:start] + text[end:]
    return text
