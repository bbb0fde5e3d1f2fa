"""How long the record takes to load and to commit, and one intent to save durably."""

from __future__ import annotations

import tempfile
from pathlib import Path

from amp_fsm.model.machine import Verb
from amp_fsm.model.record import Action, Intent, Record, Sample, SubjectRecord
from amp_fsm.ports import Commit
from amp_fsm.world.sqlite import SqliteStore
from tests.benchmarks.measure import side_by_side, table

SIZES = (60, 600, 6_000, 60_000)
PROMPT = "a line of a prompt, about as long as lines of prompts are\n" * 40


def report() -> str:
    """Return the table of store times."""
    rows = [_row(size) for size in SIZES]
    head = ["subjects", "load", "commit all", "commit one move", "save an intent", "who is held"]
    return table("Remembering", head, rows, "SQLite, durable (`synchronous=FULL`), on the disk of temporary files.")


def _row(size: int) -> list[str]:
    with tempfile.TemporaryDirectory() as folder:
        store = SqliteStore(Path(folder))
        names = [f"task/T-{n}" for n in range(size)]
        entries = iter(range(2, 1_000_000))

        def record() -> Record:
            entry = next(entries)
            subjects = {n: SubjectRecord(address=n, state="PENDING", entry=entry, because="first seen") for n in names}
            return Record(subjects=subjects, samples={n: Sample(state="idle") for n in names[: size // 6]})

        first = record()
        store.commit(Commit(record=first, subjects=tuple(names), memory=True, moves=True))
        action = Action(verb=Verb.SEND, target="a", text=PROMPT)
        timings = side_by_side(
            [
                store.load,
                lambda: store.commit(Commit(record=record(), subjects=tuple(names), memory=True, moves=True)),
                lambda: store.commit(Commit(record=first, subjects=(names[0],), memory=True, moves=True)),
                lambda: store.save_intent(
                    Intent(id="i", address=names[0], entry=next(entries), cause="c", action=action)
                ),
                store.held,
            ],
            7,
        )
        return [f"{size:,}", *map(str, timings)]
