"""Declared documents as one pass sees them: what they hold, what they lack, and what is odd about them."""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence

from amp_fsm.model.document import LOGS, DocumentSpec, DocumentState, Rows, RowSeen, address_of
from amp_fsm.model.observed import Drift
from amp_fsm.model.project import Project
from amp_fsm.model.seen import Failed, FileSeen, Missing
from amp_fsm.observe.fold import bare_name, fold
from amp_fsm.observe.markdown_edit import DocumentProblem, table_under
from amp_fsm.observe.markdown_lines import find_heading, read_headings
from amp_fsm.observe.markdown_log import LogEntry, log_entries
from amp_fsm.observe.markdown_oddities import oddities
from amp_fsm.observe.markdown_tables import Row, Table, find_tables

Look = FileSeen | Missing | Failed | None
CLOSE = 0.8
"""How alike a heading must be to the one that is wanted, to be taken for a slip of the pen."""


def document_states(
    project: Project,
    files: Mapping[str, FileSeen | Missing | Failed],
    before: Mapping[str, DocumentState] | None = None,
) -> tuple[DocumentState, ...]:
    """Return every declared document as it is; `before`, by name, are those that are known to be as they were."""
    known, names = before or {}, names_of(project) if len(before or {}) < len(project.documents) else {}
    return tuple(
        known.get(spec.name) or document_state(spec, files.get(spec.file), names.get(spec.kind, ()))
        for spec in project.documents.values()
    )


def names_of(project: Project) -> Mapping[Rows, tuple[str, ...]]:
    """Return the names of the agents and of the tasks that rows of documents are looked up for."""
    agents = tuple(agent.row or agent.name for agent in project.agents.values())
    return {Rows.AGENTS: agents, Rows.TASKS: tuple(task.id for task in project.tasks.values() if not task.errand)}


def document_state(spec: DocumentSpec, file: Look, names: Iterable[str]) -> DocumentState:
    """Return one document as it is; `names` are those of the agents, or the tasks, whose rows are of interest."""
    if file is None or isinstance(file, Failed):
        return DocumentState(spec=spec, fault=file.reason if file else f"{spec.file} was not read")
    if isinstance(file, Missing):
        wanted = spec.headers or spec.line
        return DocumentState(spec=spec, sealed=file.sealed, lacks="file" if wanted else "")
    if "\0" in file.text:
        return DocumentState(spec=spec, fault="is no text: it holds zero bytes")
    if spec.line:
        return _list(spec, file)
    if not spec.headers:
        return DocumentState(spec=spec, sealed=file.sealed)  # nothing is written to it; facts may look at it
    table = table_under(file.text, spec.heading, spec.key)
    if isinstance(table, DocumentProblem):
        fault = _slip(spec, file.text)
        lacks = "table" if find_heading(file.text, spec.heading) else "heading"
        return DocumentState(spec=spec, sealed=file.sealed, fault=fault, lacks="" if fault else lacks)
    missing = [header for header in spec.headers if header and table.column(header) is None]
    if missing:
        known, names = ", ".join(table.header.texts), " and ".join(repr(name) for name in missing)
        fault = f"line {table.header.line}: the table under {spec.heading!r} has no column {names} (columns: {known})"
        return DocumentState(spec=spec, sealed=file.sealed, fault=fault, line=table.header.line)
    return _table(spec, file, table, names)


def _slip(spec: DocumentSpec, text: str) -> str:
    """Return why nothing is made: a table stands under a heading that is nearly the one that is wanted."""
    known = {fold(found.text): found for found in read_headings(text)}
    for close in difflib.get_close_matches(fold(spec.heading), known, n=3, cutoff=CLOSE):
        found = known[close]
        if close != fold(spec.heading) and find_tables(text, found.text):
            near = f"line {found.line.number} has {found.text!r}"
            return f"no heading {spec.heading!r}, but {near}, with a table: nothing is made; which one is meant?"
    return ""


def _list(spec: DocumentSpec, file: FileSeen) -> DocumentState:
    found = find_heading(file.text, spec.heading)
    if found is None:
        return DocumentState(spec=spec, sealed=file.sealed, lacks="heading")
    return _with_entries(spec, file, found.line.number, log_entries(file.text, spec.heading, as_list=True) or ())


def _table(spec: DocumentSpec, file: FileSeen, table: Table, names: Iterable[str]) -> DocumentState:
    if spec.kind in LOGS:
        return _with_entries(spec, file, table.header.line, table.rows)
    rows, twice = _rows(spec, table, names)
    return DocumentState(spec=spec, sealed=file.sealed, line=table.header.line, rows=rows, twice=twice)


def _with_entries(spec: DocumentSpec, file: FileSeen, line: int, entries: Sequence[LogEntry | Row]) -> DocumentState:
    rotate = spec.rotate
    oldest = entries[: len(entries) - rotate.left] if rotate is not None and len(entries) > rotate.rows else ()
    return DocumentState(
        spec=spec,
        sealed=file.sealed,
        line=line,
        entries=len(entries),
        oldest=entries_digest([file.text[entry.start : entry.end] for entry in oldest]) if oldest else "",
    )


def entries_digest(texts: Sequence[str]) -> str:
    """Return the digest by which entries of a log are known again."""
    return hashlib.sha256("\n".join(texts).encode("utf-8", "surrogateescape")).hexdigest()[:24]


def _rows(spec: DocumentSpec, table: Table, names: Iterable[str]) -> tuple[Mapping[str, RowSeen], Mapping[str, str]]:
    column = table.column(spec.key) or 0
    places = {key: table.column(header) for key, header in spec.columns.items()}
    known: dict[str, list[int]] = {}
    for number, row in enumerate(table.rows):
        if column < len(row.cells):
            known.setdefault(bare_name(row.cells[column].text), []).append(number)
    rows: dict[str, RowSeen] = {}
    twice: dict[str, str] = {}
    for name in names:
        found = [table.rows[number] for number in known.get(bare_name(name), ())]
        if len(found) > 1:
            twice[name] = f"{name} has {len(found)} rows, in lines {' and '.join(str(row.line) for row in found)}"
        elif found and len(found[0].cells) < len(table.header.cells):
            twice[name] = f"line {found[0].line}: the row of {name} has fewer cells than the table has columns"
        elif found:
            texts = found[0].texts
            cells = {key: texts[place] for key, place in places.items() if place is not None and place < len(texts)}
            rows[name] = RowSeen(cells=cells, line=found[0].line)
    return rows, twice


def document_drift(states: Sequence[DocumentState], files: Mapping[str, Look]) -> Iterator[Drift]:
    """Yield what is wrong with the documents, once for each file."""
    for file in dict.fromkeys(state.spec.file for state in states):
        of_file = [state for state in states if state.spec.file == file]
        said = [state.fault for state in of_file if state.fault]
        said += [problem for state in of_file for problem in state.twice.values()]
        look = files.get(file)
        if isinstance(look, FileSeen) and "\0" not in look.text:
            tables = tuple((state.spec.heading, state.spec.key) for state in of_file if not state.spec.line)
            said += oddities(look.text, tables)
        for text in dict.fromkeys(said):
            yield Drift(address=address_of(file), kind="document", text=text)
