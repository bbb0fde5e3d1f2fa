"""Everything one agent claims, in all documents of the project."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from amp_fsm.model.document import DocumentSpec
from amp_fsm.model.facts import Fact, known
from amp_fsm.model.observed import Drift
from amp_fsm.model.project import AgentSpec, Project
from amp_fsm.model.record import Assignment, CellMemory, LogMemory
from amp_fsm.model.seen import Failed
from amp_fsm.model.standard import CLAIMS
from amp_fsm.model.time import Now
from amp_fsm.observe.claims import STATUS, combine, log_claims, row_claims
from amp_fsm.observe.documents import LogRow, StatusRow, claim_logs, status_document
from amp_fsm.observe.sources import Sources


@dataclass(frozen=True, slots=True, kw_only=True)
class LogSaid:
    """An agent's rows of one log (None: it could not be read), and what is remembered of them."""

    rows: tuple[LogRow, ...] | None
    memory: LogMemory | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What stands in an agent's name in the documents, and what is remembered of it.

    Attributes:
        row, cell: its row of the status table, and what is remembered of its status.
        logs: its rows of each log that is read for claims, in the project's order.
    """

    row: StatusRow | Failed | None = None
    cell: CellMemory | None = None
    logs: tuple[LogSaid, ...] = ()


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


def said_by(sources: Sources, agent: AgentSpec) -> Said:
    """Return what stands in an agent's name in the status table and in the logs."""
    name, record = agent.row or agent.name, sources.record
    status, logs = sources.status, sources.logs
    return Said(
        row=status.row(name) if status is not None else None,
        cell=record.cells.get(_cell_key(status.spec, agent)) if status is not None else None,
        logs=tuple(LogSaid(rows=log.log(name), memory=record.logs.get(_log_key(log.spec, agent))) for log in logs),
    )


def _cell_key(status: DocumentSpec, agent: AgentSpec) -> str:
    return f"{status.name}|{agent.name}|{STATUS}"


def _log_key(log: DocumentSpec, agent: AgentSpec) -> str:
    return f"{log.name}|{agent.name}"


def agent_claims(
    project: Project, agent: AgentSpec, said: Said, assignment: Assignment | None, now: Now
) -> AgentClaims:
    """Return what `agent` claims now, in its row and in the logs that are read for claims."""
    logs: dict[str, LogMemory] = {}
    claimed: list[Mapping[str, Fact]] = []
    for log, found in zip(claim_logs(project), said.logs, strict=True):
        memory = found.memory or LogMemory()
        facts, logs[_log_key(log, agent)] = log_claims(log, found.rows, memory, assignment, now)
        claimed.append(facts)
    counts = ";".join(f"{key}={memory.rows}" for key, memory in logs.items())
    status, row = status_document(project), said.row
    if status is None:
        nothing = {claim: known(claim, False, "no status table", "row") for claim in CLAIMS}
        return AgentClaims(facts=combine(nothing, claimed), logs=logs, body=counts)
    claims = row_claims(status, row, said.cell or CellMemory(), assignment, now)
    cells = row.cells if row is not None and not isinstance(row, Failed) else {}
    drift = (Drift(address=agent.address, kind="row", text=claims.odd),) if claims.odd else ()
    return AgentClaims(
        facts=combine(claims.facts, claimed),
        cells={_cell_key(status, agent): claims.memory},
        logs=logs,
        fallen=claims.fallen,
        task_cell=cells.get("task", ""),
        body=f"{claims.memory.text}|{claims.memory.row}|{counts}",
        drift=drift,
    )
