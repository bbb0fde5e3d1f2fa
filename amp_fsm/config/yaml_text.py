"""YAML text to plain data, and key paths to places.  Only importer of `ruamel.yaml`.

The parser's events (the C parser's, where it is installed) are composed by `yaml_compose`, so that YAML 1.2 holds
without surprises and whatever cannot be read has a place.  Places are looked up only when there is a problem to show.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from io import StringIO
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from amp_fsm.config.yaml_compose import MOST_NODES, Composer, Marks, Span, UnusableError, plain_value
from amp_fsm.errors import Problem

MOST_BYTES = 10_000_000
_BREAK = re.compile("\r\n|[\r\n\x85\u2028\u2029]")
_PLAIN = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_./-]*(?: [A-Za-z0-9_./-]+)*")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """One file's data, or the problems that kept it from being read."""

    value: dict[str, Any] | None = None
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place in a text, 1-based, and how many characters are meant."""

    line: int
    column: int
    width: int = 1


def parse(data: bytes, file: str, *, most_bytes: int = MOST_BYTES, most_nodes: int = MOST_NODES) -> Parsed:
    """Return the data of one configuration file; whatever is wrong with it is a problem, never an exception."""
    if len(data) > most_bytes:
        return _refused(file, "E101", f"is {len(data):,} bytes long; at most {most_bytes:,} are read")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _refused(file, "E102", "is UTF-16; write it as UTF-8")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8-sig", "replace")
        shown = data.decode("utf-8-sig", "replace")
        return Parsed(problems=(_at_offset(file, shown, len(before), "E102", "is not UTF-8"),))
    control = _CONTROL.search(text)
    if control is not None:
        message = f"holds the control character U+{ord(control[0]):04X}"
        return Parsed(problems=(_at_offset(file, text, control.start(), "E107", message),))
    return _parse_text(text, file, most_nodes)


def _parse_text(text: str, file: str, most_nodes: int) -> Parsed:
    composer = Composer(most=most_nodes)
    try:
        value = composer.compose(_events(text))
    except UnusableError as error:
        return Parsed(problems=(_problem(file, text, error.span, error.code, error.message, error.suggestion),))
    except YAMLError as error:
        return Parsed(problems=(_syntax_problem(error, text, file),))
    if value is None:
        return _refused(file, "E104", "is empty", "start with `version: 1`, or copy configs/practice.yaml")
    if not isinstance(value, dict):
        return _refused(file, "E105", f"must be a mapping of keys, not a {type(value).__name__}")
    return Parsed(value=value)


def _events(text: str) -> Any:
    return YAML(typ="safe").parse(text)


def _syntax_problem(error: YAMLError, text: str, file: str) -> Problem:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    message = " ".join(str(getattr(error, "problem", None) or error).split())
    if mark is None:
        return _whole(file, "E107", message)
    lines = split_lines(text)
    row = lines[mark.line] if mark.line < len(lines) else ""
    opened = getattr(error, "context_mark", None)
    if opened is not None and not "".join(lines[mark.line :]).strip():
        message = f"what begins here does not end: {message}"
        return _problem(file, text, Span(opened.line, opened.column, 1), "E107", message)
    indent = row[: len(row) - len(row.lstrip())]
    if "\t" in indent:
        span = Span(mark.line, indent.index("\t"), 1)
        message = "a tab indents this line; YAML allows only spaces"
        return _problem(file, text, span, "E106", message, "replace the tab by spaces")
    mend = ""
    if opened is not None and opened.line != mark.line:
        mend = f"it belongs to what begins in line {opened.line + 1}"
    return _problem(file, text, Span(mark.line, mark.column, 1), "E107", message, mend)


def _refused(file: str, code: str, message: str, suggestion: str = "") -> Parsed:
    return Parsed(problems=(_whole(file, code, message, suggestion),))


def _whole(file: str, code: str, message: str, suggestion: str = "") -> Problem:
    return Problem(file=file, line=0, column=0, code=code, message=message, suggestion=suggestion)


def _at_offset(file: str, text: str, offset: int, code: str, message: str) -> Problem:
    before = split_lines(text[:offset])
    return _problem(file, text, Span(len(before) - 1, len(before[-1]), 1), code, message)


def _problem(file: str, text: str, span: Span, code: str, message: str, suggestion: str = "") -> Problem:
    lines = split_lines(text)
    return Problem(
        file=file,
        line=span.line + 1,
        column=span.column + 1,
        code=code,
        message=message,
        excerpt=_CONTROL.sub("\ufffd", lines[span.line]) if span.line < len(lines) else "",
        width=span.width,
        suggestion=suggestion,
    )


@lru_cache(maxsize=16)
def split_lines(text: str) -> tuple[str, ...]:
    """Return the lines as the YAML parser counts them; never empty."""
    return tuple(_BREAK.split(text))


def problem_at(file: str, text: str, place: Place, code: str, message: str, suggestion: str = "") -> Problem:
    """Return a problem with the line it stands on."""
    span = Span(place.line - 1, place.column - 1, place.width)
    return _problem(file, text, span, code, message, suggestion)


def locate(text: str, path: Sequence[str | int], on: str) -> Place:
    """Return where the key or the value at `path` stands; where it is missing, the nearest thing that holds it."""
    marks = _marks(text)
    found = tuple(path)
    while found and found not in marks:
        found = found[:-1]
    if not found:
        return Place(line=1, column=1)
    whole = len(found) == len(path)
    key, value = marks[found]
    span = key if key is not None and (on == "key" or not whole) else value
    return Place(line=span.line + 1, column=span.column + 1, width=max(1, span.width))


@lru_cache(maxsize=16)
def _marks(text: str) -> Marks:
    composer = Composer(marking=True)
    try:
        composer.compose(_events(text))
    except (UnusableError, YAMLError):
        return composer.marks  # as far as it could be read
    return composer.marks


def dump(value: object) -> str:
    """Return plain data as YAML text, in the order of its keys."""
    yaml = YAML()
    yaml.default_flow_style = False
    yaml.width = 120
    yaml.representer.ignore_aliases = lambda _: True
    stream = StringIO()
    yaml.dump(value, stream)
    return stream.getvalue()


def nodes(text: str) -> Any:
    """Return the document's node tree, whose marks say where in the text everything stands; None for an empty one.

    Raises:
        YAMLError: it cannot be read.
    """
    return YAML(typ="safe", pure=True).compose(text)


def inline(value: object) -> str:
    """Return plain data as YAML on one line, fit to stand inside any other."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{inline(key)}: {inline(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(inline(item) for item in value) + "]"
    if not isinstance(value, str):
        return json.dumps(value)
    if _PLAIN.fullmatch(value) and plain_value(value) == value:
        return value
    return "'" + value.replace("'", "''") + "'" if value.isprintable() else json.dumps(value, ensure_ascii=False)
