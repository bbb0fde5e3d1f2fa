"""Effects as data, written down before they are done.  `plan` makes them, `engine.apply` performs them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from amp_fsm.model.document import RowEdit
from amp_fsm.model.machine import Verb
from amp_fsm.model.notice import Severity
from amp_fsm.model.seen import PaneRef


class IntentStatus(StrEnum):
    """How far an intent has come.  The last four are settled."""

    OPEN = "open"
    TYPING = "typing"
    TYPED = "typed"
    ENTERED = "entered"
    DONE = "done"  # `delivered`, for a send
    FAILED = "failed"
    UNKNOWN = "unknown"  # only a person can tell: `resolve`
    VOID = "void"


UNSETTLED = frozenset({IntentStatus.OPEN, IntentStatus.TYPING, IntentStatus.TYPED, IntentStatus.ENTERED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One effect, as data: everything needed to perform it, rendered.

    Attributes:
        target: the agent, service, document or file, or `operator`.
        text: the prompt of `send` with its marker, the message of `notify`, the dialog of `answer`, the line of
            `set_line`, or the whole file of `write`.
        what: the prompt's name, the check's name, the answer as the dialog writes it, how the line of `set_line`
            begins, the task that a file is written for.
        row: the key of the row for `set_row`.
        cells: header (or column key) to text, for `set_row` and `append_row`.
        argv, env, cwd, window: of `start` and `run`; `key`: the run's key, the digest of the dialog.
        severity: how much the message of `notify` matters.
        rows: what `set_rows` does, row by row; `count`: how many entries `rotate` moves.
        submit, settle: how the profile submits, for `send`; `queue`: it may be submitted while the agent works.
        command: the text of `send` is a command of the program itself: no prompt, and without our marker.
    """

    verb: Verb
    target: str
    what: str = ""
    text: str = ""
    digest: str = ""
    row: str = ""
    cells: tuple[tuple[str, str], ...] = ()
    argv: tuple[str, ...] = ()
    env: tuple[tuple[str, str], ...] = ()
    cwd: str = ""
    window: str = ""
    key: str = ""
    submit: str = "Enter"
    settle: float = 0.3
    queue: bool = False
    command: bool = False
    timeout: float = 0.0
    exclusive: str = ""
    severity: Severity = Severity.WARNING
    rows: tuple[RowEdit, ...] = ()
    count: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """An action written down before it is done.

    Attributes:
        id: derived from subject, entry, cause, tick and key: a rerun makes the same one, a second visit another.
        cause: name of the transition or timer; `tick`: how often that timer had ticked; `key`: the action's place.
        assignment: the assignment it belongs to, empty for none.
        pane: where it was typed; set before typing.
        seen: what the composer held right before typing.
        attempts: how often it was tried; `note`: why it is still open, or how it ended.
        at: policy time of creation; `changed`: of its last change of status.
    """

    id: str
    address: str
    entry: int
    cause: str
    tick: int = 0
    key: str = ""
    action: Action
    assignment: str = ""
    status: IntentStatus = IntentStatus.OPEN
    pane: PaneRef | None = None
    attempts: int = 0
    enters: int = 0
    note: str = ""
    at: float = 0.0
    at_wall: float = 0.0
    changed: float = 0.0

    @property
    def settled(self) -> bool:
        """Whether nothing more will be done about it by itself; an unknown one still waits for a person."""
        return self.status not in UNSETTLED
