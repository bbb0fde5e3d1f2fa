"""Desired: everything one configuration asks for, merged, checked and typed.  Made by `config`, read by all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from amp_fsm.model.channel import Channel
from amp_fsm.model.document import DocumentSpec
from amp_fsm.model.machine import Budget, MachineSpec
from amp_fsm.model.notice import NotificationSpec
from amp_fsm.model.profile import Profile
from amp_fsm.model.review import ReviewSpec
from amp_fsm.model.workspace import Workspace, WorkspaceKind, WorktreesSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class TmuxSpec:
    """Where the team lives.

    Attributes:
        socket: name or path of the tmux socket; empty: the user's default server.
        columns, rows: size of windows that we start.
        adopt: whether panes that we did not start may be typed into.
    """

    session: str
    socket: str = ""
    columns: int = 200
    rows: int = 50
    adopt: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentSpec:
    """One agent: a program in a window.

    Attributes:
        socket: tmux socket of the server that it lives in; empty: the project's.
        window: index or name of its window in the session; empty: a new window of the agent's name.
        command: argv, overriding the profile's.
        requires: services that must be up before it is started.
        cwd: folder it is started in; empty: the project's root.
        queue: prompts may be submitted while it works; only for a profile that queues them.
        channels: what of its program's channels is listened to, besides its screen.
    """

    name: str
    profile: str
    socket: str = ""
    window: str = ""
    command: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict)
    cwd: str = ""
    requires: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    row: str = ""
    queue: bool = False
    channels: tuple[Channel, ...] = ()
    machine: str = "agent"

    @property
    def address(self) -> str:
        """The subject's address, `agent/NAME`."""
        return f"agent/{self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpExpect:
    """What a healthy answer looks like: status 200, and the JSON value under `json` (dotted path) equal to `equals`."""

    url: str
    json: str = ""
    equals: str = ""
    timeout: float = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceSpec:
    """Something agents need, kept up in a window of its own (`socket` as an agent's) and never prompted."""

    name: str
    command: tuple[str, ...]
    socket: str = ""
    window: str = ""
    env: Mapping[str, str] = field(default_factory=dict)
    cwd: str = ""
    ready: HttpExpect | None = None
    machine: str = "service"

    @property
    def address(self) -> str:
        """The subject's address, `service/NAME`."""
        return f"service/{self.name}"


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


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckSpec:
    """A command whose exit code tells whether the work holds.

    Attributes:
        run: argv; never a shell.
        timeout: seconds.
        inputs: globs, relative to the root, whose contents decide whether an earlier result still counts.
        exclusive: checks of the same group never run side by side.
        attempts: how often a lost run is started again.
    """

    name: str
    run: tuple[str, ...]
    timeout: float = 600.0
    inputs: tuple[str, ...] = ()
    exclusive: str = ""
    attempts: int = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Deliverable:
    """A file (or glob) that a task must leave behind, relative to the root.

    Attributes:
        newer: it must have been written after the task was assigned.
    """

    file: str
    min_bytes: int = 1
    contains: str = ""
    newer: bool = False


class Priority(StrEnum):
    """How urgent a task is.  HAUTE, MOYENNE and BASSE are read too."""

    HIGH = "HIGH"
    MEDIUM = "MEDIUM"
    LOW = "LOW"


