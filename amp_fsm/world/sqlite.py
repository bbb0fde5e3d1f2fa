"""The record on disk: the `Store` port over one SQLite file in the store's folder.

Last stage of every pass (commit, before any effect) and first of the next (load).  Decides nothing: it writes the parts
that it is told to, in one transaction, and reads them back.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

from amp_fsm.errors import PlanStaleError, StoreError
from amp_fsm.model.kept_screen import KeptScreen
from amp_fsm.model.record import Intent, IntentStatus, Record, Request
from amp_fsm.ports import Clock, Commit, Entry
from amp_fsm.world.clock import SystemClock
from amp_fsm.world.sqlite_file import DatabaseFile, is_there
from amp_fsm.world.sqlite_lock import holder, project_lock
from amp_fsm.world.sqlite_rows import (
    ARGUMENTS,
    ASSIGNMENTS,
    INTENTS,
    MEMORY,
    META,
    SCREENS,
    SUBJECTS,
    TOLD,
    Told,
    bodies,
    encode,
)

DATABASE = "amp-fsm.db"
LOCK = "lock"
STOP = "STOP"
EVERYTHING = "*"


class SqliteStore:
    """A store in one folder: `amp-fsm.db`, `lock`, and `STOP` when a person has put it there.

    Safe for threads, and for any number of processes: each operation is a transaction of its own.
    """

    def __init__(
        self, folder: str | Path, *, clock: Clock | None = None, new_lineage: Callable[[], str] = lambda: uuid4().hex
    ) -> None:
        """Name the folder; nothing is opened or made before it is needed."""
        self.folder = Path(folder)
        self._file = DatabaseFile(self.folder / DATABASE)
        self._clock = clock or SystemClock()
        self._new_lineage = new_lineage

    def load(self) -> Record:
        """Return the record; a store that does not exist yet is an empty record without lineage, nothing written."""
        with self._file.reading() as db:
            if db is None:
                return Record(paused=self._stopped())
            return Record(
                **_meta(db),
                **_memory(db),
                subjects={s.address: s for s in SUBJECTS.decode_all(_rows(db, "address, body FROM subjects"))},
                assignments={a.id: a for a in ASSIGNMENTS.decode_all(_rows(db, "id, body FROM assignments"))},
                intents={i.id: i for i in INTENTS.decode_all(_rows(db, "id, body FROM intents WHERE waits"))},
                paused=self._paused(db),
                requests=_requests(db),
            )

    def commit(self, commit: Commit) -> Record:
        """Write the named parts of `commit.record` in one transaction and return the record as it now stands.

        Raises:
            StoreError: it cannot be written.
            PlanStaleError: the saved plan that it uses was used before; nothing is written.
        """
        with self._file.writing() as db:
            if commit.uses_plan:
                _use_plan(db, commit.uses_plan)
            _write_parts(db, commit)
            _write_screens(db, commit)
            _write_journal(db, commit.journal)
            db.executemany("DELETE FROM requests WHERE id = ?", [(number,) for number in commit.done_requests])
            lineage, serial = self._count(db, moves=commit.moves)
            _put(db, "policy", commit.record.policy)
            _put(db, "reading", commit.record.reading)
            paused, requests = self._paused(db), _requests(db)
        return replace(as_stored(commit), lineage=lineage, serial=serial, paused=paused, requests=requests)

    def screens(self) -> Mapping[str, KeptScreen]:
        """Return the screens that commits kept, by name; none when another release wrote them in another form."""
        with self._file.reading() as db:
            rows = _rows(db, "name, body FROM screens") if db is not None and _has_screens(db) else []
        with suppress(StoreError):
            return dict(zip((name for name, _ in rows), SCREENS.decode_all(rows), strict=True))
        return {}

    def save_intent(self, intent: Intent) -> None:
        """Write one intent's progress, at once and durably."""
        with self._file.writing() as db:
            _write_intents(db, [intent])

    def journal(self, entries: Sequence[Entry]) -> None:
        """Append to the history."""
        if entries:
            with self._file.writing() as db:
                _write_journal(db, entries)

    def history(self, address: str = "", since: float = 0.0) -> tuple[Entry, ...]:
        """Return journal entries, oldest first, of one subject or of all."""
        with self._file.reading() as db:
            if db is None:
                return ()
            where, values = ("address = ? AND at >= ?", (address, since)) if address else ("at >= ?", (since,))
            rows = db.execute(f"SELECT id, at, address, kind, body FROM journal WHERE {where} ORDER BY id", values)
            return tuple(_entry(*row) for row in rows)

    def request(self, verb: str, arguments: tuple[str, ...]) -> Request:
        """Leave a request for whoever holds the lock."""
        with self._file.writing() as db:
            cursor = db.execute("INSERT INTO requests (verb, body) VALUES (?, ?)", (verb, ARGUMENTS.encode(arguments)))
            return Request(id=cursor.lastrowid or 0, verb=verb, arguments=arguments)

    def used(self, plan: str) -> bool:
        """Return whether a saved plan of this id was used before."""
        with self._file.reading() as db:
            return db is not None and db.execute("SELECT 1 FROM plans WHERE id = ?", (plan,)).fetchone() is not None

    def held(self) -> frozenset[str]:
        """Return who is held by the operator right now (`*`: everything), the STOP file included; never cached."""
        with self._file.reading() as db:
            return self._stopped() if db is None else self._paused(db)

    def pause(self, who: str) -> None:
        """Hold the effects of one agent, or of everything (`*`), until `go`."""
        with self._file.writing() as db:
            db.execute("INSERT OR IGNORE INTO pauses VALUES (?)", (who,))

    def go(self, who: str) -> None:
        """End what `pause` of the same name began; a STOP file stays until a person removes it."""
        if who in self.held():
            with self._file.writing() as db:
                db.execute("DELETE FROM pauses WHERE who = ?", (who,))

    def holder(self) -> str:
        """Return which process holds the lock, and since when; empty: none does."""
        return holder(self.folder / LOCK)

    def lock(self, timeout: float = 0.0) -> AbstractContextManager[None]:
        """Hold the project's lock, which dies with the process.

        Raises:
            ProjectLockedError: another process holds it, and still does after `timeout` seconds.
        """
        return project_lock(self.folder / LOCK, self._clock, timeout)

    def _count(self, db: sqlite3.Connection, *, moves: bool) -> tuple[str, int]:
        meta = _meta(db)
        lineage, serial = meta.get("lineage") or self._new_lineage(), meta.get("serial", 0) + moves
        _put(db, "lineage", lineage)
        _put(db, "serial", serial)
        return lineage, serial

    def _paused(self, db: sqlite3.Connection) -> frozenset[str]:
        return self._stopped() | {who for (who,) in db.execute("SELECT who FROM pauses")}

    def _stopped(self) -> frozenset[str]:
        try:
            return frozenset({EVERYTHING}) if is_there(self.folder / STOP) else frozenset()
        except OSError as error:
            message = f"cannot see whether {self.folder / STOP} is there: {error}"
            raise StoreError(message) from error


