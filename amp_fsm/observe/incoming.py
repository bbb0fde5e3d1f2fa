"""Hand-over files by which the present lead took over, compared with the record.  Pure; imports nothing by itself."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from amp_fsm.model.desired import incoming_files, lead_of
from amp_fsm.model.observed import Drift
from amp_fsm.model.project import Project
from amp_fsm.model.record import Record
from amp_fsm.model.seen import Failed, FileSeen, Missing

if TYPE_CHECKING:
    from amp_fsm.observe.task_lists import Listed

MOST = 10
"""Differences of one file that are told one by one."""

OVER = frozenset({"COMPLETED", "CANCELLED"})


def incoming_drift(
    project: Project, record: Record, papers: Mapping[str, FileSeen | Missing | Failed]
) -> Iterator[Drift]:
    """Yield where an incoming hand-over file and the record disagree about a task, and how to mend it."""
    for path in incoming_files(project, record):
        seen, ours = papers.get(path), record.written.get(path)
        if isinstance(seen, FileSeen) and (ours is None or ours.digest != seen.digest):
            found = list(_of_file(project, record, seen))
            yield from found[:MOST]
            if len(found) > MOST:
                address = f"agent/{lead_of(project, record)}"
                text = f"{path} differs from the record in {len(found) - MOST} more tasks"
                yield Drift(address=address, kind="hand_over", text=text)


def _of_file(project: Project, record: Record, file: FileSeen) -> Iterator[Drift]:
    from amp_fsm.observe.task_lists import read_listing  # here: only a lead who took over has such files

    lead = f"agent/{lead_of(project, record)}"
    for one in {one.id: one for one in read_listing(file.text, file.path).tasks}.values():
        if one.id not in project.tasks:
            if not one.done:
                text = f"{one.place} has {one.id} ({one.title}), which is not in the queue: {_import(project, file)}"
                yield Drift(address=lead, kind="hand_over", text=text)
            continue
        text = _differs(record, one)
        if text:
            yield Drift(address=f"task/{one.id}", kind="hand_over", text=f"{one.place} {text}")


def _import(project: Project, file: FileSeen) -> str:
    path = file.path if file.path.startswith("/") else f"{project.root}/{file.path}"
    return shlex.join(["amp-fsm", "task", "import", project.source, path])


def _differs(record: Record, one: Listed) -> str:
    subject = record.subjects.get(f"task/{one.id}")
    state = subject.state if subject is not None else ""
    if one.done and state not in OVER:
        return f"says that it is done; it is {state or 'not known yet'}"
    return f"says that it is open; it is {state}" if not one.done and state in OVER else ""
