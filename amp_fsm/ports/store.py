"""The port of what is remembered: `Store`, what is committed to it, and its journal.  `world.sqlite` keeps its word."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Protocol

from amp_fsm.model.kept_screen import KeptScreen
from amp_fsm.model.record import Intent, Record, Request


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

    What did not change is the very same object: `load` gives the parts that the last `commit` returned, but for what
    was written since, and a commit keeps every value that is equal to the one stored.  So whoever keeps a part of a
    record sees by `is` that it still holds.  What others wrote is seen by the very next call.

    Raises (every method):
        StoreError: it cannot be read or written.
    """

    def load(self) -> Record:
        """Return the record; a store that does not exist yet is an empty record without lineage, nothing written."""

    def commit(self, commit: Commit) -> Record:
        """Write the named parts of `commit.record` in one transaction and return the record as it now stands.

        The first commit gives the store its lineage.  What the record has changed and the commit does not name is in
        what is returned, and in no `load` before a commit names it.
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
