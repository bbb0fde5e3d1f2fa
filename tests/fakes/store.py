"""A store in memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, fields, replace
from typing import Any, TypeVar

from amp_fsm.errors import PlanStaleError, ProjectLockedError
from amp_fsm.model.kept_screen import KeptScreen
from amp_fsm.model.record import Intent, IntentStatus, Record, Request
from amp_fsm.ports import Commit, Entry

T = TypeVar("T")


@dataclass(slots=True)
class MemoryStore:
    """The `Store` port without a disk; `entries` is the journal, `saved` every intent in the order it was saved."""

    record: Record = field(default_factory=Record)
    entries: list[Entry] = field(default_factory=list)
    saved: list[Intent] = field(default_factory=list)
    stopped: bool = False
    locked: bool = False
    paused: set[str] = field(default_factory=set)
    requests: list[Request] = field(default_factory=list)
    plans: set[str] = field(default_factory=set)
    kept: dict[str, KeptScreen] = field(default_factory=dict)
    asked: int = 0

    def load(self) -> Record:
        return replace(self.record, paused=self.held(), requests=tuple(self.requests))

    def commit(self, commit: Commit) -> Record:
        if commit.uses_plan in self.plans:
            message = f"the saved plan {commit.uses_plan} was used before"
            raise PlanStaleError(message)
        self.plans |= {commit.uses_plan} - {""}
        self.requests = [r for r in self.requests if r.id not in commit.done_requests]
        self.entries.extend(commit.journal)
        self.kept = {n: s for n, s in self.kept.items() if n not in commit.stale_screens} | dict(commit.screens)
        given, kept, before = commit.record, self.record, self.record
        counted = {"lineage": kept.lineage or "fake", "serial": kept.serial + commit.moves}
        kept = given if commit.memory else replace(kept, policy=given.policy, reading=given.reading)
        self.record = replace(
            kept,
            subjects=_merged(self.record.subjects, given.subjects, commit.subjects, commit.dropped),
            assignments=_merged(self.record.assignments, given.assignments, commit.assignments, commit.closed),
            intents=_waiting(_merged(self.record.intents, given.intents, commit.intents, ())),
            **counted,  # type: ignore[arg-type]  # two fields of different types
        )
        returned = replace(
            given,
            **counted,  # type: ignore[arg-type]  # the same two
            subjects={key: value for key, value in given.subjects.items() if key not in commit.dropped},
            assignments={key: value for key, value in given.assignments.items() if key not in commit.closed},
            intents=_waiting(given.intents),
            paused=self.held(),
            requests=tuple(self.requests),
        )
        self.record = _with_objects_of(before, self.record)
        return _with_objects_of(self.record, returned)

    def screens(self) -> Mapping[str, KeptScreen]:
        return dict(self.kept)

    def save_intent(self, intent: Intent) -> None:
        self.saved.append(intent)
        self.record = replace(self.record, intents=_waiting({**self.record.intents, intent.id: intent}))

    def journal(self, entries: Sequence[Entry]) -> None:
        self.entries.extend(entries)

    def history(self, address: str = "", since: float = 0.0) -> tuple[Entry, ...]:
        return tuple(e for e in self.entries if e.at >= since and address in ("", e.address))

    def request(self, verb: str, arguments: tuple[str, ...]) -> Request:
        self.asked += 1
        self.requests.append(Request(id=self.asked, verb=verb, arguments=arguments))
        return self.requests[-1]

    def used(self, plan: str) -> bool:
        return plan in self.plans

    def held(self) -> frozenset[str]:
        return frozenset(self.paused | ({"*"} if self.stopped else set()))

    def pause(self, who: str) -> None:
        self.paused.add(who)

    def go(self, who: str) -> None:
        self.paused.discard(who)

    def holder(self) -> str:
        return "pid 1 since the beginning" if self.locked else ""

    @contextmanager
    def lock(self, timeout: float = 0.0) -> Iterator[None]:
        if self.locked:
            message = f"another process holds this project, still after {timeout:g} s: pid 1 since the beginning"
            raise ProjectLockedError(message)
        self.locked = True
        try:
            yield
        finally:
            self.locked = False


def _merged(
    kept: Mapping[str, T], given: Mapping[str, T], named: Sequence[str], without: Sequence[str]
) -> dict[str, T]:
    new = {name: given[name] for name in named if name in given}
    gone = {*without, *(name for name in named if name not in given)}
    return {name: value for name, value in {**kept, **new}.items() if name not in gone}


def _with_objects_of(old: Record, new: Record) -> Record:
    """Return `new`; what is equal in it is the very object that `old` has."""
    parts = {part.name: (getattr(old, part.name), getattr(new, part.name)) for part in fields(Record)}
    return Record(**{name: was if was == now else _mixed(was, now) for name, (was, now) in parts.items()})


def _mixed(old: object, new: object) -> Any:
    if not (isinstance(old, Mapping) and isinstance(new, Mapping)):
        return new
    return {name: old[name] if name in old and old[name] == value else value for name, value in new.items()}


def _waiting(intents: Mapping[str, Intent]) -> dict[str, Intent]:
    return {k: i for k, i in intents.items() if not i.settled or i.status is IntentStatus.UNKNOWN}
