"""Ports: what the engine needs of the world.  Each has one real adapter in `world/` and one fake in the tests.

The same contract suite runs on both.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Protocol

from amp_fsm.model.kept_screen import KeptScreen
from amp_fsm.model.notice import Notice
from amp_fsm.model.project import HttpExpect
from amp_fsm.model.record import Action, Intent, Record, Request
from amp_fsm.model.seen import (
    Failed,
    FileSeen,
    HttpSeen,
    Missing,
    PaneRef,
    PathSeen,
    Recent,
    RunSeen,
    Survey,
    Survivor,
    Tail,
)
from amp_fsm.model.time import Reading
from amp_fsm.model.workspace import Workspace, WorkspaceSeen


@dataclass(frozen=True, slots=True, kw_only=True)
class PaneGuard:
    """What must hold in the server at the very moment of an effect, besides the pane being alive and in no mode.

    Attributes:
        command: the foreground command as it was last seen; another one refuses; empty: any.
        owner: our option that the pane must carry.
        no_dialog: a tmux format that must be true; empty: none.
    """

    command: str = ""
    owner: str = ""
    no_dialog: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """Outcome of one guarded effect: it happened, or the server refused it and nothing happened."""

    happened: bool
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listen:
    """A pane whose output is listened to: every state that its sequence `osc` tells goes to the agent's spool."""

    osc: int
    spool: str
    agent: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """A program to start in a window of the project's session (created when missing).

    Attributes:
        owner: our option, `PROJECT/agent/NAME`; `intent`: id of the intent, kept on the pane as a witness.
        socket: of the tmux server that it is started in; empty: the only one.
        window: index or name that is wanted; when a stranger has it, the next free index is taken.
        replace: a dead pane of ours that is started anew in place.
        listen: how the state that its output tells is heard; None: it is not.
    """

    owner: str
    intent: str
    session: str
    window: str
    name: str
    argv: tuple[str, ...]
    env: Mapping[str, str]
    cwd: str
    columns: int
    rows: int
    socket: str = ""
    replace: PaneRef | None = None
    listen: Listen | None = None


class Terminal(Protocol):
    """The project's tmux servers.  All calls are bounded in time.

    Raises (every method):
        TerminalUnreachableError: tmux is not installed or did not answer in time.
    """

    def survey(self, session: str, owner_prefix: str) -> Survey:
        """Return every pane of `session` and every pane whose owner starts with `owner_prefix`, in one look per server.

        A server that provably does not run is an empty survey, not an error; of several, one that did not answer is
        told in the survey.
        """

    def capture(self, panes: Sequence[PaneRef]) -> Mapping[PaneRef, str | Failed]:
        """Return the visible screen of each pane with colours, wrapped lines joined, in one look per server."""

    def kept_open(self, session: str, say: Callable[[str], None]) -> AbstractContextManager[None]:
        """Let looks share a connection for the time of a `with` block, where that spares work.

        They answer as they do without it, and go on without it when it fails; `say` hears why, once for each reason.
        """

    def start(self, launch: Launch) -> PaneRef:
        """Open a window running `launch.argv` (never a shell) with our options on its pane, and return the pane.

        Raises:
            ProgramMissingError: the program is not on the PATH that it would be started with.
        """

    def adopt(self, pane: PaneRef, owner: str) -> Effect:
        """Put our option on a pane that is still the same process."""

    def paste(self, pane: PaneRef, text: str, intent: str, guard: PaneGuard) -> Effect:
        """Paste `text` once, bracketed, not submitted, and witness it as `intent`, in one server-side command list.

        Refused when the witness already says `intent`: a text is never typed twice.
        """

    def submit(self, pane: PaneRef, key: str, intent: str, guard: PaneGuard, *, again: bool = False) -> Effect:
        """Press the submit key and witness it as `intent`; refused unless the pane's last paste was `intent`.

        `again` allows a second press for an intent that was already submitted.
        """

    def press(
        self, pane: PaneRef, keys: Sequence[str], intent: str, guard: PaneGuard, *, again: bool = False
    ) -> Effect:
        """Press keys in an open dialog, in one server-side command list; a single character is typed as it is.

        With `intent` the last of them answers the dialog: it is witnessed, and refused when it was witnessed before,
        unless it is pressed `again`.
        """

    def stop(self, pane: PaneRef, owner: str) -> Effect:
        """End a pane that we started and that carries `owner`."""


