"""From what was noted, sent and received in a rehearsal to its report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from amp_fsm.model.desired import desired
from amp_fsm.model.project import TaskSpec
from amp_fsm.model.record import IntentStatus, Record
from amp_fsm.rehearsal.account import Planned, account_of, unaccounted
from amp_fsm.rehearsal.document_promises import broken_file
from amp_fsm.rehearsal.notes import Notes
from amp_fsm.rehearsal.promises import SentPrompt, broken_budgets, broken_deliveries
from amp_fsm.rehearsal.report import Report, TaskEnd
from amp_fsm.rehearsal.scenario import DONE, Scenario
from amp_fsm.rehearsal.stage import Stage, text_of
from amp_fsm.rehearsal.stand_ins import ListeningTerminal

Json = Mapping[str, Any]


def report_of(
    stage: Stage, notes: Notes, terminal: ListeningTerminal, record: Record, receipts: tuple[Json, ...]
) -> Report:
    """Return what came of a rehearsal, without why and how long."""
    submitted = [sent for sent in terminal.sent.values() if sent.submits]
    prompts = account_of(_planned(notes, terminal), receipts)
    tasks = desired(stage.project, record).tasks.values()
    told = (text if text.startswith(address) else f"{address}: {text}" for address, text in stage.notifier.told)
    return Report(
        project=stage.project.name,
        scenario=stage.scenario.name,
        ended="",
        tasks=tuple(_end(task, record, stage.scenario) for task in tasks),
        sent=dict(Counter(notes.name(sent.intent) for sent in submitted)),
        received=sum(receipt["kind"] == "prompt" for receipt in receipts),
        prompts=prompts,
        unmentioned=tuple(dict.fromkeys(_unmentioned(notes, receipts))),
        told=tuple(told),
        notes=stage.notes,
        failed=tuple(notes.failed),
        broken=(*_broken(stage, notes, terminal, record, receipts), *unaccounted(prompts)),
        passes=notes.passes,
        policy_seconds=stage.clock.elapsed,
        kept=stage.kept,
    )


def _planned(notes: Notes, terminal: ListeningTerminal) -> Iterator[Planned]:
    """Yield every prompt that was planned, with its text if it was submitted."""
    for item in notes.prompts.values():
        sent = terminal.sent.get(item.intent)
        yield replace(item, text=sent.text if sent is not None and sent.submits else "")


def _unmentioned(notes: Notes, receipts: tuple[Json, ...]) -> Iterator[str]:
    for receipt in receipts:
        for item in receipt["unmentioned"]:
            yield f"{notes.name(receipt['marker'])} for {receipt['task'] or 'no task'}: {item}"


def _end(task: TaskSpec, record: Record, scenario: Scenario) -> TaskEnd:
    subject = record.subjects.get(task.address)
    state = subject.state if subject is not None else "never seen"
    moot = task.errand != "" and state == "CANCELLED"  # nobody wanted the answer any more
    return TaskEnd(
        id=task.id,
        state=state,
        expected=state if moot else scenario.expect.get(task.id, DONE),
        attempts=record.attempts.get(task.id, 0),
        settled_at=subject.since if subject is not None and subject.entry > 1 else None,
    )


def _broken(
    stage: Stage, notes: Notes, terminal: ListeningTerminal, record: Record, receipts: tuple[Json, ...]
) -> Iterator[str]:
    open_ones = {i.id for i in record.intents.values() if not i.settled or i.status is IntentStatus.UNKNOWN}
    sent = [
        SentPrompt(intent=item.intent, text=item.text, established=item.intent not in open_ones)
        for item in terminal.sent.values()
        if item.submits
    ]
    yield from broken_deliveries(sent, receipts, terminal.answered)
    yield from broken_budgets({intent: item.prompt for intent, item in notes.prompts.items()}, receipts)
    documents = stage.project.documents
    for file in dict.fromkeys(document.file for document in documents.values()):
        of_file = [document for document in documents.values() if document.file == file]
        before, after = stage.documents[of_file[0].name], text_of(Path(stage.project.root, file))
        yield from broken_file(of_file, desired(stage.project, record).tasks, before, after)
