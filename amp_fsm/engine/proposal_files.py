"""Files of proposed tasks are read, those that `engine.proposals` found to be ready.  Nothing is decided or changed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence

from amp_fsm.config.proposals import MOST_BYTES, Queue, read_proposal
from amp_fsm.model.project import Project, TaskSpec
from amp_fsm.model.proposal import Proposal, Stamp, folded_title
from amp_fsm.model.record import Record
from amp_fsm.model.seen import FileSeen, PathSeen
from amp_fsm.model.time import Now
from amp_fsm.plan.proposals import room
from amp_fsm.plan.situation import LOST
from amp_fsm.ports import World


def read_files(
    project: Project, record: Record, world: World, ready: Sequence[PathSeen], now: Now
) -> tuple[Proposal, ...]:
    """Return what these files say, in their order: of each, tasks that can be queued or what is wrong with it."""
    return tuple(_read(project, record, world, ready, now))


def _read(project: Project, record: Record, world: World, ready: Sequence[PathSeen], now: Now) -> Iterator[Proposal]:
    queue = _queue(project, record, now)
    judged = set(record.judged)
    schema = world.schema()
    for found in ready:
        stamp = Stamp(size=found.size, mtime=found.mtime)
        if found.size > MOST_BYTES:
            said = f"{found.path}: is {found.size:,} bytes long; at most {MOST_BYTES:,} are read"
            yield Proposal(file=found.path, stamp=stamp, digest=_unread(found), problems=(said,))
            continue
        file = world.files.read(found.path)
        if not isinstance(file, FileSeen):
            continue
        if file.digest in judged:
            yield Proposal(file=found.path, stamp=stamp, digest=file.digest, again=True)
            continue
        judged.add(file.digest)
        made = read_proposal(found.path, file.text.encode("utf-8", "surrogateescape"), queue, schema)
        queue = queue.with_tasks(made.tasks)
        yield Proposal(file=found.path, stamp=stamp, digest=file.digest, tasks=made.tasks, problems=made.problems)


def _unread(found: PathSeen) -> str:
    return hashlib.sha256(f"{found.path}\0{found.size}\0{found.mtime}".encode("utf-8", "surrogateescape")).hexdigest()


def _queue(project: Project, record: Record, now: Now) -> Queue:
    states = {task.id: _state(project, record, task.id) for task in project.tasks.values()}
    tasks = [task for task in project.tasks.values() if not task.errand]
    subjects = (address.partition("/") for address in record.subjects)
    return Queue(
        project=project,
        open={folded_title(task.title): task.id for task in tasks if not _is_over(project, task, states[task.id])},
        lost=frozenset(task.id for task in tasks if states[task.id] in LOST),
        taken=frozenset(name for kind, _, name in subjects if kind == "task"),
        room=room(project, record, now),
    )


def _is_over(project: Project, task: TaskSpec, state: str) -> bool:
    spec = project.machines[task.machine].states.get(state)
    return state in LOST or (spec is not None and spec.final)


def _state(project: Project, record: Record, task: str) -> str:
    subject = record.subjects.get(f"task/{task}")
    return subject.state if subject is not None else project.machines[project.tasks[task].machine].initial
