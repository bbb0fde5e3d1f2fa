"""The hand-over file: which file it is, and its text.  Pure."""

from __future__ import annotations

import hashlib
import posixpath

from amp_fsm.model.errand import AddedTask, Errand
from amp_fsm.model.machine import Verb
from amp_fsm.model.record import Action
from amp_fsm.model.seen import FileSeen, Missing
from amp_fsm.plan.errands.hand_over_values import hand_over_values
from amp_fsm.plan.prompts import render
from amp_fsm.plan.situation import Situation

MOST = 1000
"""Files of one hand-over that may stand side by side."""


def before_assignment(situation: Situation, task: str) -> Action | None:
    """Return what is written before a task is told to its agent; None: nothing, or somebody went on with the file.

    Raises:
        RenderError: the template cannot be rendered.
    """
    item = situation.record.added.get(task)
    if item is None or item.task.errand != Errand.HAND_OVER:
        return None
    written = written_for(situation, task)
    if written and not is_ours(situation, written):
        return None
    brief = {name: str(text) for name, text in item.task.brief.items()}
    return write_action(
        situation, giver=brief["from"], taker=brief["to"], reason=brief["reason"], path=written, task=task
    )


def write_action(
    situation: Situation, *, giver: str, taker: str, reason: str, path: str = "", task: str = ""
) -> Action:
    """Return the action that writes a hand-over file; without a `path`, the first that is free.

    Raises:
        RenderError: the template cannot be rendered.
    """
    values = hand_over_values(situation, giver=giver, taker=taker, reason=reason)
    text = render(situation.project.succession.template, values).strip() + "\n"
    digest = hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()
    return Action(
        verb=Verb.WRITE, target=path or free_file(situation, giver, taker), what=task, text=text, digest=digest
    )


def file_of(situation: Situation, item: AddedTask) -> str:
    """Return the file of a hand-over: the one that was written for it, or the one that will be."""
    brief = item.task.brief
    written = written_for(situation, item.task.id)
    return written or free_file(situation, str(brief["from"]), str(brief["to"]))


def written_for(situation: Situation, task: str) -> str:
    """Return the file that was written for a task; empty: none was."""
    return next((path for path, one in situation.record.written.items() if one.task == task), "")


def free_file(situation: Situation, giver: str, taker: str) -> str:
    """Return the first file that may be written for a hand-over: never one that somebody else wrote or changed."""
    plain = situation.project.succession.file_of(giver, taker)
    if is_ours(situation, plain):
        return plain
    taken = set(situation.observed.twins.get(plain, ()))
    stem, end = posixpath.splitext(plain)
    names = (f"{stem}-{number}{end}" for number in range(2, MOST))
    return next((name for name in names if name not in taken), plain)


def is_ours(situation: Situation, path: str) -> bool:
    """Return whether a file may be written: it is not there, or it is as we left it."""
    seen = situation.observed.papers.get(path)
    if isinstance(seen, FileSeen):
        ours = situation.record.written.get(path)
        return ours is not None and ours.digest == seen.digest
    return isinstance(seen, Missing)
