"""Raw looks: what the world answered in one pass, before anything is made of it.

A look that failed is a value of its own (`Failed`), never an empty result.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from amp_fsm.model.workspace import WorkspaceSeen


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """A look that did not succeed: nothing may be concluded from it."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PaneRef:
    """The identity of a pane across looks: its server's pid and start time, its `%N`, and its process.

    A restarted server starts at `%0` again, so the id alone identifies nothing.
    """

    server: str
    pane: str
    pid: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PaneSeen:
    """One pane as tmux lists it.

    Attributes:
        owner: our option on the pane (`PROJECT/agent/NAME`), empty when it carries none.
        started: id of the intent that started it; empty for adopted panes.
        typed, entered, answered: the witnesses: ids of the last intents typed into it, submitted in it, and by
            which a dialog in it was answered.
        variables: tmux's variables by name (`pane_current_command`, `pane_title`, `cursor_flag`, ...).
        in_front: it is what a client of its session shows.
        person: seconds since a person's last key press in a client attached to this pane; None: nobody is there.
        activity: tmux's `window_activity`: when anything was last drawn in its window, seconds since the epoch.
        at_rest: the second of `activity` was over when this was told: whatever is drawn later bears another.
    """

    ref: PaneRef
    session: str
    window: str
    name: str
    owner: str = ""
    started: str = ""
    typed: str = ""
    entered: str = ""
    answered: str = ""
    command: str = ""
    dead: bool = False
    in_mode: bool = False
    synchronized: bool = False
    input_off: bool = False
    variables: Mapping[str, str] = field(default_factory=dict)
    in_front: bool = False
    person: float | None = None
    activity: int = 0
    at_rest: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """Every pane of the project's session and every pane that carries our option, in one look.

    Attributes:
        server: identity of the tmux server (`PID:START`), of several the first; empty: there provably is none.
        servers: of several servers, socket to identity.  unreachable: socket to why its server did not answer.
    """

    server: str
    panes: tuple[PaneSeen, ...] = ()
    servers: Mapping[str, str] = field(default_factory=dict)
    unreachable: Mapping[str, str] = field(default_factory=dict)

    def server_at(self, socket: str) -> str:
        """Return the identity of the server at a socket; empty: there provably is none, or it did not answer."""
        return self.servers.get(socket, "") if self.servers or self.unreachable else self.server


@dataclass(frozen=True, slots=True, kw_only=True)
class FileSeen:
    """A file's text and identity.

    Attributes:
        text: decoded, line ends kept.
        digest: SHA-256 of its bytes, in hex.
        mtime: wall time of its last change.
        sealed: why it cannot be written; empty: as far as one can see, it can.
    """

    path: str
    text: str
    digest: str
    mtime: float = 0.0
    sealed: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """The folder was readable and the file is not there; `sealed`: why it cannot be made."""

    path: str
    sealed: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PathSeen:
    """What `stat` says of one file that a glob found."""

    path: str
    size: int
    mtime: float
    contains: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Tail:
    """The last whole lines of a file, within a bound.

    Attributes:
        whole: the text is all of the file.
    """

    path: str
    text: str
    mtime: float
    whole: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpSeen:
    """One answer: whether it met the expectation, and what it said."""

    healthy: bool
    said: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSeen:
    """A detached run of a check, as its folder shows it.

    Attributes:
        status: `running`, `ended` or `lost` (the runner is gone without an exit code).
        exit_code: set when it ended; `tail`: the last lines of its output.
    """

    key: str
    status: str
    exit_code: int | None = None
    tail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Survivor:
    """A process of an agent that lives on although its pane is gone or dead."""

    pid: int
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One line of the journal: when, about whom, what."""

    at: float
    address: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """One commit of the project's repository and the files that it changed; `at` is wall time."""

    id: str
    at: float
    author: str
    subject: str
    files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Recent:
    """What changed in the project's repository lately.

    Attributes:
        revisions: the newest first.  changed: files that are not committed.  Both are bounded.
    """

    revisions: tuple[Revision, ...] = ()
    changed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Background:
    """What a hand-over file tells of the past: the journal's last lines, and what changed in the repository."""

    journal: tuple[Told, ...] = ()
    recent: Recent | Failed = Failed(reason="there is no repository")


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """Everything one pass has looked at.

    Attributes:
        terminal: the listing, or why there is none.
        captures: the screens with colours (`capture-pane -e -J`) of the panes that were asked for.
        silent: for how many seconds panes had drawn nothing when the look began, of those that are heard; nor did they
            draw until they were captured.
        files: path (as asked) to its text.
        globs: pattern (as asked) to what it found; an empty tuple: provably nothing.
        tails: key of an agent's channel to the newest files of it, the newest last.
        http: service or fact name to the answer.
        runs: run key to its state; a key that was asked for and is absent never ran.
        inputs: check name to the digest of its inputs.
        survivors: address to the processes that outlived its pane.
        missing: pairs of program and folder that were asked for and are not on this machine.
        workspaces: folder of a task's worktree to how it stands.
        twins: hand-over file to the files that stand beside it.
        background: what a hand-over file tells of the past; None: it was not asked for.
    """

    terminal: Survey | Failed
    captures: Mapping[PaneRef, str | Failed] = field(default_factory=dict)
    silent: Mapping[PaneRef, float] = field(default_factory=dict)
    files: Mapping[str, FileSeen | Missing | Failed] = field(default_factory=dict)
    globs: Mapping[str, tuple[PathSeen, ...] | Failed] = field(default_factory=dict)
    tails: Mapping[str, tuple[Tail, ...] | Failed] = field(default_factory=dict)
    http: Mapping[str, HttpSeen | Failed] = field(default_factory=dict)
    runs: Mapping[str, RunSeen] = field(default_factory=dict)
    inputs: Mapping[str, str | Failed] = field(default_factory=dict)
    missing: frozenset[tuple[str, str]] = frozenset()
    survivors: Mapping[str, tuple[Survivor, ...]] = field(default_factory=dict)
    workspaces: Mapping[str, WorkspaceSeen | Failed] = field(default_factory=dict)
    twins: Mapping[str, tuple[PathSeen, ...] | Failed] = field(default_factory=dict)
    background: Background | None = None
