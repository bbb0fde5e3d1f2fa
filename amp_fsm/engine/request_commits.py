"""The commit that carries out one request of the operator.  Entered by `engine.requests`; pure."""

from __future__ import annotations

from dataclasses import replace

from amp_fsm.config.problems import did_you_mean
from amp_fsm.engine.commit import entries_of, lead_entries, queue_after
from amp_fsm.engine.requests import ANSWER, APPROVE, CANCEL, FIRE, HAND_OVER, REASSIGN, RESOLVE, RETRY
from amp_fsm.errors import NotPossibleError, UnknownSubjectError
from amp_fsm.model.observed import Observed
from amp_fsm.model.plan import Change
from amp_fsm.model.project import Project
from amp_fsm.model.record import Record, Request
from amp_fsm.model.time import Now
from amp_fsm.plan.approvals import by_hand
from amp_fsm.plan.errands import handing
from amp_fsm.plan.manual import fire
from amp_fsm.plan.queue import Outcome, approve, cancel, reassign, retry
from amp_fsm.plan.settle import resolved
from amp_fsm.plan.situation import Situation, situate
from amp_fsm.ports import Commit, Entry


def commit_for(project: Project, observed: Observed, record: Record, now: Now, request: Request) -> Commit:
    """Return what a request comes to.

    Raises:
        AmpFsmError: it cannot be carried out.
    """
    if request.verb == FIRE:
        address, transition = request.arguments
        return _fired(project, observed, record, now, address, transition)
    if request.verb == RESOLVE:
        intent, answer = request.arguments
        return _resolved(record, now, intent, answer)
    if request.verb == ANSWER:
        address, label, digest = request.arguments
        change = by_hand(situate(project, observed, record, now), address, label, digest)
        return _changed(project, observed, record, now, change)
    if request.verb == HAND_OVER:
        change = handing.by_hand(situate(project, observed, record, now), request.arguments[1])
        return _changed(project, observed, record, now, change)
    if request.verb in (CANCEL, RETRY, REASSIGN, APPROVE):
        after, changes = _queued(situate(project, observed, record, now), request)
        return _changed(project, observed, after, now, *changes)
    message = f"unknown request {request.verb!r}"
    raise NotPossibleError(message)


def _fired(project: Project, observed: Observed, record: Record, now: Now, address: str, transition: str) -> Commit:
    return _changed(project, observed, record, now, fire(project, observed, record, now, address, transition))


def _queued(situation: Situation, request: Request) -> Outcome:
    task, choice = request.arguments[0].removeprefix("task/"), request.arguments[1]
    if task not in situation.project.tasks:
        message = f"no task {task!r}"
        raise UnknownSubjectError(message, hint=did_you_mean(task, situation.project.tasks))
    if request.verb == CANCEL:
        return cancel(situation, task, dependents=choice == "cancel")
    if request.verb == APPROVE:
        return approve(situation, task)
    return retry(situation, task) if request.verb == RETRY else reassign(situation, task, choice)


def _changed(project: Project, observed: Observed, record: Record, now: Now, *changes: Change) -> Commit:
    born = situate(project, observed, record, now).born
    closed = {change.closes for change in changes if change.closes}
    updates = {one.updates.id: one.updates for one in changes if one.updates is not None}
    subjects = {**record.subjects, **{subject.address: subject for subject in born}}
    assignments = {name: value for name, value in {**record.assignments, **updates}.items() if name not in closed}
    intents = {intent.id: intent for change in changes for intent in change.intents}
    return Commit(
        record=replace(
            record,
            subjects={**subjects, **{change.address: change.after for change in changes}},
            assignments=assignments,
            intents={**record.intents, **intents},
            **queue_after(record, changes),
        ),
        subjects=(*(change.address for change in changes), *(subject.address for subject in born)),
        assignments=tuple(assignments) if updates else (),
        closed=tuple(closed),
        intents=tuple(intents),
        memory=True,
        moves=True,
        journal=tuple(entry for change in changes for entry in entries_of(change, now)),
    )


def _resolved(record: Record, now: Now, intent: str, answer: str) -> Commit:
    found = resolved(record, intent, delivered=answer == "delivered", now=now)
    if found is None:
        waiting = ", ".join(i.id for i in record.intents.values() if i.status == "unknown") or "none"
        message = f"no unknown intent {intent!r}"
        raise NotPossibleError(message, hint=f"waiting for an answer: {waiting}")
    after, settled = found
    entry = Entry(at=now.wall, address=settled.address, kind="action", text=f"intent {intent}: {settled.note}")
    return Commit(
        record=after,
        subjects=(settled.address,) if settled.address in after.subjects else (),
        assignments=(settled.assignment,) if settled.assignment in after.assignments else (),
        intents=(intent,),
        memory=(after.added, after.lead) != (record.added, record.lead),
        moves=True,
        journal=(entry, *lead_entries(record, after, now)),
    )
