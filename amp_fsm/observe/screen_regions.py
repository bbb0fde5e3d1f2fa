"""Second step of reading a screen: its named parts, found anew on each screen, bottom up.

A rule only ever sees a region; what an agent wrote higher up on the screen is in none of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from amp_fsm.model.profile import Profile, RegionSpec
from amp_fsm.observe.screen_text import Line, normalise

BOTTOM_LINES = 8

MOST_BELOW = 3
"""Filled lines below a region that is cut off at the top: where there are more, they are what the screen is about."""

LONGEST_ENTRY = 4
"""Filled lines that one entry of a numbered list may take besides its first."""

_ENTRY = re.compile(r"^[\s│]*(?:[^\w\s│]\s*)?(\d{1,2})[.)]\s")
_FRAME = re.compile(r"[\s─│╭╮╰╯├┤┬┴┼▀-▟╹╻╵╷]*|\s*─{10,}.*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """Lines of the screen under one name.

    Attributes:
        start, stop: the half-open range of lines that it was cut from, edges left out.
        cut: its first line has scrolled off the top of the screen.
        joined: its text as one line, for what the program itself wraps; empty when the profile does not ask for it.
    """

    lines: tuple[Line, ...]
    start: int = 0
    stop: int = 0
    cut: bool = False
    joined: str = ""


class Regions:
    """The regions of one screen, cut when first asked for."""

    def __init__(
        self, profile: Profile, lines: tuple[Line, ...], variables: Mapping[str, str], columns: int | None
    ) -> None:
        """Remember the screen; nothing is matched yet."""
        self.screen = lines
        self._columns = columns
        self._specs = {spec.name: spec for spec in profile.regions}
        self._found: dict[str, Region | None] = self._built_in(variables)

    def get(self, name: str) -> Region | None:
        """Return the region, None when this screen has none of that name."""
        if name not in self._found:
            self._found[name] = None  # a region that refers to itself is not there
            spec = self._specs.get(name)
            self._found[name] = self._cut(spec) if spec else None
        return self._found[name]

    def _built_in(self, variables: Mapping[str, str]) -> dict[str, Region | None]:
        filled = [index for index, line in enumerate(self.screen) if line.text]
        title = variables.get("pane_title")
        bottom = filled[-BOTTOM_LINES:]
        return {
            "screen": self._region(0, len(self.screen)),
            "bottom": self._region(bottom[0], len(self.screen)) if bottom else self._region(0, 0),
            "last_line": self._region(filled[-1], filled[-1] + 1) if filled else self._region(0, 0),
            "title": None if title is None else Region(lines=(_title_line(title),)),
        }

    def _cut(self, spec: RegionSpec) -> Region | None:
        if spec.below:
            base = self.get(spec.below)
            return self._between(spec, base.stop, len(self.screen)) if base else None
        if spec.above:
            base = self.get(spec.above)
            return self._between(spec, 0, self._last(base.start)) if base else None
        return self._between(spec, 0, len(self.screen))

    def _between(self, spec: RegionSpec, low: int, high: int) -> Region | None:
        """Cut the region out of the lines from low to high."""
        if spec.start:
            edges = self._edges(spec, low, high)
            if edges is None:
                return self._cut_off(spec, low, high)
            low, high = edges
        if spec.below and spec.end:
            high = self._end(spec, low, high) or high
        return self._region(low, high, spec)

    def _edges(self, spec: RegionSpec, low: int, high: int) -> tuple[int, int] | None:
        """Return the range between the lowest start line and its end line."""
        start = re.compile(spec.start)
        for index in range(high - 1, low - 1, -1):
            if not start.search(self.screen[index].text) or not self._preceded(spec, index):
                continue
            end = self._end(spec, index + 1, high) if spec.end else None
            if end is None and spec.closed:
                continue
            index = self._first_entry(index, low) if spec.numbered else index
            return index + (0 if spec.inclusive else 1), high if end is None else end
        return (low, high) if spec.top else None

    def _first_entry(self, index: int, low: int) -> int:
        """Return the line of the first entry of the numbered list that a line is an entry of; else the line itself."""
        found = _ENTRY.match(self.screen[index].text)
        number = int(found[1]) if found else 0
        first, between = index, 0
        for at in range(index - 1, low - 1, -1):
            entry = _ENTRY.match(self.screen[at].text)
            if entry and int(entry[1]) == number - 1:
                first, number, between = at, number - 1, 0
            else:
                between += bool(self.screen[at].text)
            if number <= 1 or between > LONGEST_ENTRY:
                break
        return first

    def _cut_off(self, spec: RegionSpec, low: int, high: int) -> Region | None:
        """Return the region whose start has scrolled off the top of the screen."""
        end = self._end(spec, low, high) if spec.cut else None
        if end is None or sum(bool(line.text) for line in self.screen[end + 1 :]) > MOST_BELOW:
            return None
        region = self._region(low, end, spec)
        kept = re.compile(spec.cut)
        return replace(region, cut=True) if all(kept.search(line.text) for line in region.lines) else None

    def _preceded(self, spec: RegionSpec, index: int) -> bool:
        if not spec.preceded:
            return True
        above = next((line.text for line in reversed(self.screen[:index]) if line.text), "")
        return re.search(spec.preceded, above) is not None

    def _end(self, spec: RegionSpec, low: int, high: int) -> int | None:
        compiled = re.compile(spec.end)
        ends = (index for index in range(low, high) if compiled.search(self.screen[index].text))
        return next((index for index in ends if self._followed(spec, index)), None)

    def _followed(self, spec: RegionSpec, index: int) -> bool:
        if not spec.followed:
            return True
        below = next((line.text for line in self.screen[index + 1 :] if line.text), "")
        return re.search(spec.followed, below) is not None

    def _last(self, high: int) -> int:
        """Return the end of what stands above a line, blank lines and pure frame left out."""
        while high and _FRAME.fullmatch(self.screen[high - 1].text):
            high -= 1
        return high

    def _region(self, low: int, high: int, spec: RegionSpec | None = None) -> Region:
        lines = [line for line in self.screen[low:high] if line.text]
        if spec and spec.above:
            lines = [line for line in lines if not _FRAME.fullmatch(line.text)]
        if spec and spec.lines:
            lines = lines[: spec.lines] if spec.start or spec.below else lines[-spec.lines :]
        joined = join(lines, self._columns) if spec and spec.joined else ""
        return Region(lines=tuple(lines), start=low, stop=high, joined=joined)


def join(lines: Iterable[Line], columns: int | None) -> str:
    """Return the lines as one; a line that fills the pane was cut inside a word, others between words."""
    text = ""
    full = True
    for line in lines:
        text += ("" if full else " ") + (line.text if full and text else line.text.strip())
        full = columns is not None and len(line.text) >= columns
    return text


def _title_line(title: str) -> Line:
    text = normalise(title)
    return Line(number=0, text=text, solid=text)
