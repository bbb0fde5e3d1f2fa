"""Facts that the operator declares, and where they come from.  `observe` computes them, guards use them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from amp_fsm.model.project.http_expect import HttpExpect


class Source(StrEnum):
    """Where an operator's own fact comes from.  A closed list; each has one adapter."""

    SCREEN = "screen"
    PANE = "pane"
    ROW = "row"
    LINE = "line"
    FILE = "file"
    CHECK = "check"
    HTTP = "http"
    QUEUE = "queue"
    ASSIGNMENT = "assignment"
    STATE = "state"
    AGE = "age"
    HOOK = "hook"
    USAGE = "usage"


@dataclass(frozen=True, slots=True, kw_only=True)
class FactSpec:
    """A fact that the operator declares, usable in every guard.

    Which attributes matter depends on `source`:
        screen: `region`, `pattern`.  pane: `variable`, `pattern`.  row: `document`, `column`, `pattern`.
        line: `file`, `pattern`, `last` (how many lines of the tail).  file: `file`, `min_bytes`, `contains`.
        check: `check`.  http: `http`.  queue: `skills`, `over` (more than that many tasks wait).
        assignment: `over` (attempts).  state: `subject`, `states`.  age: `over` (seconds in the present state).
        hook: `pattern` of an event's name, `contains`, `within` (seconds since it came).
        usage: `field` (`usage_percent`, `context_percent`, `tokens`, `cost`, `resets_at`), `over` (more than that; of
            `resets_at`: more than so many seconds from now).
    `{name}` in `file` stands for the subject's name (the agent, the service, or the task's id).
    """

    name: str
    source: Source
    region: str = "bottom"
    pattern: str = ""
    variable: str = ""
    document: str = ""
    column: str = ""
    file: str = ""
    last: int = 50
    min_bytes: int = 0
    contains: str = ""
    check: str = ""
    http: HttpExpect | None = None
    skills: tuple[str, ...] = ()
    subject: str = ""
    states: tuple[str, ...] = ()
    over: float = 0.0
    within: float = 300.0
    field: str = ""
