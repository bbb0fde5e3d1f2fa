"""Third step of reading a screen: what stands in the input box, ghost text and placeholders left out.

When in doubt it is a draft: text taken for nothing would be submitted together with the next prompt.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from amp_fsm.model.profile import Composer, ComposerSpec
from amp_fsm.observe.screen_regions import Regions
from amp_fsm.observe.screen_text import Line

LONGEST_TYPED = 60
"""Characters of a placeholder beyond which nobody types it: it is one in whatever colour it is drawn."""

_LEFT = re.compile(r"^\s*│ ?")
_RIGHT = re.compile(r"\s*│\s*$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """The composer of one screen.

    Attributes:
        line: its first line; None when there is no composer.
    """

    content: Composer
    text: str = ""
    collapsed: bool = False
    line: Line | None = None


def read_composer(spec: ComposerSpec | None, regions: Regions, variables: Mapping[str, str]) -> Box:
    """Return what the composer holds; Unknown when the profile says nothing about one."""
    if spec is None:
        return Box(content=Composer.UNKNOWN)
    region = regions.get(spec.region)
    if region is None or not _there(spec, variables):
        return Box(content=Composer.ABSENT)
    prompt = re.compile(spec.prompt)
    lines = region.lines if region.lines or region.stop == region.start else regions.screen[region.start : region.stop]
    lines = tuple(_without(line, spec.beside) for line in lines) if spec.beside else lines
    head = next((index for index, line in enumerate(lines) if prompt.search(_open(line.text))), None)
    if head is None:
        return Box(content=Composer.DRAFT, line=lines[0]) if region.cut and lines else Box(content=Composer.ABSENT)
    return _read(spec, lines[head:], prompt)


def _there(spec: ComposerSpec, variables: Mapping[str, str]) -> bool:
    """Return whether tmux's variables let the box be there; one that was not captured says nothing."""
    return all(
        re.search(pattern, variables.get(name, "")) for name, pattern in spec.variables.items() if name in variables
    )


def _read(spec: ComposerSpec, lines: tuple[Line, ...], prompt: re.Pattern[str]) -> Box:
    first, *others = _without_blank_start(lines)
    solid, shown = _typed(prompt, first, first.solid), _typed(prompt, first, first.text)
    rest = [text for text in (_further(spec, line.solid) for line in others) if text]
    text = "\n".join([part for part in (solid, *rest) if part])
    if not text:
        return Box(content=Composer.EMPTY, line=first)
    typed = _typed(prompt, first, first.plain)
    if _is_placeholder(spec, shown, rest) and (not typed or len(" ".join((shown, *rest))) > LONGEST_TYPED):
        return Box(content=Composer.EMPTY, line=first)
    collapsed = any(re.search(pattern, text) for pattern in spec.collapsed)
    return Box(content=Composer.DRAFT, text=text, collapsed=collapsed, line=first)


def _is_placeholder(spec: ComposerSpec, shown: str, rest: list[str]) -> bool:
    """Tell whether the box holds a placeholder; one that is wrapped must be the whole of it."""
    if not rest:
        return any(re.search(pattern, shown) for pattern in spec.placeholders)
    whole = " ".join((shown, *rest))
    return any(re.fullmatch(pattern, whole) for pattern in spec.placeholders)


def _further(spec: ComposerSpec, text: str) -> str:
    """Return what was typed on a line after the first."""
    inside = _open(text)
    return (re.sub(spec.continued, "", inside, count=1) if spec.continued else inside).strip()


def _without(line: Line, beside: str) -> Line:
    """Return the line up to what stands beside the box."""
    found = re.search(beside, line.text)
    if found is None:
        return line
    cut = found.start()
    return replace(line, text=line.text[:cut], solid=line.solid[:cut].rstrip(), plain=line.plain[:cut].rstrip())


def _without_blank_start(lines: tuple[Line, ...]) -> tuple[Line, ...]:
    """Return the lines from the first that holds something; a drawn box may begin with an empty one."""
    filled = (index for index, line in enumerate(lines) if _open(line.text).strip())
    return lines[next(filled, 0) :]


def _typed(prompt: re.Pattern[str], line: Line, text: str) -> str:
    """Return what stands in text where the prompt's group `text` stands on the line."""
    inside = _open(line.text)
    found = prompt.search(inside)
    if found is None:
        return ""
    side = _LEFT.match(line.text)
    start = found.start("text") + (side.end() if side else 0)
    return _RIGHT.sub("", text[start:]).strip()


def _open(text: str) -> str:
    """Return the line without the sides of a drawn box."""
    return _RIGHT.sub("", _LEFT.sub("", text))
