"""The commit of a pass: states, assignments, intents and samples, in one transaction, before any effect.  Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from amp_fsm.model.document import is_document
from amp_fsm.model.errand import AddedTask
from amp_fsm.model.facts import Fact
from amp_fsm.model.machine import UPKEEP, Verb
from amp_fsm.model.observed import Memory
from amp_fsm.model.plan import Change, Plan
from amp_fsm.model.proposal import ProposalFile
from amp_fsm.model.record import Assignment, Record
from amp_fsm.model.time import Now, Reading
from amp_fsm.plan.errands.handing import ALONE
from amp_fsm.ports import Commit, Entry

REMEMBERED = 10_000
"""Proposals that are remembered by their digests."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fates:
    """What a plan does to assignments: by id, those that it opens and changes, and the ids of those that it closes."""

    opened: Mapping[str, Assignment]
    updated: Mapping[str, Assignment]
    closed: tuple[str, ...]


def _fates(plan: Plan) -> _Fates:
    opened = {change.opens.id: change.opens for change in plan.changes if change.opens is not None}
    closed = tuple({change.closes for change in plan.changes if change.closes})
    updated = {change.updates.id: change.updates for change in plan.changes if change.updates is not None}
    kept = {name: value for name, value in updated.items() if name not in closed}
    return _Fates(opened=opened, updated=kept, closed=closed)


def commit_of(record: Record, plan: Plan, memory: Memory, now: Now, reading: Reading, *, uses_plan: str = "") -> Commit:
    """Return the commit that writes a plan down."""
    after = _record_after(record, plan, memory, now, reading)
    fates = _fates(plan)
    return Commit(
        record=after,
        subjects=(*(subject.address for subject in plan.born), *(change.address for change in _of_subjects(plan))),
        assignments=(*fates.opened, *fates.updated),
        closed=fates.closed,
        intents=tuple(intent.id for change in plan.changes for intent in change.intents),
        dropped=plan.dropped,
        memory=after.samples != record.samples or _counted(after) != _counted(record),
        moves=bool(plan.changes or plan.born or plan.dropped),
        journal=tuple(entry for change in plan.changes for entry in entries_of(change, now)),
        uses_plan=uses_plan,
    )


def _of_subjects(plan: Plan) -> Iterator[Change]:
    return (change for change in plan.changes if not is_document(change.address))


def _record_after(record: Record, plan: Plan, memory: Memory, now: Now, reading: Reading) -> Record:
    fates = _fates(plan)
    subjects = {address: subject for address, subject in record.subjects.items() if address not in plan.dropped}
    subjects |= {subject.address: subject for subject in plan.born}
    subjects |= {change.address: change.after for change in _of_subjects(plan)}
    assignments = {name: value for name, value in record.assignments.items() if name not in fates.closed}
    refusals = Counter(record.refusals) + Counter(change.refused for change in plan.changes if change.refused)
    return replace(
        record,
        policy=now.policy,
        reading=reading,
        subjects=subjects,
        assignments={**assignments, **fates.opened, **fates.updated},
        intents={**record.intents, **{intent.id: intent for change in plan.changes for intent in change.intents}},
        attempts={**record.attempts, **{item.task: item.attempt for item in fates.opened.values()}},
        refusals=dict(refusals),
        **queue_after(record, plan.changes, plan.forgotten),
        stranded=_stranded(record, plan),
        **_proposals(record, plan, memory),
        last_assigned={**record.last_assigned, **{item.agent: now.policy for item in fates.opened.values()}},
        samples={**record.samples, **memory.samples},
        cells={**record.cells, **memory.cells},
        logs={**record.logs, **memory.logs},
        usage={**record.usage, **memory.usage},
        spent={**record.spent, **memory.spent},
    )


def _stranded(record: Record, plan: Plan) -> str:
    """Return the lead after which nobody is left; a plan that was narrowed down may not tell the operator of it."""
    told = any(change.cause == ALONE for change in plan.changes)
    return plan.stranded if told or not plan.stranded else record.stranded


