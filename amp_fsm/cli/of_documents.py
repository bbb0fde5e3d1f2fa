"""What `status` says of the documents: where each one is, what is odd about it, and what could not be written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from amp_fsm.cli.output import local_time, table

if TYPE_CHECKING:
    from amp_fsm.model.document import DocumentState
    from amp_fsm.model.project import Project
    from amp_fsm.model.record import Record
    from amp_fsm.ports import World


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentsNow:
    """The documents as they are; `problems`: what is wrong with them, each beginning with its file."""

    states: tuple[DocumentState, ...] = ()
    problems: tuple[str, ...] = ()


def documents_now(project: Project, record: Record, world: World) -> DocumentsNow:
    """Return every document as it stands, for which the files are looked at."""
    from amp_fsm.observe.document_state import document_drift, document_states

    files = {name: world.files.read(name) for name in dict.fromkeys(d.file for d in project.documents.values())}
    states = document_states(project, files)
    odd = (f"{drift.address.partition('/')[2]}: {drift.text}" for drift in document_drift(states, files))
    return DocumentsNow(states=states, problems=(*_unwritten(record), *odd))


def _unwritten(record: Record) -> Iterator[str]:
    now = record.reading.wall if record.reading is not None else 0.0
    for file, failed in record.unwritten.items():
        since = local_time(now - (record.policy - failed.at))
        times = f", {failed.times} times" if failed.times > 1 else ""
        yield f"{file}: could not be written at {since}{times}: {failed.reason}"


def documents_text(now: DocumentsNow) -> str:
    """Return a table of the documents and the list of what is wrong with them; empty for none."""
    head = ["document", "file", "line", "has", "stands"]
    rows = [
        [s.spec.name, s.spec.file, str(s.line or "-"), _has(s), s.fault or _lacks(s) or s.sealed or "ready"]
        for s in now.states
    ]
    return "\n".join([table(head, rows), *(f"  ! {problem}" for problem in now.problems)]) if rows else ""


def _has(state: DocumentState) -> str:
    return f"{state.entries} entries" if state.entries else f"{state.spec.kind}"


def _lacks(state: DocumentState) -> str:
    return f"has no {state.lacks} yet" if state.lacks else ""


def documents_json(states: Sequence[DocumentState]) -> list[dict[str, object]]:
    """Return the documents as JSON-ready values."""
    return [
        {
            "name": state.spec.name,
            "file": state.spec.file,
            "rows": state.spec.kind,
            "line": state.line or None,
            "entries": state.entries,
            "fault": state.fault or None,
            "lacks": state.lacks or None,
            "sealed": state.sealed or None,
        }
        for state in states
    ]
