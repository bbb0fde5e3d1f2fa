"""Findings about a configuration, and how a placed one is printed: `file:line:col: CODE message`, the line, a caret."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from amp_fsm.errors import Problem

MOST_NAMES = 300
"""Names among which a near one is looked for; beyond that it would take too long for too little."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something found in the merged configuration, not yet placed in a file.

    Attributes:
        path: keys and indexes that lead to it in the merged tree.
        on: `key` or `value`: which of the two is meant.
    """

    code: str
    path: tuple[str | int, ...]
    message: str
    suggestion: str = ""
    on: str = "value"


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return a suggestion for a name that is not known, with what there is."""
    names = sorted({str(name) for name in known})
    close = difflib.get_close_matches(str(word), names, n=1, cutoff=0.6) if len(names) <= MOST_NAMES else []
    listed = ", ".join(names[:16]) + (", ..." if len(names) > 16 else "")
    if close:
        return f"did you mean {close[0]}?  there are: {listed}"
    return f"there are: {listed}" if names else ""


def format_problem(problem: Problem) -> str:
    """Return a problem as text of one to four lines, without an ending newline."""
    place = f"{problem.file}:{problem.line}:{problem.column}" if problem.line else problem.file
    lines = [f"{place}: {problem.code} {problem.message}"]
    if problem.excerpt.strip():
        # Tabs and long lines would put the caret elsewhere.
        shown = problem.excerpt.replace("\t", " ")
        start = max(0, problem.column - 1)
        cut = max(0, start - 80)
        lines.append(f"    {shown[cut : cut + 160].rstrip()}")
        lines.append(f"    {' ' * (start - cut)}{'^' * max(1, min(problem.width, 160 - (start - cut)))}")
    if problem.suggestion:
        lines.append(f"    {problem.suggestion}")
    return "\n".join(lines)


def in_order(problems: Iterable[Problem], files: Sequence[str]) -> tuple[Problem, ...]:
    """Return the problems by file (in the order of `files`, then others), line and column, each once."""
    rank = {file: place for place, file in enumerate(files)}
    unique = {(p.file, p.line, p.column, p.code, p.message): p for p in problems}
    return tuple(sorted(unique.values(), key=lambda p: (rank.get(p.file, len(rank)), p.file, p.line, p.column, p.code)))
