"""What all errands share: how one is opened, found, and forgotten.  Pure.

An errand is a task that amp-fsm opens itself, by an action of a machine (`{errand: help}`) or by its own rules.  It is
kept in the record, offered before every other task, and answered in a file that its prompt names.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from amp_fsm.model.errand import MACHINE, AddedTask, Errand
from amp_fsm.model.project import Deliverable, Priority, TaskSpec
from amp_fsm.plan.situation import Situation

REMEMBERED = 86_400.0
"""Seconds for which an errand that is over is kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """An errand to be opened.

    Attributes:
        about: address of the subject that it concerns; `by`: who or what brings it about, in words.
        assignment: id of the assignment that it is about; empty for none.
        to: the only agent that may get it; empty: whoever has the `skills`, without those to `avoid`.
        lead: it is for whoever leads, also when the lead goes to somebody else meanwhile; `to` is the present one.
        answer: the file in which it is answered, `{id}` in it for its own id; empty: one in the errands' folder.
        brief: what its prompt tells, by the names under which the prompt asks for it.
    """

    kind: Errand
    title: str
    about: str = ""
    by: str = ""
    assignment: str = ""
    to: str = ""
    lead: bool = False
    skills: tuple[str, ...] = ()
    avoid: tuple[str, ...] = ()
    answer: str = ""
    brief: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)


def opened(situation: Situation, wanted: Wanted) -> AddedTask:
    """Return the errand as it comes into the queue, with an id of its own."""
    stem = stem_of(wanted.kind, wanted.about)
    name = f"{stem}-{situation.record.opened.get(stem, 0) + 1}"
    answer = wanted.answer.replace("{id}", name) or f"{situation.project.errands}/{name}.md"
    task = TaskSpec(
        id=name,
        kind=wanted.kind,
        title=wanted.title,
        priority=Priority.HIGH,
        skills=wanted.skills,
        avoid=wanted.avoid,
        only=wanted.to,
        deliverables=(Deliverable(file=answer, newer=True),),
        brief=wanted.brief,
        errand=wanted.kind,
        machine=MACHINE,
    )
    now = situation.now
    return AddedTask(
        task=task,
        about=wanted.about,
        by=wanted.by,
        assignment=wanted.assignment,
        lead=wanted.lead,
        at=now.policy,
        at_wall=now.wall,
    )


def stem_of(kind: Errand, about: str) -> str:
    """Return what the ids of errands begin with: `HELP-TASK-7` of a task, `HAND-OVER` when it concerns no task."""
    word = kind.replace("_", "-").upper()
    subject, _, name = about.partition("/")
    return f"{word}-{name}" if subject == "task" else word


def errands_about(situation: Situation, kind: Errand, about: str = "") -> Iterator[AddedTask]:
    """Yield the errands of a kind that concern a subject (or any), the oldest first."""
    for item in situation.record.added.values():
        if item.task.errand == kind and about in ("", item.about):
            yield item


def is_over(situation: Situation, item: AddedTask) -> bool:
    """Return whether an added task has come to an end, good or bad; one that nobody knows yet has not."""
    state = state_of(situation, item)
    spec = situation.project.machines[item.task.machine].states.get(state)
    return spec is not None and spec.final


def state_of(situation: Situation, item: AddedTask) -> str:
    """Return the state of an added task; empty for one that nobody knows yet."""
    return situation.state(item.task.address)


def forgotten(situation: Situation) -> tuple[str, ...]:
    """Return the errands that are over for so long that the record need not keep them."""
    return tuple(
        name
        for name, item in situation.record.added.items()
        if item.task.errand
        and is_over(situation, item)
        and situation.now.policy - situation.subjects[item.task.address].since > REMEMBERED
    )
