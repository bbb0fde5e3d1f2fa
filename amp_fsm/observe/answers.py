"""Answers: what stands in the files of errands that are over and whose answer somebody waits for."""

from __future__ import annotations

from dataclasses import replace

from amp_fsm.model.errand import AddedTask, Errand
from amp_fsm.model.facts import Fact, Why, known, unknown
from amp_fsm.model.printable import passed_on, printable
from amp_fsm.model.seen import FileSeen, Missing, Seen
from amp_fsm.observe.verdicts import verdict_of

MOST = 8000
"""Characters of an answer that are passed on."""


def answer_in(item: AddedTask, seen: Seen) -> Fact | None:
    """Return whether there is an answer, its text as the fact's value; None: nobody looked, for nobody waits for it.

    The fact is called `answer`, of a review what its verdict is called.
    """
    path = item.task.deliverables[0].file
    file = seen.files.get(path)
    if file is None:
        return None
    if isinstance(file, Missing):
        return known("answer", False, f"{path} is gone", "file")
    if not isinstance(file, FileSeen):
        return unknown("answer", Why.UNREACHABLE, file.reason, "file")
    text = passed_on(file.text, MOST)
    name = verdict_of(text) if item.task.errand == Errand.REVIEW else "answer"
    return replace(known(name, bool(text), f'{path} "{_beginning(text)}"', "file"), value=text)


def _beginning(text: str) -> str:
    """Return the first lines of an answer, as evidence in one line."""
    return printable(" / ".join(line.strip() for line in text.splitlines() if line.strip()), 200)