def waits(intent: Intent) -> bool:
    """Return whether an intent belongs in the record: something or somebody has still to settle it."""
    return not intent.settled or intent.status is IntentStatus.UNKNOWN


def as_stored(commit: Commit) -> Record:
    """Return the record of `commit` as a later `load` gives it: without what the commit closes, drops or settles."""
    record = commit.record
    return replace(
        record,
        subjects={key: value for key, value in record.subjects.items() if key not in commit.dropped},
        assignments={key: value for key, value in record.assignments.items() if key not in commit.closed},
        intents={key: value for key, value in record.intents.items() if waits(value)},
    )


def _write_parts(db: sqlite3.Connection, commit: Commit) -> None:
    record = commit.record
    subjects = bodies(_named(record.subjects, commit.subjects), lambda s: (s.address, s.state))
    db.executemany("INSERT INTO subjects VALUES (?, ?, ?)" + _UPSERT.format("address", "state"), subjects)
    assignments = bodies(_named(record.assignments, commit.assignments), lambda a: (a.id, a.agent, a.task))
    db.executemany("INSERT INTO assignments VALUES (?, ?, ?, ?)" + _UPSERT.format("id", "agent"), assignments)
    _write_intents(db, _named(record.intents, commit.intents))
    _drop(db, "DELETE FROM subjects WHERE address = ?", (*commit.dropped, *_gone(record.subjects, commit.subjects)))
    closed = (*commit.closed, *_gone(record.assignments, commit.assignments))
    _drop(db, "DELETE FROM assignments WHERE id = ?", closed)
    _drop(db, "UPDATE intents SET waits = 0 WHERE id = ?", _gone(record.intents, commit.intents))
    if commit.memory:
        parts = [(part, rows.encode(getattr(record, part))) for part, rows in MEMORY.items()]
        db.executemany("INSERT INTO memory VALUES (?, ?)" + _UPSERT.format("part", "part"), parts)


