"""A declared fact about the last lines of a file."""

from __future__ import annotations

import re
from functools import lru_cache

from amp_fsm.model.facts import Fact, Why, known, unknown
from amp_fsm.model.printable import printable
from amp_fsm.model.project import FactSpec
from amp_fsm.model.seen import Failed, FileSeen, Missing
from amp_fsm.observe.markdown_lines import KEPT


def line_fact(spec: FactSpec, path: str, file: FileSeen | Missing | Failed | None) -> Fact:
    """Return whether one of the last lines of a file matches."""
    if file is None or isinstance(file, Failed):
        return unknown(spec.name, Why.UNREACHABLE, file.reason if file else f"{path} was not read", "line")
    if isinstance(file, Missing):
        return known(spec.name, False, f"{path} does not exist", "line")
    first, lines = _last_lines(file.text, spec.last)
    for number, line in enumerate(lines, first):
        if re.search(spec.pattern, line):
            return known(spec.name, True, f'{path}:{number} "{printable(line)}"', "line")
    return known(spec.name, False, f"not in the last {spec.last} lines of {path}", "line")


@lru_cache(maxsize=KEPT)
def _last_lines(text: str, count: int) -> tuple[int, tuple[str, ...]]:
    """Return the last lines of a text, and the number of the first of them."""
    lines = text.splitlines()
    first = max(0, len(lines) - count)
    return first + 1, tuple(lines[first:])
