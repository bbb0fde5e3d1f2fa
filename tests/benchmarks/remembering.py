"""How long the record takes to load and to commit, and one intent to save durably, beside one bare transaction."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from itertools import count
from pathlib import Path

from amp_fsm.model.machine import Verb
from amp_fsm.model.record import Action, Intent, Record, Sample, SubjectRecord
from amp_fsm.ports import Commit
from amp_fsm.world.sqlite import SqliteStore
from tests.benchmarks.measure import Timing, side_by_side, table

SIZES = (60, 600, 6_000, 60_000)
ROUNDS = 7
PROMPT = "a line of a prompt, about as long as lines of prompts are\n" * 40
DIGEST = "0123456789abcdef" * 4


def report() -> str:
    """Return the table of store times."""
    head = ["subjects", "load, first", "load, nothing written since", "who is held"]
    head += ["commit all", "commit one sample", "commit one move", "save an intent", "a bare transaction"]
    note = (
        "SQLite, durable (`synchronous=FULL`), on the disk of temporary files; a sample for each sixth subject. Beside"
        " it: one row in a transaction of bare SQLite, likewise durable, through a connection that is kept open."
    )
    return table("Remembering", head, [_row(size) for size in SIZES], note)


def _row(size: int) -> list[str]:
    with tempfile.TemporaryDirectory() as folder:
        return [f"{size:,}", *map(str, _timings(Path(folder), size))]


def _timings(folder: Path, size: int) -> tuple[Timing, ...]:
    store, numbers = SqliteStore(folder), count(2)
    names = [f"task/T-{n}" for n in range(size)]

    def commit_all() -> Record:
        entry = next(numbers)
        subjects = {n: SubjectRecord(address=n, state="PENDING", entry=entry, because="first seen") for n in names}
        samples = {name: _sample(entry) for name in names[: size // 6]}
        record = Record(subjects=subjects, samples=samples)
        return store.commit(Commit(record=record, subjects=tuple(names), memory=True, moves=True))

    def commit_sample() -> Record:
        record = store.load()
        record = replace(record, samples={**record.samples, names[0]: _sample(next(numbers))})
        return store.commit(Commit(record=record, memory=True))

    def commit_move() -> Record:
        record = store.load()
        moved = replace(record.subjects[names[0]], entry=next(numbers))
        record = replace(record, subjects={**record.subjects, names[0]: moved})
        return store.commit(Commit(record=record, subjects=(names[0],), moves=True))

    def save() -> None:
        action = Action(verb=Verb.SEND, target="a", text=PROMPT)
        store.save_intent(Intent(id="i", address=names[0], entry=next(numbers), cause="c", action=action))

    commit_all()
    with closing(_bare(folder / "bare.db")) as bare:
        looks = [lambda: SqliteStore(folder).load(), store.load, store.held]
        writes = [commit_all, commit_sample, commit_move, save, _writer(bare, numbers)]
        return side_by_side([*looks, *writes], ROUNDS)


def _sample(number: int) -> Sample:
    return Sample(state="idle", since=float(number), body=DIGEST, screen=DIGEST, evidence="> what is shown when idle")


def _bare(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("PRAGMA synchronous = FULL")
    db.execute("CREATE TABLE one (name TEXT PRIMARY KEY, body BLOB)")
    return db


def _writer(db: sqlite3.Connection, numbers: count[int]) -> Callable[[], object]:
    def write() -> None:
        db.execute("INSERT OR REPLACE INTO one VALUES ('a', ?)", (PROMPT + str(next(numbers)),))

    return write
