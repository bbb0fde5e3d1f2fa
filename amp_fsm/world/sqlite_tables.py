"""Values of the store, read from its tables and written into them, inside a transaction.  Called by `sqlite` alone."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any, TypeVar

from amp_fsm.errors import PlanStaleError
from amp_fsm.model.kept_screen import KeptScreen
from amp_fsm.model.record import Intent, Record, Request
from amp_fsm.ports import Commit, Entry
from amp_fsm.world.sqlite_merge import waits
from amp_fsm.world.sqlite_rows import (
    ARGUMENTS,
    ASSIGNMENTS,
    INTENTS,
    META,
    NAMED,
    SCREENS,
    SINGLE,
    SUBJECTS,
    TOLD,
    Told,
    bodies,
    encode,
    whole,
)

T = TypeVar("T")

BY_PART = 1
"""The last schema that kept each part of what is remembered in one row."""


def read_record(db: sqlite3.Connection, schema: int) -> Record:
    """Return the record but for who is held and what is asked for.

    Raises:
        StoreError: a row cannot be read.
    """
    return Record(
        **_meta(db),
        **_remembered(db, schema),
        subjects={s.address: s for s in SUBJECTS.decode_all(_rows(db, "address, body FROM subjects"))},
        assignments={a.id: a for a in ASSIGNMENTS.decode_all(_rows(db, "id, body FROM assignments"))},
        intents={i.id: i for i in INTENTS.decode_all(_rows(db, "id, body FROM intents WHERE waits"))},
    )


def read_requests(db: sqlite3.Connection) -> tuple[Request, ...]:
    """Return what the operator asked for, in the order in which it came."""
    rows = db.execute("SELECT id, verb, body FROM requests ORDER BY id")
    return tuple(Request(id=n, verb=verb, arguments=ARGUMENTS.decode(str(n), body)) for n, verb, body in rows)


def read_screens(db: sqlite3.Connection) -> Mapping[str, KeptScreen]:
    """Return the screens that are kept; older stores have no table of them.

    Raises:
        StoreError: a row cannot be read.
    """
    has_screens = db.execute("SELECT 1 FROM sqlite_master WHERE name = 'screens'").fetchone() is not None
    rows = _rows(db, "name, body FROM screens") if has_screens else []
    return dict(zip((name for name, _ in rows), SCREENS.decode_all(rows), strict=True))


def read_history(db: sqlite3.Connection, address: str, since: float) -> tuple[Entry, ...]:
    """Return journal entries, oldest first, of one subject or of all (empty address)."""
    where, values = ("address = ? AND at >= ?", (address, since)) if address else ("at >= ?", (since,))
    rows = db.execute(f"SELECT id, at, address, kind, body FROM journal WHERE {where} ORDER BY id", values)
    return tuple(_entry(*row) for row in rows)


def write_record(db: sqlite3.Connection, before: Record, after: Record) -> None:
    """Write what `after` has otherwise than `before`, which is what is stored: what is the same object is not written.

    Intents are left out: of those that are no longer in `after`, only their commit knows what became of them.
    """
    new, gone = _changes(before.subjects, after.subjects)
    _write(db, "subjects", ("address", "state", "body"), bodies(new, lambda s: (s.address, s.state)))
    _each(db, "DELETE FROM subjects WHERE address = ?", gone)
    held, ended = _changes(before.assignments, after.assignments)
    _write(db, "assignments", ("id", "agent", "task", "body"), bodies(held, lambda a: (a.id, a.agent, a.task)))
    _each(db, "DELETE FROM assignments WHERE id = ?", ended)
    for part in NAMED:
        _write_named(db, part, getattr(before, part), getattr(after, part))
    _write(db, "memory", ("part", "body"), _changed(before, after, SINGLE))
    _write(db, "meta", ("key", "body"), _changed(before, after, META.keys() - {"schema"}))


def write_intents(db: sqlite3.Connection, intents: Iterable[Intent]) -> None:
    """Write how far intents have come; the settled ones are kept for people to read."""
    rows = bodies(intents, lambda i: (i.id, i.address, i.status.value, waits(i)))
    _write(db, "intents", ("id", "address", "status", "waits", "body"), rows)


def write_named_intents(db: sqlite3.Connection, before: Record, commit: Commit) -> None:
    """Write the intents that `commit` names and that are not stored like that; one that it no longer has is dropped."""
    given, stored = commit.record.intents, before.intents
    write_intents(db, [given[name] for name in commit.intents if name in given and given[name] != stored.get(name)])
    _each(db, "UPDATE intents SET waits = 0 WHERE id = ?", [name for name in commit.intents if name not in given])


def write_screens(db: sqlite3.Connection, screens: Mapping[str, KeptScreen], stale: Iterable[str]) -> None:
    """Write screens to keep, and drop those to keep no longer."""
    rows = [(name, SCREENS.encode(screen)) for name, screen in screens.items()]
    _write(db, "screens", ("name", "body"), rows)
    _each(db, "DELETE FROM screens WHERE name = ?", stale)


def drop_requests(db: sqlite3.Connection, numbers: Iterable[int]) -> None:
    """Drop requests that are carried out, or refused."""
    _each(db, "DELETE FROM requests WHERE id = ?", numbers)


def write_journal(db: sqlite3.Connection, entries: Iterable[Entry]) -> None:
    """Append to the history."""
    rows = [(e.at, e.address, e.kind, TOLD.encode(Told(text=e.text, evidence=e.evidence))) for e in entries]
    if rows:
        db.executemany("INSERT INTO journal (at, address, kind, body) VALUES (?, ?, ?, ?)", rows)


def use_plan(db: sqlite3.Connection, plan: str) -> None:
    """Use a saved plan up.

    Raises:
        PlanStaleError: it was used before.
    """
    if not db.execute("INSERT OR IGNORE INTO plans VALUES (?)", (plan,)).rowcount:
        message = f"the saved plan {plan} was used before"
        raise PlanStaleError(message, hint="make a new one with `amp-fsm plan --out FILE`")


def _meta(db: sqlite3.Connection) -> dict[str, Any]:
    rows = _rows(db, "key, body FROM meta WHERE key <> 'schema'")
    return {key: META[key].decode(key, body) for key, body in rows}


def _remembered(db: sqlite3.Connection, schema: int) -> dict[str, Any]:
    single = _rows(db, "part, body FROM memory")
    if schema <= BY_PART:
        return {part: (SINGLE.get(part) or whole(part)).decode(part, body) for part, body in single}
    parts = {part: SINGLE[part].decode(part, body) for part, body in single}
    rows = db.execute("SELECT part, name, body FROM remembered ORDER BY part, id").fetchall()
    for part, group in groupby(rows, itemgetter(0)):
        named = [(name, body) for _, name, body in group]
        parts[part] = dict(zip((name for name, _ in named), NAMED[part].decode_all(named), strict=True))
    return parts


def _write_named(db: sqlite3.Connection, part: str, before: Mapping[str, T], after: Mapping[str, T]) -> None:
    if before is after:
        return
    rows = [(part, name, encode(value)) for name, value in after.items() if before.get(name) is not value]
    if rows:
        over = "ON CONFLICT (part, name) DO UPDATE SET body = excluded.body"
        db.executemany(f"INSERT INTO remembered (part, name, body) VALUES (?, ?, ?) {over}", rows)
    gone = [(part, name) for name in before if name not in after]
    if gone:
        db.executemany("DELETE FROM remembered WHERE part = ? AND name = ?", gone)


def _changes(before: Mapping[str, T], after: Mapping[str, T]) -> tuple[list[T], list[str]]:
    """Return what is new or another object, and the names of what is gone."""
    if before is after:
        return [], []
    new = [value for name, value in after.items() if before.get(name) is not value]
    return new, [name for name in before if name not in after]


def _changed(before: Record, after: Record, parts: Iterable[str]) -> list[tuple[str, bytes]]:
    return [(part, encode(getattr(after, part))) for part in parts if getattr(before, part) != getattr(after, part)]


def _write(db: sqlite3.Connection, table: str, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert rows, of which the first column is the key; one that is there stays where it is in their order."""
    if rows:
        over = ", ".join(f"{column} = excluded.{column}" for column in columns[1:])
        places = ", ".join("?" * len(columns))
        db.executemany(f"INSERT INTO {table} VALUES ({places}) ON CONFLICT ({columns[0]}) DO UPDATE SET {over}", rows)


def _each(db: sqlite3.Connection, statement: str, keys: Iterable[object]) -> None:
    values = [(key,) for key in keys]
    if values:
        db.executemany(statement, values)


def _rows(db: sqlite3.Connection, query: str) -> list[tuple[str, bytes]]:
    return db.execute(f"SELECT {query} ORDER BY rowid").fetchall()


def _entry(number: int, at: float, address: str, kind: str, body: bytes) -> Entry:
    told = TOLD.decode(str(number), body)
    return Entry(at=at, address=address, kind=kind, text=told.text, evidence=told.evidence)
