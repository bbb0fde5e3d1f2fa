"""YAML text to plain data, and key paths to places.  Only importer of `ruamel.yaml`.

Parsing is the fast C parser's, in YAML 1.2 (`no`, `on` and `1:30` are texts).  Places are looked up with the slow pure
parser, and only when there is a problem to show.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from io import StringIO
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.constructor import DuplicateKeyError
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from amp_fsm.errors import Problem

MOST_BYTES = 10_000_000
MOST_NODES = 2_000_000
MOST_DEPTH = 100


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


def parse(data: bytes, file: str) -> Parsed:
    """Return the data of one configuration file; whatever is wrong with it is a problem, never an exception."""
    refused = _refusal(data, file)
    if refused is not None:
        return Parsed(problems=(refused,))
    text = data.decode("utf-8-sig")
    try:
        value = _reader(pure=False).load(text)
    except (MarkedYAMLError, YAMLError) as error:
        return Parsed(problems=(_syntax_problem(error, text, file),))
    except (RecursionError, ValueError, TypeError, KeyError) as error:
        return Parsed(
            problems=(_whole(file, "E103", f"cannot be read: {str(error).splitlines()[0] or 'nested too deeply'}"),)
        )
    if value is None:
        return Parsed(
            problems=(_whole(file, "E104", "is empty", "start with `version: 1`, or copy configs/practice.yaml"),)
        )
    if not isinstance(value, dict):
        return Parsed(problems=(_whole(file, "E105", f"must be a mapping of keys, not a {type(value).__name__}"),))
    shape = _shape_problem(value, file)
    return Parsed(problems=(shape,)) if shape is not None else Parsed(value=value)


def _refusal(data: bytes, file: str) -> Problem | None:
    if len(data) > MOST_BYTES:
        return _whole(file, "E101", f"is {len(data):,} bytes long; at most {MOST_BYTES:,} are read")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _whole(file, "E102", "is UTF-16; write it as UTF-8")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        excerpt = data.splitlines()[line - 1].decode("utf-8", "replace") if data.splitlines() else ""
        return Problem(file=file, line=line, column=1, code="E102", message="is not UTF-8", excerpt=excerpt)
    for number, row in enumerate(text.split("\n"), 1):
        indent = row[: len(row) - len(row.lstrip())]
        if "\t" in indent and row.strip() and not row.lstrip().startswith("#"):
            column = indent.index("\t") + 1
            message, mend = "a tab indents this line; YAML allows only spaces", "replace the tab by spaces"
            return Problem(
                file=file, line=number, column=column, code="E106", message=message, excerpt=row, suggestion=mend
            )
    return None


def _reader(*, pure: bool) -> Any:
    yaml = YAML(typ="safe", pure=pure)
    yaml.version = (1, 2)
    yaml.allow_duplicate_keys = False
    return yaml


def _syntax_problem(error: Exception, text: str, file: str) -> Problem:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    said = getattr(error, "problem", None) or str(error)
    message = " ".join(str(said).split())
    code = "E108" if isinstance(error, DuplicateKeyError) else "E107"
    if isinstance(error, DuplicateKeyError):
        message = message.split(" with value")[0]
    if mark is None:
        return _whole(file, code, message)
    lines = text.splitlines()
    excerpt = lines[mark.line] if mark.line < len(lines) else ""
    return Problem(file=file, line=mark.line + 1, column=mark.column + 1, code=code, message=message, excerpt=excerpt)


def _whole(file: str, code: str, message: str, suggestion: str = "") -> Problem:
    return Problem(file=file, line=0, column=0, code=code, message=message, suggestion=suggestion)


def _shape_problem(value: object, file: str) -> Problem | None:
    """Return what makes plain data unusable: keys that are no texts, too deep, or grown by aliases (a bomb)."""
    sizes: dict[int, int] = {}

    def measure(node: object, depth: int) -> int:
        if depth > MOST_DEPTH:
            raise _UnusableError("E103", f"is nested more than {MOST_DEPTH} levels deep")
        if not isinstance(node, dict | list):
            return 1
        known = sizes.get(id(node))
        if known is None:
            sizes[id(node)] = 1  # an alias to a collection that holds it would else never end
            children = node.values() if isinstance(node, dict) else node
            if isinstance(node, dict) and not all(isinstance(key, str) for key in node):
                odd = next(key for key in node if not isinstance(key, str))
                raise _UnusableError("E110", f"the key {odd!r} is not a text", f"write it in quotes: '{odd}'")
            known = 1 + sum(measure(child, depth + 1) for child in children)
            sizes[id(node)] = known
        if known > MOST_NODES:
            raise _UnusableError("E109", f"its aliases stand for more than {MOST_NODES:,} values")
        return known

    try:
        measure(value, 0)
    except _UnusableError as error:
        return _whole(file, error.code, error.message, error.suggestion)
    return None


class _UnusableError(Exception):
    def __init__(self, code: str, message: str, suggestion: str = "") -> None:
        super().__init__(message)
        self.code, self.message, self.suggestion = code, message, suggestion


def locate(text: str, path: Sequence[str | int], on: str) -> Place:
    """Return where the key or the value at `path` stands; where it is missing, the nearest thing that holds it."""
    try:
        node = YAML(typ="rt", pure=True).compose(text)
    except (YAMLError, RecursionError, ValueError):
        return Place(line=1, column=1)
    key: Node | None = None
    for step in path:
        following = _child(node, step)
        if following is None:
            on = "key" if key is not None else "value"
            break
        key, node = following
    meant = key if on == "key" and key is not None else node
    return _place(meant, text)


def _child(node: Node | None, step: str | int) -> tuple[Node | None, Node] | None:
    if isinstance(node, MappingNode):
        return next(((key, value) for key, value in node.value if key.value == step), None)
    if isinstance(node, SequenceNode) and isinstance(step, int) and step < len(node.value):
        item = node.value[step]
        return item, item
    return None


def _place(node: Node | None, text: str) -> Place:
    if node is None:
        return Place(line=1, column=1)
    mark = node.start_mark
    width = 1
    if isinstance(node, ScalarNode):
        end = node.end_mark
        width = end.column - mark.column if end.line == mark.line else len(text.splitlines()[mark.line]) - mark.column
    return Place(line=mark.line + 1, column=mark.column + 1, width=max(1, width))


def dump(value: object) -> str:
    """Return plain data as YAML text, in the order of its keys."""
    yaml = YAML()
    yaml.default_flow_style = False
    yaml.width = 120
    stream = StringIO()
    yaml.dump(value, stream)
    return stream.getvalue()
