"""Writing documents: one cell or one row at a time, over the very version that was read, or not at all.

What we write into a cell is remembered before it is written: killed in between, the cell looks as if it had fallen
back, and is written again; the other way round our own word would be read as a claim.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from amp_fsm.errors import DocumentError, StaleFileError
from amp_fsm.model.document import DocumentSpec
from amp_fsm.model.record import Action
from amp_fsm.model.seen import FileSeen, Missing
from amp_fsm.observe.markdown_edit import DocumentProblem, Edit, append_row, has_row, set_cells, set_line
from amp_fsm.observe.markdown_log import append_item, has_item
from amp_fsm.ports import Files

TRIES = 5
"""Times an edit is made anew because somebody else wrote meanwhile."""


def write_cells(
    files: Files, document: DocumentSpec, action: Action, remember: Callable[[Mapping[str, str]], None]
) -> str:
    """Write the cells of one row; return what was done, in words.

    `remember` is called right before each try with what the cells said until then.

    Raises:
        DocumentError: there is no such table, row or column, or the file cannot be written.
    """
    clock = document.columns.get("updated", "")

    def edit(text: str) -> Edit | DocumentProblem | str:
        made = set_cells(text, document.heading, document.key, action.row, action.cells)
        if isinstance(made, DocumentProblem):
            return made
        changed = [header for header, value in action.cells if made.replaced.get(header) != value]
        if made.text == text or (made.replaced and changed == [clock]):
            return "it said so already"
        remember(made.replaced)
        return made

    return edited(files, document.file, edit)


def write_row(files: Files, document: DocumentSpec, action: Action) -> Written:
    """Add one entry to a log, unless it is there.

    Raises:
        DocumentError: there is no such table or column, or the file cannot be written.
    """

    def edit(text: str) -> Edit | DocumentProblem | str:
        return "it is there already" if _holds(text, document, action) else _added(text, document, action)

    return rewritten(files, document.file, edit)


def _holds(text: str, document: DocumentSpec, action: Action) -> bool:
    if document.line:
        return has_item(text, document.heading, action.text)
    return has_row(text, document.heading, action.cells, document.key)


def _added(text: str, document: DocumentSpec, action: Action) -> Edit | DocumentProblem:
    if document.line:
        return append_item(text, document.heading, action.text)
    return append_row(text, document.heading, action.cells, document.key)


def write_line(files: Files, document: DocumentSpec, action: Action) -> str:
    """Write the line that begins with `action.what`; return what was done, in words.

    Raises:
        DocumentError: there is no such line, or the file cannot be written.
    """

    def edit(text: str) -> Edit | DocumentProblem | str:
        made = set_line(text, action.what, action.text)
        return "it said so already" if isinstance(made, Edit) and made.text == text else made

    return edited(files, document.file, edit)


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What was done to a file, in words, and its texts right before and after."""

    note: str
    before: str
    after: str


def edited(files: Files, path: str, edit: Callable[[str], Edit | DocumentProblem | str]) -> str:
    """Edit a file as `rewritten` does; return what was done, in words."""
    return rewritten(files, path, edit).note


def rewritten(files: Files, path: str, edit: Callable[[str], Edit | DocumentProblem | str]) -> Written:
    """Edit a file until nobody wrote meanwhile; `edit` may say in words that there is nothing to do.

    Raises:
        DocumentError: `edit` found a problem, or the file cannot be read or written.
    """
    for _ in range(TRIES):
        file = files.read(path)
        if not isinstance(file, FileSeen):
            reason = "does not exist" if isinstance(file, Missing) else file.reason
            raise DocumentError(f"{path}: {reason}")
        made = edit(file.text)
        if isinstance(made, str):
            return Written(note=made, before=file.text, after=file.text)
        if isinstance(made, DocumentProblem):
            raise DocumentError(f"{path}: {made.message}", hint=made.hint)
        try:
            files.replace(path, made.text, if_digest=file.digest)
        except StaleFileError:
            continue
        return Written(note=f"{path} written", before=file.text, after=made.text)
    raise DocumentError(f"{path} changes faster than it can be written", hint="who else writes it?")
