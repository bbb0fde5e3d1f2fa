"""Last step of reading a screen: the dialog that is up, its text and its answers.  Decides nothing.

A dialog whose answers or whose beginning cannot be made out has none that could be given: a person is asked.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from amp_fsm.model.dialog import Dialog, DialogSpec, Layout, Span
from amp_fsm.observe.screen_text import Line, read_grounds

MOST_LINES = 60
"""Lines of a dialog that are read at most."""

COMMAND = "command"
"""The name of the dialog that asks about a command; only in it one is looked for."""

LONGEST_OPTION = 4
"""Lines that one answer may be wrapped over."""

_LEFT = re.compile(r"^[\s│]*")
_RIGHT = re.compile(r"[\s│]*$")
_FRAME = re.compile(r"[\s│╭╮╰╯├┤─]*")
_RULE = re.compile(r"^─{10,}")
_INSIDE = " │├╭╰"
_NUMBER = re.compile(r"(\d{1,2})[.)]\s+(?=\S)")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answers:
    """The answers of a dialog, the first line that they stand on, and what is asked on that very line."""

    options: tuple[str, ...]
    start: int
    question: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    selected: int = -1


def read_dialog(
    spec: DialogSpec, name: str, capture: str, lines: Sequence[Line], noise: Sequence[str]
) -> Dialog | None:
    """Return the dialog that a blocked screen shows; None when its answers cannot be made out.

    Args:
        spec: how the program's dialogs are read.
        name: what the rule calls it that saw it; `spec.names` knows better where one of its patterns matches.
        capture: the screen, with colours where the selection is told by them.
        lines: the same screen, normalised.
        noise: patterns of spinners and clocks, which are no part of the question.
    """
    answers = _answers(spec, lines, capture)
    if answers is None:
        return None
    top = _top(spec, lines, answers.start)
    block = [line.text for line in lines[top : answers.start]]
    text = "\n".join(_quiet(line, noise) for line in (*_written(block), *answers.question)).strip()
    called = next((known for known, pattern in spec.names.items() if re.search(pattern, text)), name)
    spans = spec.command if called == COMMAND else ()
    asked_about = next((found for span in spans if (found := _spanned(span, block))), [])
    return Dialog(
        name=called,
        text=text,
        command=" ".join(asked_about),
        wrapped="".join(asked_about),
        options=answers.options,
        keys=answers.keys,
        selected=answers.selected,
        digest=_digest((called, text, *answers.options)),
    )


def _digest(parts: Iterable[str]) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogateescape")).hexdigest()[:16]


def _written(block: Iterable[str]) -> list[str]:
    """Return the lines without frames, sides and empty ones."""
    return [bare for line in block if not _FRAME.fullmatch(line) and (bare := _bare(line))]


def _spanned(span: Span, block: Sequence[str]) -> list[str]:
    """Return the lines of a span, the dialog's first line left out; none when it is not there."""
    begins = re.compile(span.start)
    for at, line in enumerate(block):
        found = begins.search(line) if at or not _RULE.match(line) else None
        if found is None:
            continue
        last = len(block)
        if span.end:
            last = next((n for n in range(last - 1, at, -1) if re.search(span.end, block[n])), 0)
        first = [found["text"]] if "text" in begins.groupindex else []
        return _written([*first, *block[at + 1 : last]]) if last else []
    return []


def _bare(text: str) -> str:
    """Return a line without the sides of the box it stands in."""
    return _RIGHT.sub("", _LEFT.sub("", text))


def _quiet(text: str, noise: Sequence[str]) -> str:
    for pattern in noise:
        text = re.sub(pattern, "", text)
    return text


def _answers(spec: DialogSpec, lines: Sequence[Line], capture: str) -> _Answers | None:
    match spec.layout:
        case Layout.LIST:
            return _list(spec, lines, capture)
        case Layout.ROW:
            return _row(spec, lines, capture)
        case Layout.LETTERS:
            return _letters(spec, lines)


# ---- one below the other -----------------------------------------------------------------------------------------


@dataclass(slots=True, kw_only=True)
class _Option:
    at: int
    column: int
    number: int
    label: str
    marked: bool


