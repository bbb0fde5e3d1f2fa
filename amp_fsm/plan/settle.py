"""What a settled intent does to the record.

Its assignment learns of the delivery, an unused budget is given back, the lead moves with its prompt.
"""

from __future__ import annotations

from dataclasses import replace

from amp_fsm.model.desired import is_open_hand_over
from amp_fsm.model.document import Unwritten
from amp_fsm.model.machine import UPKEEP, Verb
from amp_fsm.model.record import Assignment, CellMemory, Intent, IntentStatus, Record, Written
from amp_fsm.model.time import Now
from amp_fsm.plan.budgets import refunded


def settled(record: Record, intent: Intent, now: Now) -> Record:
    """Return the record after `intent` came to its present status.

    Settled intents leave the record (the journal keeps them), except unknown ones, which wait for a person.
    """
    before = record.intents.get(intent.id, intent)
    intents = dict(record.intents)
    intents[intent.id] = intent
    if intent.settled and intent.status is not IntentStatus.UNKNOWN:
        del intents[intent.id]
    record = replace(record, intents=intents)
    if intent.action.verb is Verb.RUN and intent.status is IntentStatus.DONE:
        tries = record.run_attempts.get(intent.action.key, 0) + 1
        record = replace(record, run_attempts={**record.run_attempts, intent.action.key: tries})
    if intent.status in (IntentStatus.VOID, IntentStatus.FAILED):
        record = _untold(_refund(record, intent), intent)
    if intent.action.verb is Verb.SET_ROW and intent.status is IntentStatus.DONE:
        record = _with_rows(record, intent)
    if intent.action.verb in UPKEEP and intent.settled:
        record = _written(record, intent, now)
    if intent.action.verb is Verb.WRITE and intent.status is IntentStatus.DONE:
        ours = Written(digest=intent.action.digest, task=intent.action.what)
        record = replace(record, written={**record.written, intent.action.target: ours})
    if intent.action.verb is Verb.SET_LINE and intent.settled:
        said = CellMemory(wrote=intent.action.text)
        record = replace(record, cells={**record.cells, line_key(intent.action.target): said})
    if intent.action.verb is Verb.SEND and intent.settled:
        record = _brief(record, before, intent, now)
    return record


def _written(record: Record, intent: Intent, now: Now) -> Record:
    """Return the record after a document was kept in step, or could not be written."""
    file = intent.address.partition("/")[2]
    others = {name: unwritten for name, unwritten in record.unwritten.items() if name != file}
    if intent.status is IntentStatus.DONE:
        return replace(_with_rows(record, intent), unwritten=others)
    if intent.status is not IntentStatus.FAILED:
        return record
    before = record.unwritten.get(file)
    failed = Unwritten(reason=intent.note, at=now.policy, times=before.times + 1 if before is not None else 1)
    return replace(record, unwritten={**others, file: failed})


def line_key(document: str) -> str:
    """Return under which key the record keeps what we last wrote of who leads."""
    return f"{document}||lead"


def _with_rows(record: Record, intent: Intent) -> Record:
    told = {f"{edit.document}|{edit.row}": edit.memory for edit in intent.action.rows}
    return replace(record, rows={**record.rows, **told}) if told else record


def _refund(record: Record, intent: Intent) -> Record:
    subject = record.subjects.get(intent.address)
    if subject is None or intent.status is IntentStatus.FAILED:
        return record
    return replace(record, subjects={**record.subjects, subject.address: refunded(subject, intent.cause, intent.at)})


def _untold(record: Record, intent: Intent) -> Record:
    """Return the record without an answer's having been passed on by a prompt that did not arrive."""
    lost = {name: replace(item, told="") for name, item in record.added.items() if item.told == intent.id}
    return replace(record, added={**record.added, **lost}) if lost else record


def _brief(record: Record, before: Intent, intent: Intent, now: Now) -> Record:
    assignment = record.assignments.get(intent.assignment)
    if assignment is None or assignment.prompt != intent.id:
        return record
    told = _told(assignment, before, intent, now)
    record = replace(record, assignments={**record.assignments, told.id: told})
    item = record.added.get(told.task)
    if item is None or intent.status is not IntentStatus.DONE or not is_open_hand_over(record, item):
        return record
    return replace(record, lead=told.agent, lead_since=now.policy, stranded="")


def _told(assignment: Assignment, before: Intent, intent: Intent, now: Now) -> Assignment:
    if intent.status is IntentStatus.UNKNOWN:
        return replace(assignment, unknown=True)
    if intent.status is not IntentStatus.DONE:
        return replace(assignment, unknown=False)
    # Recovered, or told by a person: claims made since then count, so delivery dates from the submit key or the plan.
    known = {IntentStatus.ENTERED: before.changed, IntentStatus.UNKNOWN: before.at}
    at = known.get(before.status, now.policy)
    wall = now.wall - (now.policy - at)
    return replace(assignment, delivered=at, delivered_wall=wall, unknown=False, returned=False)


def resolved(record: Record, intent_id: str, *, delivered: bool, now: Now) -> tuple[Record, Intent] | None:
    """Return the record and the intent after a person said how an unknown delivery ended; None: no such intent."""
    intent = record.intents.get(intent_id)
    if intent is None or intent.status is not IntentStatus.UNKNOWN:
        return None
    status = IntentStatus.DONE if delivered else IntentStatus.FAILED
    note = "delivered, says the operator" if delivered else "not delivered, says the operator"
    answer = replace(intent, status=status, note=note, changed=now.policy)
    return settled(record, answer, now), answer
