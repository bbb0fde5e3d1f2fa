"""The record on disk: the `Store` port over one SQLite file in the store's folder.

Last stage of every pass (commit, before any effect) and first of the next (load).  Decides nothing: it writes the parts
that it is told to, in one transaction, and reads them back.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Generic, TypeVar
from uuid import uuid4

from amp_fsm.errors import StoreError
from amp_fsm.model.kept_screen import KeptScreen
from amp_fsm.model.record import Intent, Record, Request
from amp_fsm.ports import Clock, Commit, Entry
from amp_fsm.world.clock import SystemClock
from amp_fsm.world.sqlite_file import DatabaseFile, Transaction, Version, is_there
from amp_fsm.world.sqlite_lock import holder, project_lock
from amp_fsm.world.sqlite_merge import merged, returned, same, same_record, with_intent
from amp_fsm.world.sqlite_rows import ARGUMENTS
from amp_fsm.world.sqlite_schema import SCHEMA_VERSION, carry_over
from amp_fsm.world.sqlite_tables import (
    drop_requests,
    read_history,
    read_record,
    read_requests,
    read_screens,
    use_plan,
    write_intents,
    write_journal,
    write_named_intents,
    write_record,
    write_screens,
)

T = TypeVar("T")

DATABASE = "amp-fsm.db"
LOCK = "lock"
STOP = "STOP"
EVERYTHING = "*"


@dataclass(frozen=True, slots=True, kw_only=True)
class Known(Generic[T]):
    """What this process knows to be stored, as long as the file is of this version; an older one lends its objects."""

    version: Version
    value: T


NOTHING: Version = (0, 0)
"""No transaction is of this version."""


class SqliteStore:
    """A store in one folder: `amp-fsm.db`, `lock`, and `STOP` when a person has put it there.

    Safe for threads, and for any number of processes: each operation is a transaction of its own.  What nobody wrote
    since this process last read or wrote it is neither read nor decoded again: it is the very same object.
    """

    def __init__(
        self,
        folder: str | Path,
        *,
        clock: Clock | None = None,
        new_lineage: Callable[[], str] = lambda: uuid4().hex,
        durable: bool = True,
    ) -> None:
        """Name the folder; nothing is opened or made before it is needed.

        One that is not `durable` is for a world that nobody needs after a loss of power; killed processes harm neither.
        """
        self.folder = Path(folder)
        self._file = DatabaseFile(self.folder / DATABASE, durable=durable)
        self._clock = clock or SystemClock()
        self._new_lineage = new_lineage
        # Both are read and set inside of transactions only, of which a process has one at a time.
        self._known = Known(version=NOTHING, value=Record())
        self._screens: Known[Mapping[str, KeptScreen]] = Known(version=NOTHING, value={})

    def load(self) -> Record:
        """Return the record; a store that does not exist yet is an empty record without lineage, nothing written."""
        with self._file.reading() as at:
            return Record(paused=self._stopped()) if at is None else self._stored(at)

    def commit(self, commit: Commit) -> Record:
        """Write the named parts of `commit.record` in one transaction and return the record as it now stands.

        What is written is what differs from what is stored.

        Raises:
            StoreError: it cannot be written.
            PlanStaleError: the saved plan that it uses was used before; nothing is written.
        """
        with self._file.writing() as at:
            if commit.uses_plan:
                use_plan(at.db, commit.uses_plan)
            before = self._stored(at)
            if at.schema < SCHEMA_VERSION:
                carry_over(at.db)
            after = self._counted(merged(before, commit), commit)
            write_record(at.db, before, after)
            write_named_intents(at.db, before, commit)
            write_journal(at.db, commit.journal)
            drop_requests(at.db, commit.done_requests)
            self._keep_screens(at, commit)
            self._known = Known(version=at.version, value=after)
        return returned(after, commit)

    def screens(self) -> Mapping[str, KeptScreen]:
        """Return the screens that commits kept, by name; none when another release wrote them in another form."""
        with self._file.reading() as at:
            if at is None:
                return {}
            if self._screens.version != at.version:
                self._screens = Known(version=at.version, value=same(self._screens.value, _readable_screens(at)))
            return self._screens.value

    def save_intent(self, intent: Intent) -> None:
        """Write one intent's progress, at once and durably."""
        with self._file.writing() as at:
            write_intents(at.db, [intent])
            if self._known.version == at.version:
                self._known = replace(self._known, value=with_intent(self._known.value, intent))

    def journal(self, entries: Sequence[Entry]) -> None:
        """Append to the history."""
        if entries:
            with self._file.writing() as at:
                write_journal(at.db, entries)

    def history(self, address: str = "", since: float = 0.0) -> tuple[Entry, ...]:
        """Return journal entries, oldest first, of one subject or of all."""
        with self._file.reading() as at:
            return () if at is None else read_history(at.db, address, since)

    def request(self, verb: str, arguments: tuple[str, ...]) -> Request:
        """Leave a request for whoever holds the lock."""
        with self._file.writing() as at:
            cursor = at.db.execute(
                "INSERT INTO requests (verb, body) VALUES (?, ?)", (verb, ARGUMENTS.encode(arguments))
            )
            return Request(id=cursor.lastrowid or 0, verb=verb, arguments=arguments)

    def used(self, plan: str) -> bool:
        """Return whether a saved plan of this id was used before."""
        with self._file.reading() as at:
            return at is not None and at.db.execute("SELECT 1 FROM plans WHERE id = ?", (plan,)).fetchone() is not None

    def held(self) -> frozenset[str]:
        """Return who is held by the operator right now (`*`: everything), the STOP file included; never cached."""
        with self._file.reading() as at:
            return self._stopped() if at is None else self._paused(at.db)

    def pause(self, who: str) -> None:
        """Hold the effects of one agent, or of everything (`*`), until `go`."""
        with self._file.writing() as at:
            at.db.execute("INSERT OR IGNORE INTO pauses VALUES (?)", (who,))

    def go(self, who: str) -> None:
        """End what `pause` of the same name began; a STOP file stays until a person removes it."""
        if who in self.held():
            with self._file.writing() as at:
                at.db.execute("DELETE FROM pauses WHERE who = ?", (who,))

    def holder(self) -> str:
        """Return which process holds the lock, and since when; empty: none does."""
        return holder(self.folder / LOCK)

    def lock(self, timeout: float = 0.0) -> AbstractContextManager[None]:
        """Hold the project's lock, which dies with the process.

        Raises:
            ProjectLockedError: another process holds it, and still does after `timeout` seconds.
        """
        return project_lock(self.folder / LOCK, self._clock, timeout)

    def _stored(self, at: Transaction) -> Record:
        """Return the record as it is stored; what the operator says is always looked up, the rest if it may differ."""
        known = self._known
        record = known.value if known.version == at.version else read_record(at.db, at.schema)
        paused, requests = self._paused(at.db), read_requests(at.db)
        if (record.paused, record.requests) != (paused, requests):
            record = replace(record, paused=paused, requests=requests)
        if record is not known.value:
            self._known = Known(version=at.version, value=same_record(known.value, record))
        return self._known.value

    def _counted(self, after: Record, commit: Commit) -> Record:
        return replace(
            after,
            lineage=after.lineage or self._new_lineage(),
            serial=after.serial + commit.moves,
            requests=tuple(request for request in after.requests if request.id not in commit.done_requests),
        )

    def _keep_screens(self, at: Transaction, commit: Commit) -> None:
        if not (commit.screens or commit.stale_screens):
            return
        write_screens(at.db, commit.screens, commit.stale_screens)
        if self._screens.version == at.version:
            kept = {name: one for name, one in self._screens.value.items() if name not in commit.stale_screens}
            self._screens = replace(self._screens, value=same(self._screens.value, {**kept, **commit.screens}))

    def _paused(self, db: sqlite3.Connection) -> frozenset[str]:
        return self._stopped() | {who for (who,) in db.execute("SELECT who FROM pauses")}

    def _stopped(self) -> frozenset[str]:
        try:
            return frozenset({EVERYTHING}) if is_there(self.folder / STOP) else frozenset()
        except OSError as error:
            message = f"cannot see whether {self.folder / STOP} is there: {error}"
            raise StoreError(message) from error


def _readable_screens(at: Transaction) -> Mapping[str, KeptScreen]:
    with suppress(StoreError):
        return read_screens(at.db)
    return {}
