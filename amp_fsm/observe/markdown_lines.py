"""Lines of Markdown as people write it: headings, prose, code fences.  Reads only.

What stands in a code fence is an example and does not count, unless the fence is broken: one that is never closed, or
that swallows a heading and a table under it, is not believed.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import deque
from dataclasses import dataclass
from functools import lru_cache

from amp_fsm.observe.fold import fold

KEPT = 8
"""Documents whose reading is kept: each is read several times in a pass, and most do not change between passes."""

ALIKE = 64
"""Characters by whose likeness a document is taken for another version of one that was read."""

HEADING = re.compile(r"^ {0,3}(#{1,6})\s+(.*?)\s*#*\s*$")
_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})")
_RULE = re.compile(r"^\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a document: its text without the line end, its number and its place."""

    text: str
    number: int
    start: int

    @property
    def end(self) -> int:
        """Where its text ends, before the line end."""
        return self.start + len(self.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fence:
    """One code fence: the lines of its marks; `last` 0: it is never closed.  `swallows`: a section stands in it."""

    first: int
    last: int = 0
    swallows: bool = False

    @property
    def code(self) -> range:
        """The numbers of its lines, marks included; empty when it is broken."""
        return range(self.first, self.last + 1) if self.last and not self.swallows else range(0)


_read: deque[tuple[str, tuple[Line, ...]]] = deque(maxlen=KEPT)
"""Documents that were read last: another version of one is read from where it differs."""


@lru_cache(maxsize=KEPT)
def read_lines(text: str) -> tuple[Line, ...]:
    """Return the lines of a document, whatever their ends (LF, CRLF, or mixed).

    Up to where it differs from a document that was read lately, they are the very same objects.
    """
    lines, start = _lines_before(text)
    for number, raw in enumerate(text[start:].split("\n"), len(lines) + 1):
        lines.append(Line(text=raw.removesuffix("\r"), number=number, start=start))
        start += len(raw) + 1
    made = tuple(lines)
    _read.append((text, made))
    return made


def _lines_before(text: str) -> tuple[list[Line], int]:
    """Return the whole lines that a document has in common with one that was read lately, and where they end."""
    alike = [(_common(text, known), lines) for known, lines in tuple(_read) if known[:ALIKE] == text[:ALIKE]]
    common, lines = max(alike, key=lambda found: found[0], default=(0, ()))
    begun = bisect_right(lines, common, key=lambda line: line.start)
    return (list(lines[: begun - 1]), lines[begun - 1].start) if begun else ([], 0)


def _common(one: str, other: str) -> int:
    """Return how many characters two texts have in common from their beginning."""
    low, high = 0, min(len(one), len(other))
    if one[:high] == other[:high]:
        return high
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if one[low:middle] == other[low:middle] else (low, middle - 1)
    return low


@lru_cache(maxsize=KEPT)
def fences_of(text: str) -> tuple[Fence, ...]:
    """Return every code fence of a document, in order."""
    return read_fences(read_lines(text))


@lru_cache(maxsize=KEPT)
def fenced_in(text: str) -> frozenset[int]:
    """Return the numbers of the lines that stand in code fences that can be believed."""
    return frozenset(number for fence in fences_of(text) for number in fence.code)


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """One heading: its text, how deep it is, and its line."""

    text: str
    level: int
    line: Line


@lru_cache(maxsize=KEPT)
def read_headings(text: str) -> tuple[Heading, ...]:
    """Return the document's headings, in order."""
    lines, fenced = read_lines(text), fenced_in(text)
    found = ((line, HEADING.match(line.text)) for line in lines if "#" in line.text and line.number not in fenced)
    return tuple(Heading(text=m.group(2), level=len(m.group(1)), line=line) for line, m in found if m)


def find_heading(text: str, heading: str) -> Heading | None:
    """Return the first heading that reads so, folded."""
    wanted = fold(heading)
    return next((found for found in read_headings(text) if fold(found.text) == wanted), None)


def read_prose(text: str) -> tuple[Line, ...]:
    """Return the lines of a document that stand in no code fence."""
    lines, fenced = read_lines(text), fenced_in(text)
    return tuple(line for line in lines if line.number not in fenced)


def starts_table(lines: tuple[Line, ...], place: int, fenced: frozenset[int]) -> bool:
    """Return whether a table begins at a place: its header, and a rule under it."""
    if place + 1 >= len(lines) or "|" not in lines[place].text or lines[place + 1].number in fenced:
        return False
    rule = lines[place + 1].text
    return "-" in rule and "|" in rule and _RULE.match(rule) is not None and not _RULE.match(lines[place].text)


def read_fences(lines: tuple[Line, ...]) -> tuple[Fence, ...]:
    """Return every code fence, in order, with whether what stands in it is code."""
    found: list[Fence] = []
    opened: tuple[int, str] | None = None
    for place, line in enumerate(lines):
        match = _FENCE.match(line.text)
        if match is None:
            continue
        if opened is None:
            opened = (place, match.group(1))
        elif match.group(1)[0] == opened[1][0] and len(match.group(1)) >= len(opened[1]):
            if line.text.strip().strip("`~"):  # an opening fence with a language: the one before was never closed
                found.append(Fence(first=lines[opened[0]].number))
                opened = (place, match.group(1))
                continue
            swallows = _swallows_section(lines[opened[0] + 1 : place])
            found.append(Fence(first=lines[opened[0]].number, last=line.number, swallows=swallows))
            opened = None
    if opened is not None:
        found.append(Fence(first=lines[opened[0]].number))
    return tuple(found)


def _swallows_section(lines: tuple[Line, ...]) -> bool:
    """Return whether a fence holds a heading and, below it, a table: then somebody forgot to close it."""
    headed = False
    for place, line in enumerate(lines):
        headed = headed or HEADING.match(line.text) is not None
        if headed and starts_table(lines, place, frozenset()):
            return True
    return False