# Unequal only: a body that did not change dirties no page.
_UPSERT = " ON CONFLICT ({0}) DO UPDATE SET {1} = excluded.{1}, body = excluded.body WHERE body IS NOT excluded.body"


def _write_screens(db: sqlite3.Connection, commit: Commit) -> None:
    """Write the screens to keep; the table is made with the first of them, since older stores have none."""
    if not (commit.screens or commit.stale_screens):
        return
    db.execute("CREATE TABLE IF NOT EXISTS screens (name TEXT PRIMARY KEY, body BLOB NOT NULL)")
    rows = [(name, SCREENS.encode(screen)) for name, screen in commit.screens.items()]
    db.executemany("INSERT OR REPLACE INTO screens VALUES (?, ?)", rows)
    _drop(db, "DELETE FROM screens WHERE name = ?", commit.stale_screens)


def _has_screens(db: sqlite3.Connection) -> bool:
    return db.execute("SELECT 1 FROM sqlite_master WHERE name = 'screens'").fetchone() is not None


def _named(values: Any, names: Iterable[str]) -> list[Any]:
    return [values[name] for name in names if name in values]


def _gone(values: Any, names: Iterable[str]) -> list[str]:
    """Return what was named and is no longer in the record: it must not come back with the next load."""
    return [name for name in names if name not in values]


def _drop(db: sqlite3.Connection, statement: str, names: Iterable[str]) -> None:
    db.executemany(statement, [(name,) for name in names])


def _write_intents(db: sqlite3.Connection, intents: Iterable[Intent]) -> None:
    rows = bodies(intents, lambda i: (i.id, i.address, i.status.value, waits(i)))
    db.executemany("INSERT OR REPLACE INTO intents VALUES (?, ?, ?, ?, ?)", rows)


def _write_journal(db: sqlite3.Connection, entries: Iterable[Entry]) -> None:
    rows = [(e.at, e.address, e.kind, TOLD.encode(Told(text=e.text, evidence=e.evidence))) for e in entries]
    db.executemany("INSERT INTO journal (at, address, kind, body) VALUES (?, ?, ?, ?)", rows)


def _use_plan(db: sqlite3.Connection, plan: str) -> None:
    if not db.execute("INSERT OR IGNORE INTO plans VALUES (?)", (plan,)).rowcount:
        message = f"the saved plan {plan} was used before"
        raise PlanStaleError(message, hint="make a new one with `amp-fsm plan --out FILE`")


def _rows(db: sqlite3.Connection, query: str) -> list[tuple[str, bytes]]:
    return db.execute(f"SELECT {query} ORDER BY rowid").fetchall()


def _meta(db: sqlite3.Connection) -> dict[str, Any]:
    rows = _rows(db, "key, body FROM meta WHERE key <> 'schema'")
    return {key: META[key].decode(key, body) for key, body in rows}


def _memory(db: sqlite3.Connection) -> dict[str, Any]:
    return {part: MEMORY[part].decode(part, body) for part, body in _rows(db, "part, body FROM memory")}


def _put(db: sqlite3.Connection, key: str, value: object) -> None:
    db.execute("INSERT INTO meta VALUES (?, ?)" + _UPSERT.format("key", "key"), (key, encode(value)))


def _requests(db: sqlite3.Connection) -> tuple[Request, ...]:
    rows = db.execute("SELECT id, verb, body FROM requests ORDER BY id")
    return tuple(Request(id=n, verb=verb, arguments=ARGUMENTS.decode(str(n), body)) for n, verb, body in rows)


def _entry(number: int, at: float, address: str, kind: str, body: bytes) -> Entry:
    told = TOLD.decode(str(number), body)
    return Entry(at=at, address=address, kind=kind, text=told.text, evidence=told.evidence)
