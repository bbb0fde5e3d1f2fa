"""What must hold of the documents after a rehearsal: nothing changed but what their declarations allow.  Pure.

Deliberately not the reconciler's own table code: a rehearsal must not prove that code with itself.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

from amp_fsm.model.document import DocumentSpec, Rows
from amp_fsm.rehearsal.practice_agent.rows import cells_of, fold, table_below

Lines = Sequence[str]
Span = tuple[int, int]


def broken_file(specs: Sequence[DocumentSpec], tasks: Collection[str], before: str, after: str) -> Iterator[str]:
    """Yield what changed in a file besides what the documents in it allow; `tasks`: ids whose rows are ours."""
    old, new = (_leaderless(specs, text.splitlines(keepends=True)) for text in (before, after))
    first = {spec.name: _place(spec, old) for spec in specs}
    second = {spec.name: _place(spec, new) for spec in specs}
    made = [spec for spec in specs if first[spec.name] is None and second[spec.name] is not None]
    leads = tuple(spec.lead.partition("{{")[0].strip() for spec in specs if spec.lead)
    rest, left = _without(old, first.values(), leads), _without(new, second.values(), leads)
    if made:
        headings = {fold(spec.heading) for spec in made}
        rest, left = _plain(rest, headings), _plain(left, headings)
    if rest != left:
        yield f"document {' and '.join(spec.name for spec in specs)}: lines outside what is declared changed"
    for spec in specs:
        was, now = first[spec.name], second[spec.name]
        if was is not None and now is None:
            yield f"document {spec.name}: nothing is left under {spec.heading!r}"
        elif was is not None and now is not None:
            yield from _broken_part(spec, {fold(task) for task in tasks}, old[slice(*was)], new[slice(*now)])


def _leaderless(specs: Sequence[DocumentSpec], lines: Lines) -> list[str]:
    """Return the lines, the ones that say who leads without what they say."""
    begins = tuple(spec.lead.partition("{{")[0] for spec in specs if spec.lead)
    return [next((start for start in begins if line.startswith(start)), line) for line in lines]


def _broken_part(spec: DocumentSpec, tasks: set[str], old: Lines, new: Lines) -> Iterator[str]:
    if spec.kind is Rows.AGENTS:
        yield from _changed_cells(spec, old, new)
    elif spec.kind is Rows.TASKS:
        yield from _changed_tasks(spec, tasks, old, new)
    elif spec.rotate is None and not _is_subsequence(old, new):
        yield f"document {spec.name}: entries of the log were changed or removed"


def _changed_cells(spec: DocumentSpec, old: Lines, new: Lines) -> Iterator[str]:
    if len(old) != len(new):
        yield f"document {spec.name}: rows were added or removed"
        return
    for before, after in zip(old, new, strict=True):
        if before != after and _elsewhere(before, _ours(spec, old)) != _elsewhere(after, _ours(spec, old)):
            yield f"document {spec.name}: the row {before.strip()!r} changed outside its declared columns"


def _changed_tasks(spec: DocumentSpec, tasks: set[str], old: Lines, new: Lines) -> Iterator[str]:
    """Yield rows that are no task's and changed, and what others wrote in a task's row if it did not stay."""
    key = next((place for place, header in enumerate(cells_of(old[0])) if fold(header) == fold(spec.key)), 0)
    before, after = ({_key(line, key): line for line in lines[2:]} for lines in (old, new))
    strangers = [[line for line in lines if _key(line, key) not in tasks] for lines in (old, new)]
    if strangers[0] != strangers[1]:
        yield f"document {spec.name}: rows that are no task's changed"
    for name in tasks & before.keys() & after.keys():
        if _elsewhere(before[name], _ours(spec, old)) != _elsewhere(after[name], _ours(spec, old)):
            yield f"document {spec.name}: the row {before[name].strip()!r} changed outside its declared columns"


def _key(line: str, column: int) -> str:
    cells = cells_of(line)
    return fold(cells[column]) if column < len(cells) else ""


def _ours(spec: DocumentSpec, table: Lines) -> list[int]:
    declared = {fold(header) for header in spec.columns.values()}
    return [place for place, header in enumerate(cells_of(table[0])) if fold(header) in declared]


def _elsewhere(line: str, places: Sequence[int]) -> list[str]:
    """Return the line's parts between unescaped bars, exactly as written, without the cells at `places`."""
    parts = re.split(r"(?<!\\)\|", line)
    return [part for place, part in enumerate(parts) if place - 1 not in places]


def _place(spec: DocumentSpec, lines: Lines) -> Span | None:
    """Return the half-open range of the declared table's lines, or of the lines of a list."""
    return _list(spec, lines) if spec.line else _table(spec, lines)


def _table(spec: DocumentSpec, lines: Lines) -> Span | None:
    top, heading = table_below(list(lines), spec.heading), _heading_line(spec, lines)
    if top is None or heading is None or any(_heading(line) for line in lines[heading + 1 : top]):
        return None  # there is none, or it is another heading's
    bottom = top
    while bottom < len(lines) and lines[bottom].lstrip().startswith("|"):
        bottom += 1
    return top, bottom


def _list(spec: DocumentSpec, lines: Lines) -> Span | None:
    """Return the range of the items below the heading, with the empty lines above the first one."""
    top = _heading_line(spec, lines)
    if top is None:
        return None
    below = next((n for n in range(top + 1, len(lines)) if _heading(lines[n])), len(lines))
    items = [n for n in range(top + 1, below) if lines[n].startswith(("- ", "* "))]
    if not items:
        return top + 1, top + 1
    blank = all(not line.strip() for line in lines[top + 1 : items[0]])
    return (top + 1 if blank else items[0]), items[-1] + 1


def _heading_line(spec: DocumentSpec, lines: Lines) -> int | None:
    wanted = fold(spec.heading)
    return next((n for n, line in enumerate(lines) if _heading(line) and fold(line.strip(" #\r\n")) == wanted), None)


def _heading(line: str) -> bool:
    return re.match(r" {0,3}#{1,6}\s", line) is not None


def _without(lines: Lines, spans: Collection[Span | None], leads: tuple[str, ...]) -> list[str]:
    """Return the lines outside of what is declared; of the one that says who leads, only its beginning is fixed."""
    taken = {number for span in spans if span is not None for number in range(*span)}
    rest = [line for number, line in enumerate(lines) if number not in taken]
    return [next((lead for lead in leads if line.startswith(lead)), line) for line in rest]


def _plain(lines: Lines, headings: Collection[str]) -> list[str]:
    """Return lines without empty ones and the headings that were made."""
    kept = [line.rstrip("\r\n") for line in lines if line.strip()]
    return [line for line in kept if not (_heading(line) and fold(line.strip(" #")) in headings)]


def _is_subsequence(old: Lines, new: Lines) -> bool:
    rest = iter(new)
    return all(any(line == other for other in rest) for line in old)
