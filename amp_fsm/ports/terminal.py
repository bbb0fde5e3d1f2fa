"""The port of panes: `Terminal`, and what its effects are asked for with.  `world.tmux` keeps its word."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from amp_fsm.model.seen import Failed, PaneRef, PaneSeen, Survey


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

    def find(self, session: str, owners: Collection[str]) -> Survey:
        """Return the survey with just those panes whose owner is one of these few: cheaper than all of them."""

    def capture(self, panes: Sequence[PaneRef]) -> Mapping[PaneRef, str | Failed]:
        """Return the visible screen of each pane with colours, wrapped lines joined, in one look per server."""

    def silence(self, panes: Sequence[PaneSeen], *, exact: bool = True) -> Mapping[PaneRef, float]:
        """Return for how many seconds up to now panes drew nothing at all, of those of which that is known.

        It is known while looks are kept open, and of no pane for certain.  With `exact` whatever was drawn before this
        call counts, so that a screen captured shortly before was the same all that time; without, the last moments may
        be missing, and nobody is asked.  Never raises.
        """

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
