"""What a commit makes of the record that is stored, as values.  Called by `sqlite` alone; touches no database.

A value that did not change stays the very same object, and so does a part of which no value changed: whoever looks
next sees by `is` what is new, and so does whoever writes it down.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import fields, replace
from typing import TypeVar, cast

from amp_fsm.model.record import Intent, IntentStatus, Record
from amp_fsm.ports import Commit
from amp_fsm.world.sqlite_rows import NAMED, SINGLE

T = TypeVar("T")

_PARTS = tuple(field.name for field in fields(Record))
_REMEMBERED = (*NAMED, *SINGLE)


def waits(intent: Intent) -> bool:
    """Return whether an intent belongs in the record: something or somebody has still to settle it."""
    return not intent.settled or intent.status is IntentStatus.UNKNOWN


def same(old: T, new: T) -> T:
    """Return `new` with the objects of `old` wherever they are equal; `old` itself if nothing differs."""
    if new is old or new == old:
        return old
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        return cast("T", {name: _same_value(old.get(name), value) for name, value in new.items()})
    return new


def _same_value(old: T | None, new: T) -> T:
    return new if old is None or (old is not new and old != new) else old


def same_record(old: Record, new: Record) -> Record:
    """Return `new` with the objects of `old` wherever they are equal; `old` itself if nothing differs."""
    parts = {part: same(getattr(old, part), getattr(new, part)) for part in _PARTS}
    return old if all(value is getattr(old, part) for part, value in parts.items()) else Record(**parts)


def with_intent(record: Record, intent: Intent) -> Record:
    """Return the stored record after one intent's progress was saved."""
    return replace(record, intents=_waiting(record.intents, {intent.id: intent}, (intent.id,)))


def merged(before: Record, commit: Commit) -> Record:
    """Return the record as it is stored after `commit`: only what the commit names is taken from its record.

    Lineage, serial, requests and who is held are not the commit's to say: they stay as before.
    """
    given = commit.record
    remembered = {part: same(getattr(before, part), getattr(given, part)) for part in _REMEMBERED if commit.memory}
    return replace(
        before,
        policy=given.policy,
        reading=given.reading,
        subjects=_overlaid(before.subjects, given.subjects, commit.subjects, commit.dropped),
        assignments=_overlaid(before.assignments, given.assignments, commit.assignments, commit.closed),
        intents=_waiting(before.intents, given.intents, commit.intents),
        **remembered,
    )


def returned(after: Record, commit: Commit) -> Record:
    """Return what the commit gives back: its own record without what it closes, drops or settles.

    What the record holds beyond what the commit names stays in it, unwritten, until a commit names it.
    """
    given = commit.record
    left = replace(
        given,
        lineage=after.lineage,
        serial=after.serial,
        paused=after.paused,
        requests=after.requests,
        subjects=_without(given.subjects, commit.dropped),
        assignments=_without(given.assignments, commit.closed),
        intents={name: intent for name, intent in given.intents.items() if waits(intent)},
    )
    return same_record(after, left)


def _overlaid(
    before: Mapping[str, T], given: Mapping[str, T], named: Collection[str], without: Collection[str]
) -> Mapping[str, T]:
    gone = {*without, *(name for name in named if name not in given)}
    new = {name: given[name] for name in named if name not in gone and before.get(name) != given[name]}
    if not new and gone.isdisjoint(before):
        return before
    return _without({**before, **new}, gone)


def _waiting(before: Mapping[str, Intent], given: Mapping[str, Intent], named: Collection[str]) -> Mapping[str, Intent]:
    settled = [name for name in named if name in given and not waits(given[name])]
    return _overlaid(before, given, named, settled)


def _without(values: Mapping[str, T], names: Collection[str]) -> Mapping[str, T]:
    return {name: value for name, value in values.items() if name not in names} if names else values
