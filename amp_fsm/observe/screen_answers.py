"""The answers of the dialog that is up: one below the other, side by side, or by letters.  For `screen_dialog`."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from amp_fsm.model.dialog import DialogSpec, Layout
from amp_fsm.observe.screen_frame import FRAME, LEFT, RIGHT, bare
from amp_fsm.observe.screen_text import Line, read_grounds

LONGEST_OPTION = 4
"""Lines that one answer may be wrapped over."""

_NUMBER = re.compile(r"(\d{1,2})[.)]\s+(?=\S)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """The answers of a dialog, the first line that they stand on, and what is asked on that very line."""

    options: tuple[str, ...]
    start: int
    question: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    selected: int = -1


def read_answers(spec: DialogSpec, lines: Sequence[Line], capture: str) -> Answers | None:
    """Return the answers that stand on a screen; None when they cannot be made out."""
    match spec.layout:
        case Layout.LIST:
            return _list(spec, lines, capture)
        case Layout.ROW:
            return _row(spec, lines, capture)
        case Layout.LETTERS:
            return _letters(spec, lines)


@dataclass(slots=True, kw_only=True)
class _Option:
    at: int
    column: int
    number: int
    label: str
    marked: bool


def _list(spec: DialogSpec, lines: Sequence[Line], capture: str) -> Answers | None:
    pivot = _pivot(spec, lines)
    if pivot is None:
        return None
    read = _numbered if pivot.number else _plain
    found = [*reversed(read(spec, lines, pivot, -1)), pivot, *read(spec, lines, pivot, 1)]
    if len(found) < 2:
        return None
    marked = [place for place, option in enumerate(found) if option.marked]
    selected = marked[0] if len(marked) == 1 else -1
    if not spec.mark:
        selected = _standing_out([(option.at, option.column) for option in found], capture, (found[0].at - 1,))
    return Answers(options=tuple(option.label for option in found), start=found[0].at, selected=selected)


def _pivot(spec: DialogSpec, lines: Sequence[Line]) -> _Option | None:
    """Return the selected answer, or where only a background tells it, the lowest one."""
    for at in range(len(lines) - 1, -1, -1):
        option = _option(spec, lines, at)
        if option is not None and (option.marked or (not spec.mark and option.number)):
            return option
    return None


def _option(spec: DialogSpec, lines: Sequence[Line], at: int) -> _Option | None:
    text = RIGHT.sub("", lines[at].text)
    side = LEFT.match(text)
    start = side.end() if side else 0
    mark = re.compile(rf"(?:{spec.mark})(?:\s+|(?=\d{{1,2}}[.)]\s))").match(text, start) if spec.mark else None
    start = mark.end() if mark else start
    number = _NUMBER.match(text, start)
    label = text[number.end() if number else start :]
    if not label or FRAME.fullmatch(label):
        return None
    return _Option(at=at, column=start, number=int(number[1]) if number else 0, label=label, marked=mark is not None)


def _numbered(spec: DialogSpec, lines: Sequence[Line], pivot: _Option, step: int) -> list[_Option]:
    """Return the answers above or below one with a number, nearest first; text in between belongs to the one above."""
    found: list[_Option] = []
    last = pivot
    between: list[str] = []
    at = pivot.at + step
    while 0 <= at < len(lines) and len(between) <= LONGEST_OPTION and last.number + step:
        option = _option(spec, lines, at)
        if option is not None and option.number == last.number + step:
            _wrap(option if step < 0 else last, between, reverse=step < 0)
            found.append(option)
            last, between = option, []
        elif option is None or FRAME.fullmatch(lines[at].text):
            if step > 0:
                break
        else:
            between.append(bare(lines[at].text))
        at += step
    if step > 0 and len(between) <= LONGEST_OPTION:
        _wrap(last, between, reverse=False)
    return found


def _wrap(option: _Option, between: list[str], *, reverse: bool) -> None:
    option.label = " ".join([option.label, *(reversed(between) if reverse else between)])


def _plain(spec: DialogSpec, lines: Sequence[Line], pivot: _Option, step: int) -> list[_Option]:
    """Return the answers above or below one without a number: what stands right there in the same column."""
    found: list[_Option] = []
    at = pivot.at + step
    while 0 <= at < len(lines):
        option = _option(spec, lines, at)
        if option is None or option.column != pivot.column or option.number:
            break
        found.append(option)
        at += step
    return found


def _row(spec: DialogSpec, lines: Sequence[Line], capture: str) -> Answers | None:
    for at in range(len(lines) - 1, -1, -1):
        found = list(re.finditer(spec.option, lines[at].text))
        if len(found) > 1:
            places = [(at, match.start("label")) for match in found]
            labels = tuple(match["label"].strip() for match in found)
            return Answers(options=labels, start=at, selected=_standing_out(places, capture, (at,)))
    return None


def _letters(spec: DialogSpec, lines: Sequence[Line]) -> Answers | None:
    for at in range(len(lines) - 1, -1, -1):
        found = list(re.finditer(spec.option, lines[at].text))
        if found:
            labels = tuple(re.sub(r"[()]", "", match["label"]).strip() for match in found)
            question = lines[at].text[: found[0].start()].strip()
            keys = tuple(match["key"].lower() for match in found)
            return Answers(options=labels, start=at, keys=keys, question=(question,))
    return None


def _standing_out(places: Sequence[tuple[int, int]], capture: str, usual: Sequence[int]) -> int:
    """Return which place alone stands on another background than the lines of `usual` mostly do; -1: none, several."""
    grounds = read_grounds(capture)
    counted = Counter(ground for at in usual for ground in grounds[at])
    base = counted.most_common(1)[0][0] if counted else ""
    below = [grounds[at][column] if column < len(grounds[at]) else "" for at, column in places]
    alone = [place for place, ground in enumerate(below) if ground != base]
    return alone[0] if len(alone) == 1 else -1
