"""The store's database file: its transactions.  Called by `sqlite` alone; knows no record.

A rollback journal, not a write-ahead log: with WAL the mere opening of a database at rest creates two files beside it
(measured, SQLite 3.40), and planning must leave the folder as it was.  The journal's file stays, with an empty header,
when its transaction is over: making and removing it would be a third of what a commit costs the processor.
"""

from __future__ import annotations

import sqlite3
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from amp_fsm.errors import StoreError
from amp_fsm.world.sqlite_connection import KeptConnection
from amp_fsm.world.sqlite_schema import SCHEMA_VERSION, create, schema_of

NEEDS_REPAIR = frozenset({sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN})
"""Primary codes by which a read-only connection says that a killed writer's journal must be rolled back first."""

Version = tuple[int, int]
"""Number of the connection in this process, and SQLite's data version, which counts what others wrote since."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Transaction:
    """One transaction under way.

    Attributes:
        version: two transactions of the same version saw the same, but for what this process wrote through them.
        schema: version of the tables.
    """

    db: sqlite3.Connection
    version: Version
    schema: int


class DatabaseFile:
    """One SQLite file that need not exist yet.  Threads take turns; a forked child begins anew."""

    def __init__(self, path: Path, *, durable: bool = True) -> None:
        """Name the file; opens nothing.  Not `durable`: a loss of power may take what was written, or all of it."""
        self.path = path
        self._kept = KeptConnection(path, durable=durable)
        self._present: Version | None = None  # at which the tables were seen to be of the present schema
        weakref.finalize(self, self._kept.close)

    @contextmanager
    def reading(self) -> Iterator[Transaction | None]:
        """Give one consistent snapshot, or None when there is no store yet; changes no file.

        The exception: what a killed process left half-written is undone first, as any reader has to.

        Raises:
            StoreError: it cannot be read, or is of a newer schema.
        """
        with self._kept.lock, self._errors(), self._kept.closed_on_error():
            snapshot = self._snapshot()
            yield snapshot if snapshot is not None and snapshot.schema else None
            if snapshot is not None:
                snapshot.db.execute("COMMIT")

    @contextmanager
    def writing(self) -> Iterator[Transaction]:
        """Give one transaction, durable when the block ends and undone when it raises; makes the store if need be.

        Raises:
            StoreError: it cannot be written, or is of a newer schema.
        """
        with self._kept.lock, self._errors(), self._kept.closed_on_error():
            db = self._kept.to_write()
            transaction = self._begin(db, "BEGIN IMMEDIATE")
            if not transaction.schema:
                create(db)
                transaction = self._seen(db)
            yield transaction
            db.execute("COMMIT")
            self._kept.written()

    def _snapshot(self) -> Transaction | None:
        if not is_there(self.path):
            self._kept.close()
            return None
        try:
            return self._begin(self._kept.to_read(), "BEGIN")
        except sqlite3.OperationalError as error:
            if (error.sqlite_errorcode & 0xFF) not in NEEDS_REPAIR:
                raise
            return self._begin(self._kept.to_repair(), "BEGIN")

    def _begin(self, db: sqlite3.Connection, statement: str) -> Transaction:
        db.execute(statement)
        return self._seen(db)

    def _seen(self, db: sqlite3.Connection) -> Transaction:
        (counted,) = db.execute("PRAGMA data_version").fetchone()
        version = self._kept.number, counted
        schema = SCHEMA_VERSION if version == self._present else schema_of(db, self.path)
        self._present = version if schema == SCHEMA_VERSION else None
        return Transaction(db=db, version=version, schema=schema)

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
