"""Everything one agent claims, in all documents of the project."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from amp_fsm.model.document import DocumentSpec, Rows
from amp_fsm.model.facts import Fact, known
from amp_fsm.model.observed import Drift
from amp_fsm.model.project import AgentSpec, Project
from amp_fsm.model.record import Assignment, CellMemory, LogMemory, Record
from amp_fsm.model.seen import Failed, Seen
from amp_fsm.model.standard import CLAIMS
from amp_fsm.model.time import Now
from amp_fsm.observe.claims import STATUS, combine, log_claims, row_claims
from amp_fsm.observe.documents import status_row


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentClaims:
    """What an agent claims.

    Attributes:
        cells, logs: what is to be remembered, by `DOCUMENT|AGENT|status` and `DOCUMENT|AGENT`.
        fallen: its row fell back to what it said before we wrote.
        task_cell: the text of its row's task cell.
        body: what of its row and log rows counts as progress when it changes.
    """

    facts: Mapping[str, Fact]
    cells: Mapping[str, CellMemory] = field(default_factory=dict)
    logs: Mapping[str, LogMemory] = field(default_factory=dict)
    fallen: bool = False
    task_cell: str = ""
    body: str = ""
    drift: tuple[Drift, ...] = ()


def status_document(project: Project) -> DocumentSpec | None:
    """Return the status table: the document called `status`, else the first that has columns."""
    named = project.documents.get("status")
    tables = [document for document in project.documents.values() if document.kind is Rows.AGENTS]
    return named if named in tables else tables[0] if tables else None


def agent_claims(
    project: Project, record: Record, seen: Seen, agent: AgentSpec, assignment: Assignment | None, now: Now
) -> AgentClaims:
    """Return what `agent` claims now, in its row and in the logs that are read for claims."""
    name = agent.row or agent.name
    logs: dict[str, LogMemory] = {}
    said: list[Mapping[str, Fact]] = []
    for document in project.documents.values():
        if document.row and document.claims and document.words:
            key = f"{document.name}|{agent.name}"
            memory = record.logs.get(key, LogMemory())
            facts, logs[key] = log_claims(document, seen.files.get(document.file), name, memory, assignment, now)
            said.append(facts)
    counts = ";".join(f"{key}={memory.rows}" for key, memory in logs.items())
    status = status_document(project)
    if status is None:
        nothing = {claim: known(claim, False, "no status table", "row") for claim in CLAIMS}
        return AgentClaims(facts=combine(nothing, said), logs=logs, body=counts)
    row = status_row(status, seen.files.get(status.file), name)
    key = f"{status.name}|{agent.name}|{STATUS}"
    claims = row_claims(status, row, record.cells.get(key, CellMemory()), assignment, now)
    cells = row.cells if row is not None and not isinstance(row, Failed) else {}
    drift = (Drift(address=agent.address, kind="row", text=claims.odd),) if claims.odd else ()
    return AgentClaims(
        facts=combine(claims.facts, said),
        cells={key: claims.memory},
        logs=logs,
        fallen=claims.fallen,
        task_cell=cells.get("task", ""),
        body=f"{claims.memory.text}|{claims.memory.row}|{counts}",
        drift=drift,
    )