def _list(spec: DialogSpec, lines: Sequence[Line], capture: str) -> _Answers | None:
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
    return _Answers(options=tuple(option.label for option in found), start=found[0].at, selected=selected)


def _pivot(spec: DialogSpec, lines: Sequence[Line]) -> _Option | None:
    """Return the selected answer, or where only a background tells it, the lowest one."""
    for at in range(len(lines) - 1, -1, -1):
        option = _option(spec, lines, at)
        if option is not None and (option.marked or (not spec.mark and option.number)):
            return option
    return None


def _option(spec: DialogSpec, lines: Sequence[Line], at: int) -> _Option | None:
    text = _RIGHT.sub("", lines[at].text)
    side = _LEFT.match(text)
    start = side.end() if side else 0
    mark = re.compile(rf"(?:{spec.mark})(?:\s+|(?=\d{{1,2}}[.)]\s))").match(text, start) if spec.mark else None
    start = mark.end() if mark else start
    number = _NUMBER.match(text, start)
    label = text[number.end() if number else start :]
    if not label or _FRAME.fullmatch(label):
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
        elif option is None or _FRAME.fullmatch(lines[at].text):
            if step > 0:
                break
        else:
            between.append(_bare(lines[at].text))
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


# ---- side by side, and by letters --------------------------------------------------------------------------------


def _row(spec: DialogSpec, lines: Sequence[Line], capture: str) -> _Answers | None:
    for at in range(len(lines) - 1, -1, -1):
        found = list(re.finditer(spec.option, lines[at].text))
        if len(found) > 1:
            places = [(at, match.start("label")) for match in found]
            labels = tuple(match["label"].strip() for match in found)
            return _Answers(options=labels, start=at, selected=_standing_out(places, capture, (at,)))
    return None


def _letters(spec: DialogSpec, lines: Sequence[Line]) -> _Answers | None:
    for at in range(len(lines) - 1, -1, -1):
        found = list(re.finditer(spec.option, lines[at].text))
        if found:
            labels = tuple(re.sub(r"[()]", "", match["label"]).strip() for match in found)
            question = lines[at].text[: found[0].start()].strip()
            keys = tuple(match["key"].lower() for match in found)
            return _Answers(options=labels, start=at, keys=keys, question=(question,))
    return None


def _standing_out(places: Sequence[tuple[int, int]], capture: str, usual: Sequence[int]) -> int:
    """Return which place alone stands on another background than the lines of `usual` mostly do; -1: none, several."""
    grounds = read_grounds(capture)
    counted = Counter(ground for at in usual for ground in grounds[at])
    base = counted.most_common(1)[0][0] if counted else ""
    below = [grounds[at][column] if column < len(grounds[at]) else "" for at, column in places]
    alone = [place for place, ground in enumerate(below) if ground != base]
    return alone[0] if len(alone) == 1 else -1


# ---- where it begins ---------------------------------------------------------------------------------------------


def _top(spec: DialogSpec, lines: Sequence[Line], start: int) -> int:
    """Return the first line of the dialog whose answers begin at `start`."""
    lowest = max(0, start - MOST_LINES)
    if spec.layout is Layout.LETTERS:
        return next((at + 1 for at in range(start - 1, lowest - 1, -1) if not lines[at].text), lowest)
    side = lines[start].text.find("│")
    if side >= 0 and not lines[start].text[:side].strip():
        return _top_of_box(lines, start, side, lowest)
    block = _top_of_block(lines, start, lowest)
    if not spec.top:
        return block
    begins = re.compile(spec.top)
    return next((at for at in range(block, start) if begins.search(lines[at].text)), block)


def _top_of_box(lines: Sequence[Line], start: int, side: int, lowest: int) -> int:
    at = start
    while at > lowest and lines[at - 1].text[side : side + 1] in ("│", "├", "╭"):
        at -= 1
        if lines[at].text[side] == "╭":
            break
    return at


def _top_of_block(lines: Sequence[Line], start: int, lowest: int) -> int:
    """Return the highest rule above the answers with only indented text in between; else where that text begins."""
    at, rule = start, -1
    while at > lowest:
        above = lines[at - 1].text
        if _RULE.match(above):
            rule = at - 1
        elif above and above[0] not in _INSIDE:
            break
        at -= 1
    return rule if rule >= 0 else at