def queue_after(record: Record, changes: Sequence[Change], forgotten: Collection[str] = ()) -> Mapping[str, Any]:
    """Return what the record keeps of tasks that stand in no file, and how many errands were opened."""
    adds = [item for change in changes for item in change.adds]
    given = {change.opens.task: change.opens.agent for change in changes if change.opens is not None}
    kept = {
        name: replace(item, given=given.get(name, item.given))
        for name, item in record.added.items()
        if name not in forgotten
    }
    told = {item.task.id: item for change in changes for item in change.tells}
    stems = Counter(item.task.id.rpartition("-")[0] for item in adds if item.task.errand)
    return {
        "added": {**kept, **told, **{item.task.id: item for item in adds}},
        "opened": dict(Counter(record.opened) + stems),
    }


def _proposals(record: Record, plan: Plan, memory: Memory) -> Mapping[str, Any]:
    """Return what is known of the proposals' folder, what was judged, and for whom the lead was asked for more."""
    judged = [one for change in plan.changes for one in change.judged]
    files = memory.proposals if memory.proposals is not None else record.proposals
    read = {one.file: ProposalFile(stamp=one.stamp, since=plan.policy, read=True) for one in judged}
    digests = {**record.judged, **{one.digest: plan.policy for one in judged}}
    asked = {name: at for name, at in record.asked.items() if name not in plan.refilled}
    return {
        "proposals": {**files, **read},
        "judged": dict(list(digests.items())[-REMEMBERED:]),
        "asked": {**asked, **{name: plan.policy for change in plan.changes for name in change.asks}},
    }


def _counted(record: Record) -> tuple[object, ...]:
    queue = record.attempts, record.refusals, record.forgiven, record.reserved, record.barred, record.last_assigned
    tasks = record.added, record.opened, record.lead, record.lead_since, record.stranded, record.written
    proposed = record.proposals, record.judged, record.asked
    return *queue, *tasks, *proposed, record.cells, record.logs, record.usage, record.spent


def entries_of(change: Change, now: Now) -> Iterator[Entry]:
    """Yield the journal's lines about a change, with the evidence of every fact in its guard."""
    states = f"{change.before.state} -> {change.after.state}" if change.moves else change.before.state
    text = f"{states}  {change.cause}: {change.because}".strip()
    kind = "transition" if change.moves else _standing(change)
    evidence = tuple(_evidence(fact) for fact in change.facts)
    yield Entry(at=now.wall, address=change.address, kind=kind, text=text, evidence=evidence)
    if change.opens is not None:
        given: Assignment = change.opens
        said = f"{given.task} given to {given.agent} (attempt {given.attempt})"
        yield Entry(at=now.wall, address=change.address, kind="assignment", text=said)
    for item in change.adds:
        yield Entry(at=now.wall, address=change.address, kind="task", text=_added(item))
    for one in change.judged:
        if one.problems:
            said = f"{one.file} refused: {len(one.problems)} things are wrong with it"
            yield Entry(at=now.wall, address=change.address, kind="proposal", text=said, evidence=one.problems)


def _added(item: AddedTask) -> str:
    if item.task.errand:
        return f"{item.task.id} opened: {item.task.title}" + (f" (for {item.task.only})" if item.task.only else "")
    return f"{item.task.id} {'proposed' if item.waits else 'queued'}: {item.task.title} (by {item.by})"


def _standing(change: Change) -> str:
    """Return what kind of change moves nobody."""
    verbs = {intent.action.verb for intent in change.intents}
    return "answer" if Verb.ANSWER in verbs else "document" if verbs & UPKEEP else "timer"


def lead_entries(before: Record, after: Record, now: Now) -> Iterator[Entry]:
    """Yield the journal's line about a lead that went to somebody else."""
    if after.lead != before.lead:
        text = f"{after.lead} leads by now" + (f", and {before.lead} does no more" if before.lead else "")
        yield Entry(at=now.wall, address=f"agent/{after.lead}", kind="lead", text=text)


def _evidence(fact: Fact) -> str:
    return f"{fact.name} = {fact.truth}" + (f" <- {fact.source}: {fact.evidence}" if fact.evidence else "")
