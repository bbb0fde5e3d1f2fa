"""Keeping documents in step: tables made, rows of tasks written all at once, logs rotated.

Each may be done again after being killed at any point: a table that is there is not made twice, a row that says so
already is not written, and entries that moved carry the intent's id where they went.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from amp_fsm.engine.document_writes import TRIES, edited
from amp_fsm.errors import DocumentError, StaleFileError
from amp_fsm.model.document import CLOCKS, LIVELY, DocumentSpec, RowEdit
from amp_fsm.model.record import Action, Intent
from amp_fsm.model.seen import Failed, Missing
from amp_fsm.observe.document_state import document_state, entries_digest
from amp_fsm.observe.fold import fold
from amp_fsm.observe.markdown import Row, Table
from amp_fsm.observe.markdown_edit import DocumentProblem, Edit, find_row, remove_row, set_cells, table_under
from amp_fsm.observe.markdown_log import LogEntry, log_entries, without_entries
from amp_fsm.observe.markdown_make import with_table
from amp_fsm.observe.markdown_rotate import archived, part_of, with_part
from amp_fsm.ports import Files


def make_table(files: Files, document: DocumentSpec) -> str:
    """Make what a document lacks; return what was done, in words.

    Raises:
        DocumentError: the file cannot be written.
    """
    headers = () if document.line else document.headers
    if isinstance(files.read(document.file), Missing):
        try:
            files.create(document.file, with_table("", document.heading, headers))
        except StaleFileError:
            pass
        else:
            return f"{document.file} made"

    def edit(text: str) -> Edit | DocumentProblem | str:
        state = document_state(document, files.read(document.file), ())
        if state.fault:
            return DocumentProblem(message=state.fault)
        return Edit(text=with_table(text, document.heading, headers)) if state.lacks else "it is there already"

    return edited(files, document.file, edit)


def write_rows(files: Files, documents: Mapping[str, DocumentSpec], action: Action) -> str:
    """Bring rows of tasks into step, all tables of one file in one go; return what was done, in words.

    What others wrote in the row of a task that changes tables goes along, as far as the other table has the column.

    Raises:
        DocumentError: there is no such table or column, or the file cannot be written.
    """
    taken: list[str] = []

    def edit(text: str) -> Edit | DocumentProblem | str:
        taken.clear()
        before, carried = text, dict[str, dict[str, str]]()
        for row in action.rows:
            if not row.cells:
                text = _without(text, documents[row.document], row, carried, taken)
        for row in action.rows:
            if row.cells:
                made = _with(text, documents[row.document], row, carried.get(row.row, {}))
                if isinstance(made, DocumentProblem):
                    return made
                text = made.text
        return Edit(text=text) if text != before else "it said so already"

    done = edited(files, action.target, edit)
    return f"{done}; taken out: {'; '.join(taken)}" if taken else done


def _without(
    text: str, document: DocumentSpec, edit: RowEdit, carried: dict[str, dict[str, str]], taken: list[str]
) -> str:
    table = table_under(text, document.heading, document.key)
    row = find_row(table, document.key, edit.row) if isinstance(table, Table) else None
    if not isinstance(table, Table) or not isinstance(row, Row):
        return text
    said = dict(zip((fold(header) for header in table.header.texts), row.texts, strict=False))
    carried.setdefault(edit.row, {}).update(said)
    taken.append(text[row.start : row.end].strip())
    return remove_row(text, row)


def _with(text: str, document: DocumentSpec, edit: RowEdit, carried: Mapping[str, str]) -> Edit | DocumentProblem:
    table = table_under(text, document.heading, document.key)
    if isinstance(table, DocumentProblem):
        return table
    cells = dict(edit.cells)
    if find_row(table, document.key, edit.row) is None:
        follow = {document.columns[key] for key in LIVELY | CLOCKS if key in document.columns}
        ours = {fold(document.key), *(fold(header) for header in follow if header in cells)}
        others = [header for header in table.header.texts if fold(header) not in ours and carried.get(fold(header))]
        declared = {fold(header): header for header in cells}
        cells |= {declared.get(fold(header), header): carried[fold(header)] for header in others}
    return set_cells(text, document.heading, document.key, edit.row, tuple(cells.items()))


def rotate(files: Files, document: DocumentSpec, intent: Intent) -> str:
    """Move the oldest entries of a log to another file; return what was done, in words.

    They are written there first, under the intent's id, and only then taken out here: killed in between, they are in
    both, and the next pass takes out what it finds there.

    Raises:
        DocumentError: one of the files cannot be read or written.
    """
    to, moved = intent.action.what, _kept(files, document, intent)
    if moved is None:
        oldest = [entry.text for entry in _entries(files, document)[: intent.action.count]]
        if entries_digest(oldest) != intent.action.key:
            return f"{document.file} changed meanwhile: nothing was moved"
        _keep(files, document, intent, oldest)
        moved = tuple(text.replace("\r\n", "\n") for text in oldest)

    def edit(text: str) -> Edit | DocumentProblem | str:
        entries = log_entries(text, document.heading, document.key, as_list=bool(document.line)) or ()
        left = without_entries(text, entries[: len(moved)], moved)
        return Edit(text=left) if left != text else "they were taken out already"

    edited(files, document.file, edit)
    return f"{len(moved)} entries moved to {to}"


def _kept(files: Files, document: DocumentSpec, intent: Intent) -> tuple[str, ...] | None:
    """Return the entries that an intent wrote to the other file before it was killed; None: it did not."""
    seen = files.read(intent.action.what)
    if isinstance(seen, Failed):
        raise DocumentError(seen.reason)
    return None if isinstance(seen, Missing) else part_of(seen.text, document, intent.id)


def _entries(files: Files, document: DocumentSpec) -> tuple[LogEntry, ...]:
    seen = files.read(document.file)
    if isinstance(seen, Failed | Missing):
        raise DocumentError(seen.reason if isinstance(seen, Failed) else f"{document.file} does not exist")
    return log_entries(seen.text, document.heading, document.key, as_list=bool(document.line)) or ()


def _keep(files: Files, document: DocumentSpec, intent: Intent, entries: Sequence[str]) -> None:
    seen = files.read(document.file)
    text = "" if isinstance(seen, Failed | Missing) else seen.text
    part = archived(text, document, intent.id, entries)
    for _ in range(TRIES):
        there = files.read(intent.action.what)
        try:
            if isinstance(there, Missing):
                return files.create(intent.action.what, with_part("", part), folder=True)
            if isinstance(there, Failed):
                raise DocumentError(there.reason)
            return files.replace(intent.action.what, with_part(there.text, part), if_digest=there.digest)
        except StaleFileError:
            continue
    raise DocumentError(f"{intent.action.what} changes faster than it can be written", hint="who else writes it?")
