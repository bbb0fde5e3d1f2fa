"""The tables of the store: how they are made, which release wrote them, and how an older store is carried over."""

from __future__ import annotations

import sqlite3

from amp_fsm.errors import StoreError
from amp_fsm.world.sqlite_rows import META, NAMED, whole

SCHEMA_VERSION = 2
"""2 keeps what is remembered by name in a row for each name; 1 kept each part of it in one row of `memory`.

A release that knows only 1 must not take such a store for one that remembers nothing: it would read our own words as
claims.
"""

_NO_SCHEMA = 0

_REMEMBERED = """
CREATE TABLE remembered (id INTEGER PRIMARY KEY, part TEXT NOT NULL, name TEXT NOT NULL, body BLOB NOT NULL,
    UNIQUE (part, name));
CREATE TABLE IF NOT EXISTS screens (name TEXT PRIMARY KEY, body BLOB NOT NULL)
"""

_SCHEMA = f"""
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
CREATE TABLE pauses (who TEXT PRIMARY KEY);
{_REMEMBERED}"""


def schema_of(db: sqlite3.Connection, where: object) -> int:
    """Return the version of the tables; 0: there are none yet.

    Raises:
        StoreError: it is not one that this release can read; the message names `where`.
    """
    if db.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,):
        return _NO_SCHEMA  # an empty file: a process was killed between creating and filling it
    row = db.execute("SELECT body FROM meta WHERE key = 'schema'").fetchone()
    version = META["schema"].decode("schema", row[0]) if row else _NO_SCHEMA
    if 0 < version <= SCHEMA_VERSION:
        return int(version)
    message = f"{where} has schema {version}; this amp-fsm knows {SCHEMA_VERSION}"
    hint = "upgrade amp-fsm" if version > SCHEMA_VERSION else "it is no store of amp-fsm: name another folder"
    raise StoreError(message, hint=hint)


def create(db: sqlite3.Connection) -> None:
    """Make the tables, inside the transaction under way."""
    _execute(db, _SCHEMA)
    db.execute("INSERT INTO meta VALUES ('schema', ?)", (META["schema"].encode(SCHEMA_VERSION),))


def carry_over(db: sqlite3.Connection) -> None:
    """Make a store of schema 1 one of the present schema, inside the transaction under way."""
    _execute(db, _REMEMBERED)
    for part, body in db.execute("SELECT part, body FROM memory ORDER BY rowid").fetchall():
        if part in NAMED:
            rows = [(part, name, NAMED[part].encode(value)) for name, value in whole(part).decode(part, body).items()]
            db.executemany("INSERT INTO remembered (part, name, body) VALUES (?, ?, ?)", rows)
            db.execute("DELETE FROM memory WHERE part = ?", (part,))
    db.execute("UPDATE meta SET body = ? WHERE key = 'schema'", (META["schema"].encode(SCHEMA_VERSION),))


def _execute(db: sqlite3.Connection, statements: str) -> None:
    for statement in statements.split(";"):
        db.execute(statement)
