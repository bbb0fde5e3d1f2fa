"""Questions of agents: what one asks its lead, in the file that its prompts name for it, or in its row.

A question counts when it was first seen since the agent was last spoken to, as every claim does.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from amp_fsm.model.errand import question_file
from amp_fsm.model.facts import Fact, Facts, Truth, Why, known, unknown
from amp_fsm.model.printable import passed_on, printable
from amp_fsm.model.project import Project, TaskSpec
from amp_fsm.model.record import Assignment, CellMemory
from amp_fsm.model.seen import Failed, FileSeen, Missing
from amp_fsm.model.time import Now
from amp_fsm.observe.claims import said_since
from amp_fsm.observe.sources import Sources

MOST = 2000
"""Characters of a question that are passed on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """The fact `asks_help`, with the question as its value, and what is to be remembered of the file."""

    fact: Fact
    cells: Mapping[str, CellMemory] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The file in which the holder of a task may leave a question, and what is remembered of it."""

    file: FileSeen | Missing | Failed | None = None
    memory: CellMemory | None = None


NOT_ASKED = Asked()


def asked_in(sources: Sources, task: TaskSpec | None) -> Asked:
    """Return the file of the task that an agent holds."""
    if task is None:
        return NOT_ASKED
    file = sources.files.get(question_file(sources.project, task))
    return Asked(file=file, memory=sources.record.cells.get(_key(task)))


def _key(task: TaskSpec) -> str:
    return f"|{task.id}|question"


def question_of(
    project: Project, asked: Asked, assignment: Assignment | None, task: TaskSpec | None, claims: Facts, now: Now
) -> Question:
    """Return whether an agent asks for help, and what; what it wrote into the file goes before what it claims."""
    claimed, file = _claimed(claims), asked.file
    if assignment is None or task is None:
        return Question(fact=claimed)
    if isinstance(file, Failed):
        return Question(fact=_without_file(claimed, file.reason))
    if not isinstance(file, FileSeen) or not file.text.strip():
        return Question(fact=claimed)
    memory, key = asked.memory or CellMemory(), _key(task)
    digest = hashlib.sha256(file.text.encode("utf-8", "surrogateescape")).hexdigest()[:16]
    if digest != memory.text:
        memory = replace(memory, text=digest, first_seen=now.policy)
    if not said_since(memory.first_seen, assignment) or file.mtime < assignment.since_wall:
        return Question(fact=claimed, cells={key: memory})
    said = passed_on(file.text, MOST)
    fact = known("asks_help", True, f'{question_file(project, task)} "{printable(said)}"', "file")
    return Question(fact=replace(fact, value=said), cells={key: memory})


def _claimed(claims: Facts) -> Fact:
    claim = claims["claims_help"]
    return replace(claim, name="asks_help", value=passed_on(claim.value, MOST))


def _without_file(claimed: Fact, reason: str) -> Fact:
    if claimed.truth is Truth.TRUE:
        return claimed
    return unknown("asks_help", Why.UNREACHABLE, reason, "file")