class Files(Protocol):
    """The project's folder, and files named by absolute path."""

    def read(self, path: str) -> FileSeen | Missing | Failed:
        """Return the text of a file of at most 10 MB, line ends kept, undecodable bytes as surrogate escapes."""

    def glob(self, pattern: str, contains: str = "") -> tuple[PathSeen, ...] | Failed:
        """Return the files that match, sorted; with `contains`, say of each whether its text holds it."""

    def tails(self, pattern: str) -> tuple[Tail, ...] | Failed:
        """Return the ends of the newest files that match, the newest last; both their number and size are bounded."""

    def inputs(self, patterns: Sequence[str]) -> str | Failed:
        """Return one digest over names and contents of all files that match."""

    def replace(self, path: str, text: str, *, if_digest: str) -> None:
        """Replace a file atomically, keeping mode and owner, if its bytes still have this digest.

        Raises:
            StaleFileError: it changed meanwhile.
            DocumentError: it cannot be written.
        """

    def create(self, path: str, text: str, *, folder: bool = False) -> None:
        """Make a file that is not there, atomically; with `folder`, the folder that it is to stand in too.

        Raises:
            StaleFileError: it is there by now.
            DocumentError: it cannot be written.
        """

    def write_new(self, path: str, text: str) -> None:
        """Create or overwrite a file of our own, atomically, making its folder."""

    def write_own(self, path: str, text: str, *, over: str) -> None:
        """Write a whole file below the root, atomically, making its folder; one that says so already is left alone.

        Args:
            path: relative to the root, out of which it must not lead, nor through symbolic links.
            text: the new content.
            over: digest of the bytes that may be replaced; empty: it must not be there yet.

        Raises:
            StaleFileError: there is a file, with other bytes.
            DocumentError: it cannot be written, or leads out of the root.
        """


class Runner(Protocol):
    """Commands that outlive this process, and short requests."""

    def start(self, action: Action) -> None:
        """Run `action.argv` detached, in a process group of its own, recorded under `action.key`.

        Starting a key that runs or has ended is a no-op.  Raises `ProgramMissingError`.
        """

    def look(self, keys: Iterable[str]) -> Mapping[str, RunSeen]:
        """Return the state of each key that ever ran; executes nothing."""

    def forget(self, key: str) -> None:
        """Drop a lost run so that it can be started again."""

    def missing(self, programs: Iterable[tuple[str, str]]) -> frozenset[tuple[str, str]]:
        """Return those of the pairs of program and folder it would be started in that are not on this machine."""

    def survivors(self, owners: Collection[str], below: Collection[int] = ()) -> Mapping[str, tuple[Survivor, ...]]:
        """Return the processes that live on of what was started for each owner (`model.panes.process_owner`).

        Owners without any are left out.

        `below`: processes of living panes; what descends from them is not looked for.
        """

    def fetch(self, wanted: Mapping[str, HttpExpect]) -> Mapping[str, HttpSeen | Failed]:
        """Ask each URL once, side by side, within its time-out.  A refused connection is unhealthy, not failed."""


class Repository(Protocol):
    """Worktrees and branches of the repository that holds the project's root.

    Every effect may be asked for again: what is done already is left as it is.  What was not committed is never
    removed, a branch that is not merged is never deleted, and a merge that would conflict changes nothing.

    Raises (every method but `look`):
        WorkspaceError: git refused it, is not on this machine, or did not end in time.
    """

    def look(self, wanted: Sequence[Workspace]) -> Mapping[str, WorkspaceSeen | Failed]:
        """Return how each worktree stands, by its folder; changes nothing."""

    def create(self, workspace: Workspace) -> str:
        """Make the worktree and its branch from what the root has checked out, and say what was done."""

    def commit(self, workspace: Workspace, message: str) -> str:
        """Commit all that is in the worktree, and say what was done."""

    def merge(self, workspace: Workspace, message: str) -> str:
        """Merge the branch into what the root has checked out, and say what was done."""

    def clean(self, workspace: Workspace) -> str:
        """Remove the worktree and its branch, if that loses nothing, and say what was done."""

    def recent(self) -> Recent | Failed:
        """Return the newest commits, and the files that are not committed; both bounded."""

    def diff(self, workspace: Workspace) -> str:
        """Return what the task changed since it left the root's branch."""


class Clock(Protocol):
    """Time.  The only place that reads a clock or waits."""

    def read(self) -> Reading:
        """Return the clocks."""

    def settle(self, seconds: float) -> None:
        """Wait that long in terminal time (a paste settling); real even when policy time is virtual."""

    def pause(self, seconds: float) -> None:
        """Let that much policy time pass (the interval of a watching reconciler)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the journal.

    Attributes:
        kind: `transition`, `timer`, `answer`, `document`, `action`, `claim`, `verdict`, `notify`, `request`, ...
        evidence: what decided, line by line.
    """

    at: float
    address: str
    kind: str
    text: str
    evidence: tuple[str, ...] = ()


