"""The traces of a practice agent's work: deliverables and its row.  Writes only what its brief names."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from amp_fsm.rehearsal.practice_agent.brief import Brief
from amp_fsm.rehearsal.practice_agent.outside import Moment, write_atomically
from amp_fsm.rehearsal.practice_agent.rows import edit_row

Json = Mapping[str, Any]
MARKS = {".py": "# ", ".rs": "// ", ".ts": "// ", ".js": "// ", ".go": "// ", ".toml": "# ", ".yaml": "# ", ".sh": "# "}


def leave_deliverables(
    root: Path, spec: Json, brief: Brief, agent: str, now: Moment, *, but: Sequence[str], text: str = ""
) -> list[str]:
    """Write every deliverable that the brief names and `but` does not; return what was written.

    `text` is what they hold; empty: a line that says whose they are is added to what is there.
    Files get policy time as their time of change, so that they are newer than the prompt that asked for them.
    """
    written = []
    for item in spec.get("deliverables", ()):
        if item["file"] in brief.files and item["file"] not in but:
            contains = item.get("contains", "")
            path = root / concrete(item["file"], brief.task)
            contains = contains if contains in brief.contents else ""
            if text:
                leave_text(path, text, now)
            else:
                _leave(path, agent, brief.task, contains, item.get("min_bytes", 1), now)
            written.append(item["file"])
    return written


def concrete(pattern: str, task: str) -> str:
    """Return a file name that a glob matches."""
    name = pattern.replace("**/", "").replace("**", task.lower()).replace("*", task.lower())
    return re.sub(r"\[[^]]*\]", lambda found: found.group()[1], name).replace("?", "x")


def leave_text(path: Path, text: str, now: Moment) -> None:
    """Write a file, changed at policy time."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, text)
    os.utime(path, (now.wall, now.wall))


def _leave(path: Path, agent: str, task: str, contains: str, min_bytes: int, now: Moment) -> None:
    mark = MARKS.get(path.suffix, "")
    old = path.read_text(encoding="utf-8", errors="surrogateescape") if path.exists() else ""
    line = f"{mark}{task}: left by {agent}, a practice agent, at {now.policy:.1f}\n"
    text = f"{old}{line}"
    if contains and contains not in text:
        text += f"{contains}\n"
    while len(text.encode("utf-8", "surrogateescape")) < min_bytes:
        text += line
    leave_text(path, text, now)


def claim(documents: Sequence[Json], brief: Brief, row: str, kind: str, now: Moment) -> list[str]:
    """Put the word for `kind` (`done`, `blocked`, `working`) into the agent's own row; return what was written where.

    Only in documents that the brief names, and only a word that it names.
    """
    said = []
    for document in documents:
        word = brief.words.get(f"{document['name']}/{kind}", "")
        if document["name"] in brief.documents and word and _write_row(document, row, word, now):
            said.append(f"{document['file']}: {word}")
    return said


def _write_row(document: Json, row: str, word: str, now: Moment) -> bool:
    columns = document.get("columns", {})
    cells = {columns["status"]: word} if "status" in columns else {}
    if "updated" in columns:
        cells[columns["updated"]] = time.strftime("%H:%M", time.gmtime(now.wall))
    path = Path(document["path"])
    try:
        before = path.read_bytes()
    except OSError:
        return False
    text = before.decode("utf-8", "surrogateescape")
    after = edit_row(text, document["heading"], document["key"], row, cells)
    if after is None or not cells:
        return False
    if path.read_bytes() != before:  # somebody wrote meanwhile: read again, as an agent's edit tool does
        return _write_row(document, row, word, now)
    write_atomically(path, after)
    os.utime(path, (now.wall, now.wall))
    return True
