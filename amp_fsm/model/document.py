"""Documents: Markdown files that people and agents write too, as they are declared and as one pass sees them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Rows(StrEnum):
    """What a document has a row for."""

    AGENTS = "agents"  # a status table: one row per agent
    TASKS = "tasks"  # a task table: one row per task
    ACTIONS = "actions"  # a log: one entry for every `append_row`
    VERIFIED = "verified"  # a completion log: one entry for every task whose work was verified


KNOWN_CELLS = ("id", "title", "task", "agent", "status", "priority", "kind", "needs", "deliverable", "updated", "date")
"""Columns of a task table whose text needs no template."""

LIVELY = frozenset({"status", "agent"})
"""Columns that follow the task's state: ours are written over others'.  Other cells are filled in, and left."""

CLOCKS = frozenset({"updated", "date"})
"""Columns that alone cause no write."""

LOGS = frozenset({Rows.ACTIONS, Rows.VERIFIED})


@dataclass(frozen=True, slots=True, kw_only=True)
class RotateSpec:
    """When the oldest entries of a log go to another file.

    Attributes:
        rows: more entries than that are too many.
        to: where they go, relative to the root; `{date}` and `{month}` stand for the day and month of the move.
        keep: how many stay; None: half of `rows`.
    """

    rows: int
    to: str
    keep: int | None = None

    @property
    def left(self) -> int:
        """How many entries stay when the log is rotated."""
        return self.rows // 2 if self.keep is None else min(self.keep, self.rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentSpec:
    """A Markdown table, or list, that people and agents write too.

    Attributes:
        heading: the heading above it, folded when compared; the nearest table below it counts.
        key: the header of the column that names the agent (status table, log) or the task (task table).
        rows: what it has a row for; None: agents if it has `columns`, else actions.
        columns: our key for a column (`status`, `task`, `updated`, ...) to its header in the file.
        words: claim (`idle`, `working`, `blocked`, `done`) to the words that mean it in the status column.
        only: states of the tasks that have a row in this task table; empty: all.
        states: for task tables: state of a task to the text of its status cell; absent: the state's name.
        cells: for task tables: our key of a column to the template of its text.
        row: for log tables: column header to the template of its cell.
        line: for logs that are lists: template of an item.
        claims: for log tables: rows written by others are read as claims, by `words`.
        rotate: for logs: when the oldest entries go elsewhere.
        lead: template of the line that says who leads; what stands before its first `{{` is how the line begins.
    """

    name: str
    file: str
    heading: str
    key: str = ""
    rows: Rows | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    only: tuple[str, ...] = ()
    states: Mapping[str, str] = field(default_factory=dict)
    cells: Mapping[str, str] = field(default_factory=dict)
    row: Mapping[str, str] = field(default_factory=dict)
    line: str = ""
    claims: bool = True
    rotate: RotateSpec | None = None
    lead: str = ""

    @property
    def kind(self) -> Rows:
        """What it has a row for."""
        return self.rows or (Rows.AGENTS if self.columns else Rows.ACTIONS)

    @property
    def headers(self) -> tuple[str, ...]:
        """The headers that its table must have, and gets when it is made; none for a list."""
        if self.kind in LOGS:
            return tuple(self.row)
        return tuple(dict.fromkeys((self.key, *self.columns.values())))


def address_of(file: str) -> str:
    """Return the address under which what is done to a document's file is planned and recorded."""
    return f"{_KIND}{file}"


def is_document(address: str) -> bool:
    """Return whether an address is that of a document's file, which has no machine and no state."""
    return address.startswith(_KIND)


_KIND = "document/"


@dataclass(frozen=True, slots=True, kw_only=True)
class RowSeen:
    """The row of an agent or a task as it is: the texts of its cells by our column keys, and its line."""

    cells: Mapping[str, str]
    line: int


Cells = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RowMemory:
    """What we did to a task's row, so that others' words in it stay until the task moves on.

    Attributes:
        entry: number of the task's stay that it was written for.
        wrote: our column keys to the texts we wrote; empty: we took the row out.
        replaced: what these cells said before; None: there was no row.
        rewrites: how often it fell back to that.
    """

    entry: int
    wrote: Cells = ()
    replaced: Cells | None = None
    rewrites: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RowEdit:
    """What is to be done to a task's row in one document.

    Attributes:
        cells: header to text; empty: the row leaves the table.
        memory: what is to be remembered once it is done.
    """

    document: str
    row: str
    cells: Cells = ()
    memory: RowMemory


@dataclass(frozen=True, slots=True, kw_only=True)
class Unwritten:
    """A file that could not be written: why, when it was last tried, and how often in a row."""

    reason: str
    at: float
    times: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentState:
    """One declared document as a pass sees it.

    Attributes:
        sealed: why its file cannot be written; empty: as far as one can see, it can.
        fault: why it cannot be read as declared, and is left alone; empty: it can.
        lacks: what would have to be made (`file`, `heading`, `table`); empty: nothing.
        line: where its table or list begins; 0: nowhere.
        rows: name of an agent, or id of a task, to its row.  twice: those whose row cannot be told, to the reason.
        entries: how many entries a log has; `oldest`: digest of those that rotating would move.
    """

    spec: DocumentSpec
    sealed: str = ""
    fault: str = ""
    lacks: str = ""
    line: int = 0
    rows: Mapping[str, RowSeen] = field(default_factory=dict)
    twice: Mapping[str, str] = field(default_factory=dict)
    entries: int = 0
    oldest: str = ""