class Notifier(Protocol):
    """Tells the operator."""

    def tell(self, notice: Notice) -> None:
        """Tell one thing, or keep it for a channel's next message; a channel that fails never stops a pass."""

    def flush(self, now: float) -> None:
        """Send what is due at wall time `now`: gathered, or left over from a pass that died."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """What one commit changes in the record, as whole values, in one transaction.

    Attributes:
        moves: the commit changes a state, an assignment or an intent, so the serial counts up.
        closed: ids of assignments that are no longer open; `dropped`: subjects that are no more.
        uses_plan: id of a saved plan that is used up by this commit.
        screens: screens to keep, by name; `stale_screens`: names of those to keep no longer.
    """

    record: Record
    subjects: tuple[str, ...] = ()
    assignments: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()
    intents: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    memory: bool = False
    moves: bool = False
    done_requests: tuple[int, ...] = ()
    journal: tuple[Entry, ...] = ()
    uses_plan: str = ""
    screens: Mapping[str, KeptScreen] = field(default_factory=dict)
    stale_screens: tuple[str, ...] = ()


class Store(Protocol):
    """The record and the journal, durable: what `commit` returned from survives SIGKILL.

    Raises (every method):
        StoreError: it cannot be read or written.
    """

    def load(self) -> Record:
        """Return the record; a store that does not exist yet is an empty record without lineage, nothing written."""

    def commit(self, commit: Commit) -> Record:
        """Write the named parts of `commit.record` in one transaction and return the record as it now stands.

        The first commit gives the store its lineage.
        """

    def screens(self) -> Mapping[str, KeptScreen]:
        """Return the screens that commits kept, by name.  They may be missing at any time, or older than the last."""

    def save_intent(self, intent: Intent) -> None:
        """Write one intent's progress, at once and durably."""

    def journal(self, entries: Sequence[Entry]) -> None:
        """Append to the history."""

    def history(self, address: str = "", since: float = 0.0) -> tuple[Entry, ...]:
        """Return journal entries, oldest first, of one subject or of all."""

    def request(self, verb: str, arguments: tuple[str, ...]) -> Request:
        """Leave a request for whoever holds the lock."""

    def used(self, plan: str) -> bool:
        """Return whether a saved plan of this id was used before."""

    def held(self) -> frozenset[str]:
        """Return who is held by the operator right now (`*`: everything), the STOP file included; never cached."""

    def pause(self, who: str) -> None:
        """Hold the effects of one agent, or of everything (`*`), until `go`."""

    def go(self, who: str) -> None:
        """End what `pause` of the same name began; a STOP file stays until a person removes it."""

    def holder(self) -> str:
        """Return which process holds the lock, and since when; empty: none does."""

    def lock(self, timeout: float = 0.0) -> AbstractContextManager[None]:
        """Hold the project's lock, which dies with the process.

        Raises:
            ProjectLockedError: another process holds it, and still does after `timeout` seconds.
        """


class Events(Protocol):
    """What stirs while a watching reconciler waits, told at once where the machine can.  A hint, never proof.

    Whatever was followed and stirs ends the pause of the `Clock`.  An event may be told twice, and never comes for what
    was only read.  A folder that is not there yet, or that was removed and made again, is found.
    """

    def follow(self, patterns: frozenset[str], processes: frozenset[int] = frozenset(), *, anew: bool = False) -> str:
        """Follow these files (as in `Files`) and the ends of these processes, and nothing else from now on.

        Called again and again; it costs next to nothing while nothing changed, and mends what broke meanwhile.  What is
        followed for the first time is told too, since it may have stirred before.

        Args:
            patterns: files and globs.
            processes: ids whose end is told.
            anew: begin all over, because something was missed.

        Returns:
            Why some of it cannot be followed, so that only looking will tell; empty when all of it is.
        """

    def take(self) -> frozenset[str]:
        """Return what stirred since the last call: patterns as they were given, and whatever else was told."""

    def tell(self, what: str) -> None:
        """Say that something stirred.  Safe in every thread, but not in a signal handler."""

    def close(self) -> None:
        """Follow nothing any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Every port, as one value.

    Attributes:
        events: None: nobody tells, and whoever watches looks.
        schema: returns the JSON Schema of configurations, by which proposed tasks are read.
    """

    terminal: Terminal
    files: Files
    runner: Runner
    clock: Clock
    notifier: Notifier
    store: Store
    repository: Repository | None = None
    events: Events | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    schema: Callable[[], str] = str