@dataclass(frozen=True, slots=True, kw_only=True)
class KindSpec:
    """What tasks of one kind have in common."""

    name: str
    prompt: str
    skills: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()
    workspace: WorkspaceKind = WorkspaceKind.SHARED
    review: ReviewSpec | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """When a task should be done: at a moment, or so many seconds after it came into the queue.

    Attributes:
        at: ISO 8601, local time unless it names its zone; empty: `after` counts.
    """

    at: str = ""
    after: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskSpec:
    """One task.

    Attributes:
        exclusive: groups of which no two tasks are ever held at the same time.
        minutes: how long it is thought to take; 0: nobody said.
        brief: what the kind's prompt tells about it: key to text, or to a list of texts.
        review: who reviews it before it counts as done; None: nobody.
        errand: which errand it is (see `model.errand`); empty for an ordinary task.
        only: the only agent that may get it; empty: whoever has the skills.
        by: who proposed it, in words; empty for a task of the configuration.  held: why nobody gets it yet.
        deliverables, checks, skills, workspace: those of its kind are already merged in.
        order: its place in the configuration; ties of priority are broken by it.
    """

    id: str
    kind: str
    title: str
    priority: Priority = Priority.MEDIUM
    needs: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    prefer: tuple[str, ...] = ()
    avoid: tuple[str, ...] = ()
    exclusive: tuple[str, ...] = ()
    deadline: Deadline | None = None
    minutes: float = 0.0
    deliverables: tuple[Deliverable, ...] = ()
    checks: tuple[str, ...] = ()
    brief: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)
    workspace: WorkspaceKind = WorkspaceKind.SHARED
    review: ReviewSpec | None = None
    errand: str = ""
    only: str = ""
    by: str = ""
    held: str = ""
    order: int = 0
    machine: str = "task"

    @property
    def address(self) -> str:
        """The subject's address, `task/ID`."""
        return f"task/{self.id}"


