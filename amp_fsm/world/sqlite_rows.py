"""Rows of the store: dataclasses to JSON bodies and back.  Called by `sqlite` alone; opens nothing.

Bodies are JSON so that `sqlite3 amp-fsm.db` shows what is remembered.  Text read from files can hold undecodable bytes
(surrogate escapes), which msgspec refuses and the standard library writes as escapes; both ways are read back.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import msgspec

from amp_fsm.errors import StoreError
from amp_fsm.model.document import RowMemory, Unwritten
from amp_fsm.model.errand import AddedTask
from amp_fsm.model.kept_screen import KeptScreen
from amp_fsm.model.proposal import ProposalFile
from amp_fsm.model.record import Assignment, CellMemory, Intent, LogMemory, Sample, SubjectRecord, Written
from amp_fsm.model.time import Reading
from amp_fsm.model.usage import Spent, Usage

T = TypeVar("T")


class Rows(Generic[T]):
    """Encoder and decoder of one table's bodies."""

    def __init__(self, table: str, kind: Any) -> None:
        """Serve `table`, whose bodies are values of `kind`."""
        self.table = table
        self._kind = kind
        self._one = msgspec.json.Decoder(kind)
        self._many = msgspec.json.Decoder(list[kind])

    def encode(self, value: T) -> bytes:
        """Return the body of one value."""
        return encode(value)

    def decode(self, name: str, body: bytes) -> T:
        """Return one value.

        Raises:
            StoreError: the body is not one of this table; the message names the row.
        """
        try:
            try:
                value: T = self._one.decode(body)
            except (msgspec.DecodeError, UnicodeDecodeError):
                value = msgspec.convert(json.loads(body), self._kind)
        except (ValueError, TypeError) as error:
            message = f"row {name!r} of table {self.table!r} in the store cannot be read: {error}"
            raise StoreError(message) from error
        return value

    def decode_all(self, rows: Sequence[tuple[str, bytes]]) -> list[T]:
        """Return the values of many rows (name, body) in order, decoded as one document: five times as fast.

        Raises:
            StoreError: as `decode`.
        """
        try:
            values: list[T] = self._many.decode(b"[" + b",".join(body for _, body in rows) + b"]")
        except (msgspec.DecodeError, UnicodeDecodeError, TypeError):
            return [self.decode(name, body) for name, body in rows]
        return values


def encode(value: object) -> bytes:
    """Return `value` as JSON; surrogate escapes in the standard library's notation."""
    try:
        return msgspec.json.encode(value)
    except UnicodeEncodeError:
        return json.dumps(msgspec.to_builtins(value)).encode("ascii")


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """The body of a journal entry; its other parts are columns."""

    text: str
    evidence: tuple[str, ...] = ()


SUBJECTS: Rows[SubjectRecord] = Rows("subjects", SubjectRecord)
ASSIGNMENTS: Rows[Assignment] = Rows("assignments", Assignment)
INTENTS: Rows[Intent] = Rows("intents", Intent)
TOLD: Rows[Told] = Rows("journal", Told)
SCREENS: Rows[KeptScreen] = Rows("screens", KeptScreen)
ARGUMENTS: Rows[tuple[str, ...]] = Rows("requests", tuple[str, ...])

_KINDS: dict[str, Any] = {
    "attempts": int,
    "refusals": int,
    "forgiven": int,
    "reserved": str,
    "barred": tuple[str, ...],
    "added": AddedTask,
    "opened": int,
    "written": Written,
    "proposals": ProposalFile,
    "judged": float,
    "asked": float,
    "last_assigned": float,
    "samples": Sample,
    "cells": CellMemory,
    "logs": LogMemory,
    "rows": RowMemory,
    "unwritten": Unwritten,
    "usage": Usage,
    "spent": Spent,
    "run_attempts": int,
}

NAMED: dict[str, Rows[Any]] = {part: Rows("remembered", kind) for part, kind in _KINDS.items()}
"""Parts of the record that `Commit.memory` writes, with a row for each name."""

SINGLE: dict[str, Rows[Any]] = {
    "lead": Rows("memory", str),
    "lead_since": Rows("memory", float),
    "stranded": Rows("memory", str),
}
"""Parts of the record that `Commit.memory` writes, with one row each."""

META: dict[str, Rows[Any]] = {
    "schema": Rows("meta", int),
    "lineage": Rows("meta", str),
    "serial": Rows("meta", int),
    "policy": Rows("meta", float),
    "reading": Rows("meta", Reading | None),
}


def whole(part: str) -> Rows[Any]:
    """Return how schema 1 kept a part that is `NAMED`: in one row."""
    kind: Any = _KINDS[part]
    return Rows("memory", dict[str, kind])


def bodies(values: Iterable[T], row: Callable[[T], tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Return `row(value)` and the body of each value, ready for `executemany`."""
    return [(*row(value), encode(value)) for value in values]
