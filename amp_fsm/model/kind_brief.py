"""What the prompt of a kind asks of a task's brief, as far as its text shows it."""

from __future__ import annotations

import re
from collections.abc import Mapping

_ASKED = re.compile(r"task\.brief\.([A-Za-z_]\w*)")
_LISTED = re.compile(r"\bin task\.brief\.([A-Za-z_]\w*)|task\.brief\.([A-Za-z_]\w*)\s*\|\s*join")


def brief_of(prompt: str) -> Mapping[str, bool]:
    """Return the keys of the brief that a prompt speaks of, in their order, and whether it wants a list there."""
    listed = {first or second for first, second in _LISTED.findall(prompt)}
    return {name: name in listed for name in _ASKED.findall(prompt)}