HOURLY = Budget(most=10, per="", seconds=3600.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalSpec:
    """An answer that may be given to a dialog without a person.  All conditions that are given must hold.

    Attributes:
        agents: whose dialogs it answers; empty: all agents'.
        dialog: the dialog's name; `text`: pattern of its text; `command`: pattern of all that it asks about.
        answer: the answer's label, or `BEGINNING*`.
        budget: how often it may be given; it is a person's turn when it is spent.
    """

    name: str
    answer: str
    agents: tuple[str, ...] = ()
    dialog: str = ""
    text: str = ""
    command: str = ""
    budget: Budget = HOURLY

    @property
    def cause(self) -> str:
        """What a change made by it is called, `approval:NAME`."""
        return f"approval:{self.name}"


class OnLimit(StrEnum):
    """What becomes of the task of an agent whose allowance is used up."""

    KEEP = "keep"  # the agent goes on with it after the reset
    REASSIGN = "reassign"  # another one gets it, if it is worked on in a worktree of its own; else as `keep`


@dataclass(frozen=True, slots=True, kw_only=True)
class Policies:
    """Rules of the house.

    Attributes:
        resync: seconds after which a watching reconciler looks again at the latest.
        prompt_min_lines: of a kind's prompt; a shorter one is a lint error.
        blind_for: seconds of not being able to see an agent after which the operator is told, once.
        attempts: how often a task is handed out before it waits for the operator.
        on_limit: what becomes of the task of an agent whose allowance is used up.
        reassign_after: refused verdicts after which a task goes to another agent; 0: it never does.
        person: seconds for which an attached client's last key press gives a person the right of way.
        hint: seconds for which what a channel told of an agent's state holds it back from being idle.
        idle_for: seconds for which an agent may be idle without a task.
        fresh_for: seconds after which a document that nobody wrote is no longer fresh; 0: it always is.
        never_idle: the lead is asked to propose tasks when the queue runs dry for an idle agent.
        proposals: `auto` queues what is proposed, `review` waits for the operator's word.
        proposals_max: how often the lead is asked within `proposals_per` seconds; 0: no limit.
        proposals_returns: how often what it proposed is returned to it in one episode, with what is wrong.
        proposals_tasks: the most tasks of one file, and of one episode.
    """

    resync: float = 150.0
    prompt_min_lines: int = 15
    blind_for: float = 300.0
    attempts: int = 3
    on_limit: OnLimit = OnLimit.KEEP
    reassign_after: int = 0
    person: float = 10.0
    hint: float = 30.0
    idle_for: float = 600.0
    fresh_for: float = 0.0
    never_idle: bool = False
    proposals: str = "review"
    proposals_max: int = 6
    proposals_per: float = 3600.0
    proposals_returns: int = 2
    proposals_tasks: int = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """How much an agent, or everybody on a task, may use up; 0: no limit."""

    tokens: float = 0.0
    cost: float = 0.0


NOBODY = "nobody"
"""What stands for the successor in a hand-over file's name when there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOverAt:
    """When the lead is handed over by itself.

    Attributes:
        usage: per cent of its allowance that the lead may use up; 0: that is no reason.
        away: seconds for which it may be limited or gone.
    """

    usage: float = 0.0
    away: float = 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SuccessionSpec:
    """Who leads: the agent that plans and reviews for the others, and who comes after it.

    Attributes:
        order: agents; the first leads until the lead is handed over.
        hand_over_at: when the lead is handed over by itself; None: only when the operator asks for it.
        file: pattern of the hand-over file below the root, with `{from}` and `{to}`; `template`: its text.
        incoming: a file by which the first lead was handed over before there was a record; empty: by `file`.
    """

    order: tuple[str, ...] = ()
    hand_over_at: HandOverAt | None = None
    file: str = ".amp-fsm/hand_over/{from}_to_{to}.md"
    template: str = ""
    incoming: str = ""

    def after(self, name: str) -> tuple[str, ...]:
        """Return who may take over from an agent, in order: those after it, then those before it."""
        place = self.order.index(name) if name in self.order else 0
        return tuple(other for other in (*self.order[place:], *self.order[:place]) if other != name)

    def file_of(self, giver: str, taker: str) -> str:
        """Return the hand-over file from one agent to another; an empty `taker` stands for nobody."""
        return self.file.replace("{from}", giver).replace("{to}", taker or NOBODY)


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineTest:
    """A promise of the configuration about one of its machines; `fires` empty means: nothing fires."""

    machine: str
    state: str
    facts: Mapping[str, str]
    fires: str = ""
    place: str = ""


ERRANDS = ".amp-fsm/errands"
"""Folder of errands' answers, if the project names none."""

PROPOSALS = ".amp-fsm/proposals"
"""Folder of proposed tasks, if the project names none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """One configuration, whole.

    Attributes:
        root: absolute path of the project's folder; relative paths in the configuration start there.
        store: absolute path of the store's folder (SQLite file, check runs, STOP file, saved plans).
        budgets: address (`agent/NAME`, `task/ID`; `*` for every one) to what may be used up.
        task_ids: pattern of the ids of tasks that are added without one.
        worktrees: how those of tasks with `workspace: worktree` are made.
        errands: folder, relative to the root, in which agents leave what an errand asks for; proposals: tasks that
            they propose.
        source: path of the configuration as given; `digest`: SHA-256 of everything that was merged, in hex.
    """

    name: str
    root: str
    store: str
    source: str
    digest: str
    tmux: TmuxSpec
    agents: Mapping[str, AgentSpec] = field(default_factory=dict)
    services: Mapping[str, ServiceSpec] = field(default_factory=dict)
    profiles: Mapping[str, Profile] = field(default_factory=dict)
    documents: Mapping[str, DocumentSpec] = field(default_factory=dict)
    checks: Mapping[str, CheckSpec] = field(default_factory=dict)
    kinds: Mapping[str, KindSpec] = field(default_factory=dict)
    prompts: Mapping[str, str] = field(default_factory=dict)
    tasks: Mapping[str, TaskSpec] = field(default_factory=dict)
    facts: Mapping[str, FactSpec] = field(default_factory=dict)
    machines: Mapping[str, MachineSpec] = field(default_factory=dict)
    approvals: tuple[ApprovalSpec, ...] = ()
    notifications: tuple[NotificationSpec, ...] = ()
    budgets: Mapping[str, Allowance] = field(default_factory=dict)
    policies: Policies = Policies()
    worktrees: WorktreesSpec = field(default_factory=WorktreesSpec)
    succession: SuccessionSpec = SuccessionSpec()
    errands: str = ERRANDS
    proposals: str = PROPOSALS
    tests: tuple[MachineTest, ...] = ()
    task_ids: str = "TASK-{n:03}"

    def workspace(self, task: TaskSpec) -> Workspace | None:
        """Return the worktree of a task; None when it is worked on in the root."""
        if task.workspace is WorkspaceKind.SHARED:
            return None
        branch = self.worktrees.branch.replace("{task}", task.id)
        return Workspace(folder=f"{self.worktrees.folder or f'{self.store}/worktrees'}/{task.id}", branch=branch)

    def place(self, task: TaskSpec, path: str) -> str:
        """Return where a path of a task is looked at: in its worktree, if it has one."""
        workspace = self.workspace(task)
        return path if workspace is None or path.startswith("/") else f"{workspace.folder}/{path}"
