"""What a hand-over file tells of the repository: the newest commits, and the files that changed."""

from __future__ import annotations

from collections.abc import Iterator

from amp_fsm.model.markdown_text import code, plain
from amp_fsm.model.seen import Background, Recent

MOST = 20
"""Lines of the journal, revisions, finished tasks and changed files that are told."""


def revisions(background: Background) -> list[dict[str, object]]:
    """Return the newest commits."""
    found = background.recent.revisions if isinstance(background.recent, Recent) else ()
    return [
        {"id": plain(one.id), "at": one.at, "author": plain(one.author), "subject": plain(one.subject)}
        for one in found[:MOST]
    ]


def uncommitted(background: Background) -> Iterator[dict[str, object]]:
    """Yield the files that are not committed."""
    for path in background.recent.changed if isinstance(background.recent, Recent) else ():
        yield {"file": code(path), "at": None, "by": "", "note": ""}


def committed(background: Background) -> Iterator[dict[str, object]]:
    """Yield every file of the newest commits once, with its last commit."""
    told: set[str] = set()
    for one in background.recent.revisions if isinstance(background.recent, Recent) else ():
        for path in one.files:
            if path not in told:
                told.add(path)
                yield {"file": code(path), "at": one.at, "by": plain(one.author), "note": plain(one.subject, 80)}
