"""Dialogs: what an agent program asks on its screen, and how one of the offered answers is given."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Layout(StrEnum):
    """How a dialog offers its answers."""

    LIST = "list"  # one below the other, one of them selected
    ROW = "row"  # side by side, one of them selected
    LETTERS = "letters"  # a letter stands for each; it is typed and submitted


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Lines of a dialog: after the highest one that `start` matches, up to the lowest one below that `end` matches.

    The widest reading counts, for the agent may have written lines that look like these.  A group `text` of `start`
    belongs to it.  Without `end` it reaches the answers; with one that is not there it is not there either.
    """

    start: str
    end: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DialogSpec:
    """How a program's dialogs are read and answered.

    Attributes:
        mark: pattern of the sign before the selected answer of a list; empty: its background tells.
        option: pattern of one answer of a row or of letters: group `label`; of letters also `key`.
        top: pattern of a dialog's first line, the highest of the block that counts; empty: where the box around the
            answers begins, or the rule above them.
        command: what the dialog called `command` asks about; the first that is there counts.
        names: dialog's name to a pattern of its text, frames left out; the first that matches names it.
        next, previous: keys that move the selection; `choose`: the key that takes the selected answer.
        choose_by: label, or `BEGINNING*`, to the key that takes this answer instead once it is selected; for one that
            is a field to write in, and stays as it is when nothing was written.
    """

    layout: Layout = Layout.LIST
    mark: str = ""
    option: str = ""
    top: str = ""
    command: tuple[Span, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)
    next: str = "Down"
    previous: str = "Up"
    choose: str = "Enter"
    choose_by: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialog:
    """One dialog as a screen shows it.

    Attributes:
        text: what stands above its answers, frames left out.
        command: what it asks about, on one line; empty when the profile cannot tell.
        wrapped: the same, its lines joined without a blank: a program may cut a word at the edge.
        options: the answers, as they are written; wrapped ones on one line.
        keys: the letter that stands for each, for dialogs that are answered by letters.
        selected: place of the selected answer; -1: it cannot be told.
        digest: of all of it but the selection; equal digests are the same question with the same answers.
    """

    name: str
    text: str
    command: str = ""
    wrapped: str = ""
    options: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    selected: int = -1
    digest: str = ""

    def place(self, label: str) -> int:
        """Return the place of the one answer that `label` names, -1 when it names none or several.

        A label is the whole answer without its shortcut (`No (esc)` is `No`); one that ends in `*` is a beginning.
        """
        found = [place for place, option in enumerate(self.options) if is_called(option, label)]
        return found[0] if len(found) == 1 else -1


def is_called(option: str, label: str) -> bool:
    """Return whether a label names an answer, as `Dialog.place` says."""
    wanted = fold(label.removesuffix("*"))
    if not wanted:
        return False
    return fold(option).startswith(wanted) if label.endswith("*") else wanted in (fold(option), bare(option))


_SHORTCUT = re.compile(r"\s*\([^()]{1,20}\)$")


def fold(label: str) -> str:
    """Return an answer in the spelling that labels are compared in."""
    return " ".join(label.split()).casefold()


def bare(label: str) -> str:
    """Return an answer, folded, without the shortcut that a program writes behind it."""
    return _SHORTCUT.sub("", fold(label))
