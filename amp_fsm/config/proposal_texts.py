"""What a proposed task may say at all: ids, titles, paths and texts that cannot mean something else.  Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

from amp_fsm.config.problems import Finding
from amp_fsm.model.errand import Errand
from amp_fsm.model.kind_brief import brief_of
from amp_fsm.model.project import Project

ID = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_-]|\.(?!\.)){0,63}")
ERRAND_IDS = tuple(f"{kind.replace('_', '-').upper()}-" for kind in Errand)
"""How the ids of errands begin."""

MOST_TITLE = 200
FORBIDDEN_FOLDERS = frozenset({".git", ".amp-fsm"})
_UNSHOWN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_IN_WORDS = frozenset("\u200c\u200d")
"""Joiners, which scripts and emoji need."""

Path = tuple[str | int, ...]


def lint_id(item: Mapping[str, Any], place: int) -> Iterator[Finding]:
    """Yield what is wrong with the id of a proposed task, if it names one."""
    name = item.get("id")
    if name is None:
        return
    path = ("tasks", place, "id")
    if not ID.fullmatch(name) or name.endswith((".", ".lock")):
        message = f"the id {_shown(name)} cannot be used"
        mend = "letters, digits, `-`, `_` and single dots, at most 64; or leave it out"
        yield Finding(code="E203", path=path, message=message, suggestion=mend)
    elif name.upper().startswith(ERRAND_IDS):
        message = f"ids that begin with {', '.join(ERRAND_IDS)} are amp-fsm's own"
        yield Finding(code="E203", path=path, message=message, suggestion="leave the id out")


def lint_texts(item: Mapping[str, Any], place: int, project: Project) -> Iterator[Finding]:
    """Yield texts that cannot be shown, paths that lead astray, and a brief that does not suit its kind's prompt."""
    for path, text in _strings(item, ("tasks", place)):
        yield from _unshowable(path, text, lines=path[2] == "brief")
    title = item["title"]
    if len(title) > MOST_TITLE or not title.strip():
        message = f"`title` has {len(title.strip())} characters, of 1 to {MOST_TITLE} that it may have"
        yield Finding(code="E203", path=("tasks", place, "title"), message=message)
    for number, said in enumerate(item.get("deliverables") or ()):
        file = said if isinstance(said, str) else said["file"]
        why = _astray(file, project)
        if why:
            message = f"the deliverable {_shown(file)} {why}"
            mend = "a path below the project's folder, such as docs/report.md"
            yield Finding(code="E203", path=("tasks", place, "deliverables", number), message=message, suggestion=mend)
    kind = project.kinds.get(item["kind"])
    if kind is not None:
        if not item.get("deliverables") and not kind.checks:
            message = "nothing tells when it is done: name `deliverables`"
            yield Finding(code="E202", path=("tasks", place), message=message, on="key")
        asked = brief_of(project.prompts.get(kind.prompt, ""))
        for key, value in (item.get("brief") or {}).items():
            if asked.get(key) and not isinstance(value, list):
                path = ("tasks", place, "brief", key)
                yield Finding(code="E203", path=path, message=f"`{key}` must be a list for the kind `{kind.name}`")


def _strings(node: object, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(node, Mapping):
        for key, value in node.items():
            yield (*path, key), str(key)
            yield from _strings(value, (*path, key))
    elif isinstance(node, list):
        for place, value in enumerate(node):
            yield from _strings(value, (*path, place))
    elif isinstance(node, str):
        yield path, node


def _unshowable(path: Path, text: str, *, lines: bool) -> Iterator[Finding]:
    allowed = "\n\t" if lines else ""
    for mark in text:
        if mark not in allowed and mark not in _IN_WORDS and unicodedata.category(mark) in _UNSHOWN:
            message = f"holds U+{ord(mark):04X}, which cannot be seen"
            yield Finding(code="E203", path=path, message=message, suggestion="write it without")
            return


def _astray(file: str, project: Project) -> str:
    """Return why a deliverable cannot be a file of the project; empty: it can."""
    parts = file.replace("\\", "/").split("/")
    if not file.strip() or file != file.strip():
        return "is no path"
    if file.startswith(("/", "~", "\\")) or re.match(r"[A-Za-z]:", file):
        return "is not relative to the project's folder"
    if ".." in parts:
        return "leads out of its folder"
    if any(part.casefold().rstrip(" .") in FORBIDDEN_FOLDERS for part in parts):
        return "is no work: it lies in a folder of git or of amp-fsm"
    own = (project.errands, project.proposals, project.store.removeprefix(f"{project.root}/"))
    inside = "/".join(part for part in parts if part not in ("", "."))
    if any(f"{inside}/".startswith(f"{folder}/") for folder in own):
        return "lies in a folder of amp-fsm's own"
    return ""


def _shown(text: str) -> str:
    return ascii(text if len(text) <= 80 else f"{text[:77]}...")
