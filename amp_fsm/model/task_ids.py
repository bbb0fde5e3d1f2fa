"""Ids of new tasks, by the project's pattern: the number after the highest that is taken."""

from __future__ import annotations

import re
from collections.abc import Iterable

_NUMBER = re.compile(r"\{n(?::0(\d))?\}")


def next_id(pattern: str, taken: Iterable[str]) -> str:
    """Return the first id of `pattern` (such as `TASK-PO-{n:03}`) whose number is above all that are taken."""
    before, width, after = _NUMBER.split(pattern, maxsplit=1)
    like = re.compile(f"{re.escape(before)}(\\d+){re.escape(after)}")
    highest = max((int(found[1]) for name in taken if (found := like.fullmatch(name))), default=0)
    return f"{before}{highest + 1:0{int(width or 0)}}{after}"
