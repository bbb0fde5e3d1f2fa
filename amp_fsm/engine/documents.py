"""Everything that is done to documents, one at a time: cells, entries, tables, rows of tasks, rotation, whole files."""

from __future__ import annotations

import threading
from collections.abc import Mapping

from amp_fsm.engine.document_upkeep import make_table, rotate, write_rows
from amp_fsm.engine.document_writes import Written, write_cells, write_line, write_row
from amp_fsm.engine.progress import Progress
from amp_fsm.model.document import DocumentSpec
from amp_fsm.model.machine import UPKEEP, Verb
from amp_fsm.model.project import Project
from amp_fsm.model.record import Action, Intent
from amp_fsm.observe.claims import STATUS
from amp_fsm.ports import Files

WRITES = frozenset({Verb.SET_ROW, Verb.APPEND_ROW, Verb.SET_LINE, Verb.WRITE, *UPKEEP})
"""The verbs that write files of the project."""


class Documents:
    """The documents of one project while a plan is performed.  Safe for threads."""

    def __init__(self, project: Project, files: Files, progress: Progress) -> None:
        """Write through `files`; what we write is remembered through `progress`."""
        self._project = project
        self._files = files
        self._progress = progress
        self._lock = threading.Lock()

    def perform(self, intent: Intent) -> str:
        """Do one action and return what was done, in words.

        Raises:
            DocumentError: it cannot be done; the documents are as they were.
            StaleFileError: a whole file is to be written over one that is not as we left it.
        """
        with self._lock:
            match intent.action.verb:
                case Verb.SET_ROW:
                    return self._set_row(intent)
                case Verb.APPEND_ROW:
                    return self._append_row(intent)
                case Verb.MAKE_TABLE:
                    return make_table(self._files, self._project.documents[intent.action.target])
                case Verb.SET_ROWS:
                    return write_rows(self._files, self._project.documents, intent.action)
                case Verb.SET_LINE:
                    return write_line(self._files, self._project.documents[intent.action.target], intent.action)
                case Verb.WRITE:
                    return self._write(intent.action)
                case _:
                    return self._rotate(intent)

    def _set_row(self, intent: Intent) -> str:
        document = self._project.documents[intent.action.target]
        header = document.columns.get(STATUS, "")
        wrote = dict(intent.action.cells).get(header)
        key = f"{document.name}|{intent.address.partition('/')[2]}|{STATUS}"

        def remember(replaced: Mapping[str, str]) -> None:
            if wrote is not None:
                again = intent.cause == "rewrite"
                self._progress.remember_cell(key, wrote, replaced.get(header, ""), rewritten=again)

        return write_cells(self._files, document, intent.action, remember)

    def _append_row(self, intent: Intent) -> str:
        document = self._project.documents[intent.action.target]
        return self._counted(document, write_row(self._files, document, intent.action))

    def _rotate(self, intent: Intent) -> str:
        document = self._project.documents[intent.action.target]
        return self._counted(document, rotate(self._files, document, intent))

    def _counted(self, document: DocumentSpec, written: Written) -> str:
        """Count the rows of every agent in a log that was written; return what was done."""
        for agent in self._project.agents.values():
            self._progress.recount(document, agent, written.before, written.after)
        return written.note

    def _write(self, action: Action) -> str:
        ours = self._progress.record.written.get(action.target)
        self._files.write_own(action.target, action.text, over=ours.digest if ours is not None else "")
        return f"{action.target} written"
