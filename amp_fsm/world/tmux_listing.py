"""What tmux is asked when it is looked at, and what it answers, as text.  Pure; `tmux` runs it.

Titles, names and screens can hold any text, so that everything is set apart by a nonce made for one look.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from amp_fsm.model.seen import Failed, PaneRef, PaneSeen, Survey
from amp_fsm.world.tmux_text import ANSWERED, ENTERED, OWNER, STARTED, TYPED, literal

VARIABLES = (
    "pane_current_command",
    "pane_dead",
    "cursor_flag",
    "cursor_x",
    "cursor_y",
    "pane_width",
    "pane_height",
    "alternate_on",
    "window_id",
    "window_activity",
    "window_bell_flag",
    "pane_title",
)
"""Variables kept for the rules of profiles."""

_SERVER = "#{pid}:#{start_time}"
_OWN = (
    "pane_id",
    "pane_pid",
    "session_name",
    "window_index",
    "window_name",
    "pane_in_mode",
    "pane_synchronized",
    "pane_input_off",
    "window_active",
    "pane_active",
    OWNER,
    STARTED,
    TYPED,
    ENTERED,
    ANSWERED,
)
_FREE = frozenset(
    {"session_name", "window_name", OWNER, STARTED, TYPED, ENTERED, ANSWERED, "pane_current_command", "pane_title"}
)
"""Variables that can hold any text; all others are numbers and ids, which need no nonce between them."""

_PLAIN_FIELDS = tuple(name for name in (*_OWN, *VARIABLES) if name not in _FREE)
_FREE_FIELDS = tuple(name for name in (*_OWN, *VARIABLES) if name in _FREE)
_FIELDS = (*_PLAIN_FIELDS, *_FREE_FIELDS)
_HEAD = re.compile(r"(\d+:\d+) (\d+)")
_NOBODY = re.compile(r"\b(read-only|control-mode)\b")


class KnownPanes:
    """Panes as they were listed last.  Most are listed the same again, and need not be made anew."""

    def __init__(self) -> None:
        """Know none."""
        self._known: Mapping[tuple[str, ...], PaneSeen] = {}

    def seen(self, server: str, listed: int, records: Iterable[Sequence[str]], *, every: bool) -> Iterable[PaneSeen]:
        """Return what these records say of panes, in their order, and know them from now on.  Safe for threads.

        `every`: there are no others.
        """
        known, now = self._known, {}
        for fields in records:
            pane = known.get((server, *fields))
            if pane is None or pane.at_rest != (0 < pane.activity < listed):
                pane = _pane(fields, server, listed)
            now[server, *fields] = pane
        self._known = now if every else {**known, **now}
        return now.values()


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """One look at a server: its commands, and how its answer is read.

    Attributes:
        owners: only panes that bear one of these are listed; empty: all.
    """

    nonce: str
    owners: Collection[str] = ()
    known: KnownPanes = field(default_factory=lambda: KnownPanes())

    def commands(self) -> tuple[tuple[str, ...], ...]:
        """Return the commands of one process: the server with its time, all panes, all attached clients."""
        plain = ",".join(f"#{{{name}}}" for name in _PLAIN_FIELDS)
        fields = f"{self.nonce}=".join((plain, *(f"#{{{name}}}" for name in _FREE_FIELDS)))
        client = f"{self.nonce}=".join(("#{client_session}", "#{client_activity}", "#{client_flags}"))
        return (
            ("display-message", "-p", f"{self.nonce}s{_SERVER} %s"),
            ("list-panes", "-a", *self._only(), "-F", f"{self.nonce}p{fields}{self.nonce}e"),
            ("list-clients", "-F", f"{self.nonce}c{client}{self.nonce}e"),
        )

    def _only(self) -> tuple[str, ...]:
        wanted = "0"
        for owner in self.owners:
            wanted = f"#{{||:#{{==:#{{{OWNER}}},{literal(owner)}}},{wanted}}}"
        return ("-f", wanted) if self.owners else ()

    def survey(self, said: str, session: str, prefix: str) -> Survey | None:
        """Return the panes of `session` and those whose owner starts with `prefix`; None: it is no such answer."""
        head = _HEAD.match(said.removeprefix(f"{self.nonce}s"))
        if head is None or not said.startswith(f"{self.nonce}s"):
            return None
        server, listed = head.group(1), int(head.group(2))
        pressed = _last_presses(self._records(said, "c"), now=listed)
        panes = self.known.seen(server, listed, self._records(said, "p"), every=not self.owners)
        seen = [_with_person(pane, pressed) for pane in panes]
        ours = (pane for pane in seen if pane.session == session or (pane.owner and pane.owner.startswith(prefix)))
        return Survey(server=server, panes=_each_once(ours, session))

    def _records(self, said: str, kind: str) -> Iterable[Sequence[str]]:
        for part in said.split(f"{self.nonce}{kind}")[1:]:
            yield part.partition(f"{self.nonce}e")[0].split(f"{self.nonce}=")


def _last_presses(clients: Iterable[Sequence[str]], *, now: float) -> Mapping[str, float]:
    """Return seconds since the last key press in each session to which somebody who can type is attached."""
    pressed: dict[str, float] = {}
    for session, activity, flags in clients:
        if not _NOBODY.search(flags):
            pressed[session] = min(now - float(activity or 0), pressed.get(session, float("inf")))
    return pressed


def _with_person(pane: PaneSeen, pressed: Mapping[str, float]) -> PaneSeen:
    """Return a pane with whoever is in front of it."""
    seconds = pressed.get(pane.session) if pressed and pane.in_front else None
    return pane if seconds is None else replace(pane, person=seconds)


def _pane(fields: Sequence[str], server: str, listed: int) -> PaneSeen:
    own = dict(zip(_FIELDS, (*fields[0].split(","), *fields[1:]), strict=True))
    activity = int(own["window_activity"] or 0)
    return PaneSeen(
        ref=PaneRef(server=server, pane=own["pane_id"], pid=int(own["pane_pid"] or 0)),
        session=own["session_name"],
        window=own["window_index"],
        name=own["window_name"],
        owner=own[OWNER],
        started=own[STARTED],
        typed=own[TYPED],
        entered=own[ENTERED],
        answered=own[ANSWERED],
        command=own["pane_current_command"],
        dead=own["pane_dead"] == "1",
        in_mode=own["pane_in_mode"] not in ("", "0"),
        synchronized=own["pane_synchronized"] == "1",
        input_off=own["pane_input_off"] == "1",
        variables={name: own[name] for name in VARIABLES},
        in_front=own["window_active"] == "1" and own["pane_active"] == "1",
        activity=activity,
        at_rest=0 < activity < listed,
    )


def _each_once(panes: Iterable[PaneSeen], session: str) -> tuple[PaneSeen, ...]:
    """Return each pane once: a window that is linked into several sessions is listed in every one of them."""
    found: dict[str, PaneSeen] = {}
    for pane in panes:
        other = found.setdefault(pane.ref.pane, pane)
        if other is pane:
            continue
        best = pane if pane.session == session and other.session != session else other
        persons = [seconds for seconds in (pane.person, other.person) if seconds is not None]
        found[pane.ref.pane] = replace(best, person=min(persons, default=None))
    return tuple(found.values())


def capture_script(panes: Sequence[PaneRef], nonce: str) -> str:
    """Return the commands that capture all `panes` in one process, each screen after a line that says whose it is."""
    whose = f"{_SERVER} #{{pane_id}} #{{pane_pid}}"
    lines = (
        f"display-message -p -t {pane.pane} '{nonce} {whose}'\ncapture-pane -e -p -J -t {pane.pane}\n" for pane in panes
    )
    return f"{''.join(lines)}display-message -p '{nonce} end'\n"


def parse_captures(said: str, panes: Sequence[PaneRef], nonce: str, complaint: str) -> dict[PaneRef, str | Failed]:
    """Return each pane's screen; a screen that is not provably of that very process is a failed look."""
    shown: dict[str, str] = {}
    parts = said.split(f"{nonce} ")[1:]
    for part in parts[:-1]:
        whose, _, screen = part.partition("\n")
        shown[whose] = screen
    complete = bool(parts) and parts[-1].strip() == "end"
    why = "the pane is gone or its process changed" if complete else complaint or "tmux's answer broke off"
    return {pane: shown.get(f"{pane.server} {pane.pane} {pane.pid}") or Failed(reason=why) for pane in panes}
