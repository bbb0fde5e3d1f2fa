"""The actions that write rows of documents: cells of a status row, entries of a log."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from amp_fsm.model.document import DocumentSpec, RowEdit, RowMemory, Rows
from amp_fsm.model.machine import ActionSpec, Verb
from amp_fsm.model.project import AgentSpec, ServiceSpec, TaskSpec
from amp_fsm.model.record import Action
from amp_fsm.plan.actions.cause import Cause
from amp_fsm.plan.prompts import render
from amp_fsm.plan.situation import Situation

STATUS = "status"
"""The document that `set_row` writes when it names none."""


def set_row(
    situation: Situation, cause: Cause, spec: ActionSpec, values: Mapping[str, object]
) -> Iterator[tuple[str, Action]]:
    """Yield the action that writes cells of a row, if the subject has one there."""
    document = situation.project.documents.get(spec.document or STATUS)
    row = _row_of(situation.specs.get(cause.address), document) if document is not None else ""
    if document is None or not row:
        return
    wanted = dict(spec.cells)
    if "updated" in document.columns:
        wanted.setdefault("updated", "{{ now | clock }}")
    cells = tuple(
        (document.columns[key], render(text, values)) for key, text in wanted.items() if key in document.columns
    )
    edits = (_own_words(situation, cause, document, row, wanted),) if document.kind is Rows.TASKS else ()
    yield "", Action(verb=Verb.SET_ROW, target=document.name, row=row, cells=cells, rows=edits)


def _own_words(situation: Situation, cause: Cause, document: DocumentSpec, row: str, ours: Collection[str]) -> RowEdit:
    """Return what is to be remembered of cells that a task's machine writes itself: they stand for this stay."""
    before = situation.record.rows.get(f"{document.name}|{row}", RowMemory(entry=cause.entry))
    kept = tuple((key, text) for key, text in before.wrote if key not in ours)
    return RowEdit(document=document.name, row=row, memory=RowMemory(entry=cause.entry, wrote=kept))


def _row_of(subject: AgentSpec | TaskSpec | ServiceSpec | None, document: DocumentSpec) -> str:
    """Return the name by which a subject has its row in a table; empty: it has none there."""
    if isinstance(subject, AgentSpec) and document.kind is Rows.AGENTS:
        return subject.row or subject.name
    return subject.id if isinstance(subject, TaskSpec) and document.kind is Rows.TASKS else ""


def append_row(document: DocumentSpec, values: Mapping[str, object]) -> Action:
    """Return the action that adds an entry to a log."""
    cells = tuple((header, render(text, values)) for header, text in document.row.items())
    return Action(verb=Verb.APPEND_ROW, target=document.name, cells=cells, text=render(document.line, values))
