"""Lines of Markdown as people write it: headings, prose, code fences.  Reads only.

What stands in a code fence is an example and does not count, unless the fence is broken: one that is never closed, or
that swallows a heading and a table under it, is not believed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from amp_fsm.observe.fold import fold

KEPT = 8
"""Documents whose reading is kept: each is read several times in a pass, and most do not change between passes."""

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


def read_lines(text: str) -> tuple[Line, ...]:
    """Return the lines of a document, whatever their ends (LF, CRLF, or mixed)."""
    lines: list[Line] = []
    start = 0
    for number, raw in enumerate(text.split("\n"), 1):
        lines.append(Line(text=raw.removesuffix("\r"), number=number, start=start))
        start += len(raw) + 1
    return tuple(lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """One heading: its text, how deep it is, and its line."""

    text: str
    level: int
    line: Line


@lru_cache(maxsize=KEPT)
def read_headings(text: str) -> tuple[Heading, ...]:
    """Return the document's headings, in order."""
    lines = read_lines(text)
    fenced = fenced_in(lines)
    found = ((line, HEADING.match(line.text)) for line in lines if line.number not in fenced)
    return tuple(Heading(text=m.group(2), level=len(m.group(1)), line=line) for line, m in found if m)


def find_heading(text: str, heading: str) -> Heading | None:
    """Return the first heading that reads so, folded."""
    wanted = fold(heading)
    return next((found for found in read_headings(text) if fold(found.text) == wanted), None)


def read_prose(text: str) -> tuple[Line, ...]:
    """Return the lines of a document that stand in no code fence."""
    lines = read_lines(text)
    fenced = fenced_in(lines)
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


def fenced_in(lines: tuple[Line, ...]) -> frozenset[int]:
    """Return the numbers of the lines that stand in code fences that can be believed."""
    return frozenset(number for fence in read_fences(lines) for number in fence.code)


def _swallows_section(lines: tuple[Line, ...]) -> bool:
    """Return whether a fence holds a heading and, below it, a table: then somebody forgot to close it."""
    headed = False
    for place, line in enumerate(lines):
        headed = headed or HEADING.match(line.text) is not None
        if headed and starts_table(lines, place, frozenset()):
            return True
    return False
