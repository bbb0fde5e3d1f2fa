"""The store's database file: schema, version, connections.  Called by `sqlite` alone; knows no record.

A rollback journal, not a write-ahead log: with WAL the mere opening of a database at rest creates two files beside it
(measured, SQLite 3.40), and planning must leave the folder as it was.  A connection lives for one operation, so that
threads and forks share nothing; with FULL synchronous that costs 1 ms, of which opening is 0.15.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock

from amp_fsm.errors import StoreError
from amp_fsm.world.sqlite_rows import META

SCHEMA_VERSION = 1
BUSY_SECONDS = 10.0

SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, body BLOB NOT NULL);
CREATE TABLE subjects (address TEXT PRIMARY KEY, state TEXT NOT NULL, body BLOB NOT NULL);
CREATE TABLE assignments (id TEXT PRIMARY KEY, agent TEXT NOT NULL, task TEXT NOT NULL, body BLOB NOT NULL);
CREATE TABLE intents (id TEXT PRIMARY KEY, address TEXT NOT NULL, status TEXT NOT NULL, waits INTEGER NOT NULL,
    body BLOB NOT NULL);
CREATE INDEX waiting_intents ON intents (waits) WHERE waits;
CREATE TABLE memory (part TEXT PRIMARY KEY, body BLOB NOT NULL);
CREATE TABLE journal (id INTEGER PRIMARY KEY, at REAL NOT NULL, address TEXT NOT NULL, kind TEXT NOT NULL,
    body BLOB NOT NULL);
CREATE INDEX journal_of_subject ON journal (address, at);
CREATE TABLE requests (id INTEGER PRIMARY KEY AUTOINCREMENT, verb TEXT NOT NULL, body BLOB NOT NULL);
CREATE TABLE plans (id TEXT PRIMARY KEY);
CREATE TABLE pauses (who TEXT PRIMARY KEY)
"""

NEEDS_REPAIR = frozenset({sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN})
"""Primary codes by which a read-only connection says that a killed writer's journal must be rolled back first."""


class DatabaseFile:
    """One SQLite file that need not exist yet."""

    def __init__(self, path: Path) -> None:
        """Name the file; opens nothing."""
        self.path = path
        self._writing = Lock()  # threads of this process queue here, which is fair; SQLite's own waiting is not

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection | None]:
        """Give one consistent snapshot, or None when there is no store yet; changes no file.

        The exception: what a killed process left half-written is undone first, as any reader has to.

        Raises:
            StoreError: it cannot be read, or is of a newer schema.
        """
        with self._errors():
            db = self._open_reading() if is_there(self.path) else None
            try:
                yield db
            finally:
                if db is not None:
                    db.close()

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Give one transaction, durable when the block ends and undone when it raises; makes the store if need be.

        Raises:
            StoreError: it cannot be written, or is of a newer schema.
        """
        with self._writing, self._errors():
            self.path.parent.mkdir(parents=True, exist_ok=True)
            db = self._connect("rwc")
            try:
                db.execute("BEGIN IMMEDIATE")
                if not self._has_schema(db):
                    _create(db)
                yield db
                db.execute("COMMIT")
            finally:
                db.close()  # an open transaction is rolled back

    def _open_reading(self) -> sqlite3.Connection | None:
        try:
            return self._snapshot("ro")
        except sqlite3.OperationalError as error:
            if (error.sqlite_errorcode & 0xFF) not in NEEDS_REPAIR:
                raise
            return self._snapshot("rw")

    def _snapshot(self, mode: str) -> sqlite3.Connection | None:
        db = self._connect(mode)
        try:
            db.execute("BEGIN")
            if self._has_schema(db):
                return db
        except BaseException:
            db.close()
            raise
        db.close()
        return None

    def _connect(self, mode: str) -> sqlite3.Connection:
        uri = f"{self.path.absolute().as_uri()}?mode={mode}"
        db = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=BUSY_SECONDS, check_same_thread=False)
        if mode != "ro":
            db.execute("PRAGMA synchronous = FULL")
        return db

    def _has_schema(self, db: sqlite3.Connection) -> bool:
        if db.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,):
            return False  # an empty file: a process was killed between creating and filling it
        row = db.execute("SELECT body FROM meta WHERE key = 'schema'").fetchone()
        version = META["schema"].decode("schema", row[0]) if row else 0
        if version == SCHEMA_VERSION:
            return True
        message = f"{self.path} has schema {version}; this amp-fsm knows {SCHEMA_VERSION}"
        hint = "upgrade amp-fsm" if version > SCHEMA_VERSION else "it is no store of amp-fsm: name another folder"
        raise StoreError(message, hint=hint)

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            message = f"the store {self.path} cannot be used: {error}"
            raise StoreError(message, hint="see that its folder can be written and its disk is not full") from error


def is_there(path: Path) -> bool:
    """Return whether a file exists; unlike `Path.exists`, one that cannot be seen is an error, not an absence.

    Raises:
        OSError: its folder cannot be searched.
    """
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    return True


def _create(db: sqlite3.Connection) -> None:
    for statement in SCHEMA.split(";"):
        db.execute(statement)
    db.execute("INSERT INTO meta VALUES ('schema', ?)", (META["schema"].encode(SCHEMA_VERSION),))
