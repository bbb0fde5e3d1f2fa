"""Keeping documents in step: tables made, rows of tasks written all at once, logs rotated.

Each may be done again after being killed at any point: a table that is there is not made twice, a row that says so
already is not written, and entries that moved carry the intent's id where they went.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from amp_fsm.engine.document_writes import TRIES, Written, edited, rewritten
from amp_fsm.errors import DocumentError, StaleFileError
from amp_fsm.model.document import DocumentSpec
from amp_fsm.model.record import Action, Intent
from amp_fsm.model.seen import Failed, Missing
from amp_fsm.observe.document_state import document_state, entries_digest
from amp_fsm.observe.markdown_edit import DocumentProblem, Edit
from amp_fsm.observe.markdown_log import LogEntry, log_entries, without_entries
from amp_fsm.observe.markdown_make import with_table
from amp_fsm.observe.markdown_rotate import archived, part_of, with_part
from amp_fsm.observe.markdown_rows import with_rows
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

    Raises:
        DocumentError: there is no such table or column, or the file cannot be written.
    """
    taken: tuple[str, ...] = ()

    def edit(text: str) -> Edit | DocumentProblem | str:
        nonlocal taken
        made = with_rows(text, documents, action.rows)
        if isinstance(made, DocumentProblem):
            return made
        taken = made.taken
        return Edit(text=made.text) if made.text != text else "it said so already"

    done = edited(files, action.target, edit)
    return f"{done}; taken out: {'; '.join(taken)}" if taken else done


def rotate(files: Files, document: DocumentSpec, intent: Intent) -> Written:
    """Move the oldest entries of a log to another file.

    They are written there first, under the intent's id, and only then taken out here: killed in between, they are in
    both, and the next pass takes out what it finds there.

    Raises:
        DocumentError: one of the files cannot be read or written.
    """
    to, moved = intent.action.what, _kept(files, document, intent)
    if moved is None:
        oldest = [entry.text for entry in _entries(files, document)[: intent.action.count]]
        if entries_digest(oldest) != intent.action.key:
            return Written(note=f"{document.file} changed meanwhile: nothing was moved", before="", after="")
        _keep(files, document, intent, oldest)
        moved = tuple(text.replace("\r\n", "\n") for text in oldest)

    def edit(text: str) -> Edit | DocumentProblem | str:
        entries = log_entries(text, document.heading, document.key, as_list=bool(document.line)) or ()
        left = without_entries(text, entries[: len(moved)], moved)
        return Edit(text=left) if left != text else "they were taken out already"

    return replace(rewritten(files, document.file, edit), note=f"{len(moved)} entries moved to {to}")


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
