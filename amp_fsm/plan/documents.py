"""Documents kept in step: what they lack is made, rows of tasks follow their tasks, logs are rotated.  Pure.

One change per file and pass, under the file's own address; the next pass sees what came of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from amp_fsm.model.document import DocumentState, RowEdit, Rows, address_of
from amp_fsm.model.machine import Verb
from amp_fsm.model.plan import Change, Held
from amp_fsm.model.record import Action, Intent, SubjectRecord
from amp_fsm.plan.identity import intent_id
from amp_fsm.plan.prompts import RenderError, date
from amp_fsm.plan.situation import Situation
from amp_fsm.plan.task_rows import row_edits

AGAIN = 60.0
"""Seconds after which a file that could not be written is tried again; doubled each time."""

SELDOM = 3600.0
DOUBLINGS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentsPlan:
    """What is to be done about documents, what is held back, and the seconds until a file is tried again."""

    changes: tuple[Change, ...] = ()
    held: tuple[Held, ...] = ()
    due_in: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    """What one file needs now: the cause, why, and the actions by their keys."""

    cause: str
    because: str
    actions: tuple[tuple[str, Action], ...]


def plan_documents(situation: Situation) -> DocumentsPlan:
    """Return what this pass does about the project's documents."""
    changes: list[Change] = []
    held: list[Held] = []
    waits: list[float] = []
    open_ones = {intent.address for intent in situation.record.intents.values()}
    for file in dict.fromkeys(state.spec.file for state in situation.observed.documents):
        address = address_of(file)
        states = [state for state in situation.observed.documents if state.spec.file == file]
        try:
            wanted = _wanted(situation, states) if address not in open_ones else None
        except RenderError as error:
            held.append(Held(address=address, state="", mark="?", text=str(error)))
            continue
        if wanted is None:
            continue
        why, wait = _hindered(situation, file, states)
        if why:
            held.append(Held(address=address, state="", mark="x", text=f"{wanted.cause}: {why}"))
            waits += [wait] if wait is not None else []
        else:
            changes.append(_change(situation, address, wanted))
    return DocumentsPlan(changes=tuple(changes), held=tuple(held), due_in=min(waits, default=None))


def _hindered(situation: Situation, file: str, states: Sequence[DocumentState]) -> tuple[str, float | None]:
    """Return why a file is not written now, and the seconds until that can be over by itself."""
    sealed = next((state.sealed for state in states if state.sealed), "")
    if sealed:
        return f"not written: {sealed}", None
    failed = situation.record.unwritten.get(file)
    if failed is None:
        return "", None
    pause = min(SELDOM, AGAIN * 2.0 ** min(failed.times - 1, DOUBLINGS))
    wait = failed.at + pause - situation.now.policy
    return (f"{failed.reason}; tried again in {wait:.0f}s", wait) if wait > 0 else ("", None)


def _change(situation: Situation, address: str, wanted: _Wanted) -> Change:
    subject = SubjectRecord(address=address, state="")
    intents = tuple(_intent(situation, address, wanted.cause, key, action) for key, action in wanted.actions)
    return Change(
        address=address, cause=wanted.cause, before=subject, after=subject, because=wanted.because, intents=intents
    )


def _intent(situation: Situation, address: str, cause: str, key: str, action: Action) -> Intent:
    # The serial takes the place of an entry: a document has no states, and the same edit may be due again later.
    serial = situation.record.serial
    return Intent(
        id=intent_id(situation.record.lineage, address, serial, cause, 0, key),
        address=address,
        entry=serial,
        cause=cause,
        key=key,
        action=action,
        at=situation.now.policy,
        at_wall=situation.now.wall,
        changed=situation.now.policy,
    )


def _wanted(situation: Situation, states: Sequence[DocumentState]) -> _Wanted | None:
    whole = [state for state in states if not state.fault]
    return _made(whole) or _rows(situation, whole) or _rotated(situation, whole)


def _made(states: Sequence[DocumentState]) -> _Wanted | None:
    lacking = [state for state in states if state.lacks]
    if not lacking:
        return None
    actions = tuple((f"{place}:{state.spec.name}", _make(state)) for place, state in enumerate(lacking))
    return _Wanted(cause="make_table", because="; ".join(_lack(state) for state in lacking), actions=actions)


def _make(state: DocumentState) -> Action:
    cells = tuple((header, "") for header in state.spec.headers)
    return Action(verb=Verb.MAKE_TABLE, target=state.spec.name, what=state.spec.heading, cells=cells)


def _lack(state: DocumentState) -> str:
    spec, what = state.spec, "list" if state.spec.line else "table"
    match state.lacks:
        case "file":
            return f"{spec.file} does not exist"
        case "heading":
            return f"no heading {spec.heading!r} in it: heading and {what} at its end"
        case _:
            return f"no {what} under {spec.heading!r}"


def _rows(situation: Situation, states: Sequence[DocumentState]) -> _Wanted | None:
    tables = [state for state in states if state.spec.kind is Rows.TASKS and not state.lacks]
    edits: list[RowEdit] = [edit for state in tables for edit in row_edits(situation, state)]
    if not edits:
        return None
    tasks = tuple(dict.fromkeys(edit.row for edit in edits))
    action = Action(verb=Verb.SET_ROWS, target=tables[0].spec.file, rows=tuple(edits))
    first = f"{tasks[0]} is {situation.state(f'task/{tasks[0]}')}"
    because = first if len(tasks) == 1 else f"{first}, and {len(tasks) - 1} more moved on"
    return _Wanted(cause="rows", because=because, actions=(("0:set_rows", action),))


def _rotated(situation: Situation, states: Sequence[DocumentState]) -> _Wanted | None:
    due = [state for state in states if state.oldest and state.spec.rotate is not None]
    if not due:
        return None
    actions = tuple((f"{place}:{state.spec.name}", _rotate(situation, state)) for place, state in enumerate(due))
    return _Wanted(cause="rotate", because="; ".join(_full(due)), actions=actions)


def _full(states: Sequence[DocumentState]) -> Iterator[str]:
    for state in states:
        if state.spec.rotate is not None:
            yield f"{state.spec.name} has {state.entries} entries, more than {state.spec.rotate.rows}"


def _rotate(situation: Situation, state: DocumentState) -> Action:
    rotate, today = state.spec.rotate, date(situation.now.wall)
    to = rotate.to.replace("{date}", today).replace("{month}", today[:7]) if rotate is not None else ""
    count = state.entries - rotate.left if rotate is not None else 0
    return Action(verb=Verb.ROTATE, target=state.spec.name, what=to, key=state.oldest, count=count)
