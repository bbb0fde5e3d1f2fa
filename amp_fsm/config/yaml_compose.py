"""The events of a YAML parser composed to plain data.  Knows no parser, reads no file; bounded in depth and size.

A plain scalar is a number only if it is written as we would write it: `012`, `1_000`, `3.10` and `1e3` stay texts, as
do `no`, `on`, `1:30` and `2026-11-23`: a version, a time or an answer is never turned into another value.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

MOST_NODES = 2_000_000
MOST_DEPTH = 60
_WORDS = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_INTEGER = re.compile(r"0|-?[1-9][0-9]{0,17}")
_DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]{0,14})\.[0-9]{1,15}")
_TAG = "tag:yaml.org,2002:"
_COLLECTIONS = (None, "!", _TAG + "map", _TAG + "seq")
_PLAIN = (None, _TAG + "int", _TAG + "float", _TAG + "bool", _TAG + "null")

Path = tuple[str | int, ...]


class Span(NamedTuple):
    """Where something stands, 0-based, and how many characters of the line it takes."""

    line: int
    column: int
    width: int


Marks = dict[Path, tuple[Span | None, Span]]
"""Key path to the place of its key (None in lists) and of its value."""


class UnusableError(Exception):
    """The text is YAML, but not one that a configuration can be read from."""

    def __init__(self, span: Span, code: str, message: str, suggestion: str = "") -> None:
        """Carry the fault and its place."""
        super().__init__(message)
        self.span, self.code, self.message, self.suggestion = span, code, message, suggestion


def plain_value(text: str) -> str | int | float | bool | None:
    """Return what a scalar without quotes means."""
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    if _DECIMAL.fullmatch(text) and repr(float(text)) == text:
        return float(text)
    return text


@dataclass(slots=True)
class _Open:
    """A collection that is being read."""

    value: Any
    start: Any
    path: Path
    key: str | None = None
    key_event: Any = None
    keys: dict[str, Any] = field(default_factory=dict)
    below: list[dict[str, Any]] = field(default_factory=list)
    size: int = 1
    height: int = 1


@dataclass(slots=True)
class Composer:
    """Composes one document of at most `most` values.  With `marking`, it fills `marks` as well."""

    marking: bool = False
    most: int = MOST_NODES
    marks: Marks = field(default_factory=dict)
    _open: list[_Open] = field(default_factory=list)
    _anchors: dict[str, tuple[Any, int, int]] = field(default_factory=dict)
    _root: Any = None
    _documents: int = 0

    def compose(self, events: Iterable[Any]) -> Any:
        """Return the value of the document; None when there is none.

        Raises:
            UnusableError: it cannot be used; also whatever the parser raises.
        """
        for event in events:
            kind = type(event).__name__
            if kind == "ScalarEvent":
                self._attach(_scalar(event), event, 1, 0)
            elif kind in ("MappingStartEvent", "SequenceStartEvent"):
                self._enter({} if kind == "MappingStartEvent" else [], event)
            elif kind in ("MappingEndEvent", "SequenceEndEvent"):
                self._leave()
            elif kind == "AliasEvent":
                self._alias(event)
            elif kind == "DocumentStartEvent":
                self._documents += 1
                if self._documents > 1:
                    raise UnusableError(
                        span(event), "E107", "a second document begins here", "one file is one document"
                    )
        return self._root

    def _enter(self, value: Any, event: Any) -> None:
        if event.tag not in _COLLECTIONS:
            raise _tagged(event)
        if len(self._open) >= MOST_DEPTH:
            raise _too_deep(event)
        top = self._open[-1] if self._open else None
        if top is not None and isinstance(top.value, dict) and top.key is None:
            raise UnusableError(span(event), "E110", "a key must be a text", "`{{ ... }}` and `[...]` need quotes")
        path = () if top is None or not self.marking else (*top.path, _step(top))
        self._open.append(_Open(value=value, start=event, path=path))

    def _leave(self) -> None:
        done = self._open.pop()
        for mapping in done.below:
            for key, value in mapping.items():
                done.value.setdefault(key, value)
        self._attach(done.value, done.start, done.size, done.height)

    def _alias(self, event: Any) -> None:
        if event.anchor not in self._anchors:
            raise UnusableError(
                span(event), "E107", f"undefined alias `*{event.anchor}`", "a text that begins with * needs quotes"
            )
        value, size, height = self._anchors[event.anchor]
        if len(self._open) + height > MOST_DEPTH:
            raise _too_deep(event)
        self._attach(value, event, size, height)

    def _attach(self, value: Any, event: Any, size: int, height: int) -> None:
        """Put a value that has been read whole where it belongs: a key, a value or an item."""
        anchor = event.anchor
        if anchor is not None and type(event).__name__ != "AliasEvent":
            self._anchors[anchor] = (value, size, height)
        if not self._open:
            self._root = value
            return
        top = self._open[-1]
        top.size += size
        top.height = max(top.height, height + 1)
        if top.size > self.most:
            raise UnusableError(span(event), "E109", f"its aliases stand for more than {self.most:,} values")
        if isinstance(top.value, list):
            if self.marking:
                self.marks[(*top.path, len(top.value))] = (None, span(event))
            top.value.append(value)
        elif top.key is None:
            _begin_key(top, value, event)
        else:
            if self.marking:
                self.marks[(*top.path, top.key)] = (span(top.key_event), span(event))
            _end_key(top, value, event)


def _step(top: _Open) -> str | int:
    return len(top.value) if isinstance(top.value, list) else str(top.key)


def _begin_key(top: _Open, key: object, event: Any) -> None:
    if not isinstance(key, str):
        shown = "null" if key is None else str(key).lower() if isinstance(key, bool) else f"{key}"
        raise UnusableError(span(event), "E110", f"the key {shown} is not a text", f"write it in quotes: '{shown}'")
    if key in top.keys:
        line = top.keys[key].start_mark.line + 1
        raise UnusableError(span(event), "E108", f"duplicate key `{key}`", f"it stands in line {line} already")
    top.keys[key] = event
    top.key, top.key_event = key, event


def _end_key(top: _Open, value: Any, event: Any) -> None:
    if top.key == "<<" and not getattr(top.key_event, "style", None):
        parts = value if isinstance(value, list) else [value]
        if not all(isinstance(part, dict) for part in parts):
            raise UnusableError(span(event), "E107", "`<<` takes a mapping, or a list of them")
        top.below.extend(parts)
    else:
        top.value[top.key] = value
    top.key = None


def _scalar(event: Any) -> str | int | float | bool | None:
    text: str = event.value
    if "\x00" in text:
        raise UnusableError(span(event), "E107", "holds the control character U+0000")
    if event.tag is None or event.tag == "!":
        return plain_value(text) if event.implicit[0] and event.tag is None else text
    if event.tag == _TAG + "str":
        return text
    if event.tag in _PLAIN:
        return plain_value(text)
    raise _tagged(event)


def _tagged(event: Any) -> UnusableError:
    shown = str(event.tag).replace(_TAG, "!!")
    return UnusableError(
        span(event), "E107", f"the tag `{shown}` means nothing here", "a text that begins with ! needs quotes"
    )


def _too_deep(event: Any) -> UnusableError:
    return UnusableError(span(event), "E103", f"is nested more than {MOST_DEPTH} levels deep")


def span(event: Any) -> Span:
    """Return where an event stands: one character of a collection or of what takes several lines, else all of it."""
    start, end = event.start_mark, event.end_mark
    if type(event).__name__ in ("MappingStartEvent", "SequenceStartEvent"):
        return Span(start.line, start.column, 1)
    return Span(start.line, start.column, max(1, end.column - start.column) if end.line == start.line else 1)
