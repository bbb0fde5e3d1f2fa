"""The record: what is remembered between passes.  Values only; the store keeps them, `plan` decides from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from amp_fsm.model.document import RowEdit, RowMemory, Unwritten
from amp_fsm.model.errand import AddedTask
from amp_fsm.model.machine import Verb
from amp_fsm.model.notice import Severity
from amp_fsm.model.proposal import ProposalFile
from amp_fsm.model.seen import PaneRef
from amp_fsm.model.time import Reading
from amp_fsm.model.usage import Spent, Usage


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """One use of a budget: when, in which stay, for which assignment, and how often the timer had ticked."""

    name: str
    at: float
    entry: int
    assignment: str = ""
    tick: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectRecord:
    """Where one subject stands.

    Attributes:
        entry: number of its stay in a state, counted from 1 over the subject's whole life.
        since: policy time at which it came into the state; `since_wall`: the same moment for people.
        uses: budget uses, newest last.
        because: why it came here.
        born: policy time at which it was first seen.
    """

    address: str
    state: str
    entry: int = 1
    since: float = 0.0
    since_wall: float = 0.0
    uses: tuple[Use, ...] = ()
    because: str = ""
    born: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """One task held by one agent.

    Attributes:
        attempt: 1 for the first time the task is handed out.
        prompt: intent id of the last prompt that was planned for it, empty before the first.
        delivered: policy time at which the last prompt was delivered; None: it was not, or a newer one is under way.
        delivered_wall: the same moment on the wall clock.
        unknown: the last prompt's delivery could not be established.
        verdict: `refused`, `verified` or empty; `verdict_at`: its policy time; `verdict_text`: what failed, for `fix`.
        returned: a verdict was `refused` and no prompt was delivered since.
    """

    id: str
    agent: str
    task: str
    attempt: int = 1
    since: float = 0.0
    since_wall: float = 0.0
    prompt: str = ""
    delivered: float | None = None
    delivered_wall: float | None = None
    unknown: bool = False
    verdict: str = ""
    verdict_at: float | None = None
    verdict_text: str = ""
    returned: bool = False


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """What an agent's screen showed when it last changed its class, and when anything about it last changed.

    Attributes:
        state, since: the class and the policy time since which every look showed it.
        screen: digest of the screen alone; idle counts from when it last changed.
        evidence: the line that decided; `resets_at`: the reset time as first read from it.
        body, progress: digest of the last screen body, and the policy time at which it last differed.
        blind: policy time since which it could not be seen or recognised; None: it can be.
        told: the operator was told of this blindness.
    """

    state: str = ""
    since: float = 0.0
    body: str = ""
    progress: float = 0.0
    screen: str = ""
    evidence: str = ""
    resets_at: float | None = None
    blind: float | None = None
    told: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CellMemory:
    """What we wrote into one cell and what it replaced, so that our own words are never read as claims.

    Attributes:
        wrote: the text we wrote last; `replaced`: the text it replaced; `rewrites`: how often it fell back.
        text, first_seen: the cell's present text by others and the policy time at which it was first seen.
        row: digest of the rest of the row when `text` was first seen; `replaced_row`: likewise of the replaced text.
    """

    wrote: str = ""
    replaced: str = ""
    replaced_row: str = ""
    rewrites: int = 0
    text: str = ""
    first_seen: float = 0.0
    row: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogMemory:
    """How many rows (or lines) by others a log held per agent when we last looked, and when it last grew."""

    rows: int = 0
    claim: str = ""
    first_seen: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A whole file that we wrote: the digest of its text, and the task that it was written for (empty: none)."""

    digest: str
    task: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """Something the operator asked for while another process held the lock: `fire`, `resolve`, ..."""

    id: int
    verb: str
    arguments: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """Everything remembered.

    Attributes:
        lineage: random id of this store; `serial`: commits that changed a state, an assignment or an intent.
        policy, reading: policy time and clocks at the end of the last pass.
        assignments: the open ones, by id.  intents: the unsettled and the unknown ones, by id.
        attempts: task id to how often it was handed out.  refusals: `TASK|AGENT` to how often that agent's claim to
            have done it was refused.  forgiven: task id to how many of its attempts the operator lets count no more.
        reserved: task id to the only agent that may get it, by the operator's word; barred: to those that may not.
        added: task id to the task, of those that stand in no file of the configuration.
        opened: beginning of an errand's id to how many errands were opened under it.
        lead: the agent that leads by now; empty: the first of the succession.  lead_since: policy time at which it took
            over.  stranded: the lead after which nobody is left, once the operator was told; empty: somebody is.
        written: file of ours to what we wrote there last.
        proposals: path of a file in the proposals' folder to what is known of it.  judged: digest of every content that
            was judged to when.
        asked: agents for whose sake the lead was asked to propose tasks, to when; until the queue has tasks for them.
        last_assigned: agent to policy time, for fairness.
        cells: `document|row|column` to what we know of it.  logs: `document|agent` likewise.
        rows: `document|task` to what we did to the task's row.  unwritten: files that could not be written last time.
        usage: agent to what its program last told of its usage.  spent: address of an agent or task to its total.
        run_attempts: run key to how often it was started.
        paused: agents held by the operator; `*` holds everything.
    """

    lineage: str = ""
    serial: int = 0
    policy: float = 0.0
    reading: Reading | None = None
    subjects: Mapping[str, SubjectRecord] = field(default_factory=dict)
    assignments: Mapping[str, Assignment] = field(default_factory=dict)
    intents: Mapping[str, Intent] = field(default_factory=dict)
    attempts: Mapping[str, int] = field(default_factory=dict)
    refusals: Mapping[str, int] = field(default_factory=dict)
    forgiven: Mapping[str, int] = field(default_factory=dict)
    reserved: Mapping[str, str] = field(default_factory=dict)
    barred: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    added: Mapping[str, AddedTask] = field(default_factory=dict)
    opened: Mapping[str, int] = field(default_factory=dict)
    lead: str = ""
    lead_since: float = 0.0
    stranded: str = ""
    written: Mapping[str, Written] = field(default_factory=dict)
    proposals: Mapping[str, ProposalFile] = field(default_factory=dict)
    judged: Mapping[str, float] = field(default_factory=dict)
    asked: Mapping[str, float] = field(default_factory=dict)
    last_assigned: Mapping[str, float] = field(default_factory=dict)
    samples: Mapping[str, Sample] = field(default_factory=dict)
    cells: Mapping[str, CellMemory] = field(default_factory=dict)
    logs: Mapping[str, LogMemory] = field(default_factory=dict)
    rows: Mapping[str, RowMemory] = field(default_factory=dict)
    unwritten: Mapping[str, Unwritten] = field(default_factory=dict)
    usage: Mapping[str, Usage] = field(default_factory=dict)
    spent: Mapping[str, Spent] = field(default_factory=dict)
    run_attempts: Mapping[str, int] = field(default_factory=dict)
    paused: frozenset[str] = frozenset()
    requests: tuple[Request, ...] = ()
