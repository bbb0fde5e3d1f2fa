"""Tasks as hand-over files have them: a section per task under way, a numbered list of those that remain.  Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from amp_fsm.observe.fold import bare_name, fold
from amp_fsm.observe.markdown_lines import Line, read_prose

_ID = r"(?P<id>[A-Za-z][A-Za-z0-9]*(?:[-_.][A-Za-z0-9]+)+)"
_HEADING = re.compile(r" {0,3}#{1,6}\s+(?P<text>.*)")
_TASK = re.compile(rf"[^\w`]*{_ID}[*`]*\s+[-\u2013\u2014:]\s+(?P<title>\S.*)")
_FIELD = re.compile(r"\s*[-*+]\s+\**(?P<key>[^:*]+?)\**\s*:\**\s*(?P<value>.*)")
_NUMBERED = re.compile(r"\s*\d+[.)]\s+(?P<text>.*)")
_AGENT = re.compile(
    r"\s+[-\u2013\u2014]\s+(?:recommended agent|agent recommand\S*)\s*:\s*(?P<agent>[\w.-]+).*", re.IGNORECASE
)
_NEEDS = re.compile(r"\s+[-\u2013\u2014]\s+(?:needs|apr\S+s)\s+(?P<needs>[\w.,\s-]+)$", re.IGNORECASE)
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One task: of a section its fields by folded name; of a list the priority is that of its heading."""

    id: str
    title: str
    line: int
    agent: str = ""
    status: str = ""
    priority: str = ""
    needs: tuple[str, ...] = ()


def read_sections(text: str) -> Iterator[Section]:
    """Yield the tasks of a document, in order.  A heading without an agent or a status under it is no task."""
    heading, lines = "", read_prose(text)
    for place, line in enumerate(lines):
        above = _HEADING.fullmatch(line.text)
        if above is not None:
            heading = above["text"]
            found = _under(heading, lines[place + 1 :], line)
            if found is not None:
                yield found
            continue
        numbered = _NUMBERED.fullmatch(line.text)
        task = _TASK.fullmatch(numbered["text"]) if numbered is not None else None
        if task is not None:
            yield _listed(task, line, heading)


def _under(heading: str, below: tuple[Line, ...], line: Line) -> Section | None:
    task = _TASK.fullmatch(heading)
    if task is None:
        return None
    fields: dict[str, str] = {}
    for one in below:
        if _HEADING.fullmatch(one.text):
            break
        said = _FIELD.fullmatch(one.text)
        if said is not None:
            fields.setdefault(fold(said["key"]), said["value"])
    status = fields.get("status", fields.get("statut", fields.get("etat")))
    if "agent" not in fields and status is None:
        return None
    agent = bare_name(fields.get("agent", "").partition("(")[0])
    return Section(id=task["id"], title=_plain(task["title"]), line=line.number, agent=agent, status=status or "")


def _listed(task: re.Match[str], line: Line, heading: str) -> Section:
    title, needs, agent = task["title"], (), ""
    wants = _NEEDS.search(title)
    if wants is not None:
        needs, title = tuple(re.findall(r"[\w.-]+", wants["needs"])), title[: wants.start()]
    wished = _AGENT.search(title)
    if wished is not None:
        agent, title = wished["agent"], title[: wished.start()]
    priority = next((word for word in fold(heading).split() if word in _URGENT), "")
    return Section(
        id=task["id"], title=_plain(title), line=line.number, agent=bare_name(agent), priority=priority, needs=needs
    )


_URGENT = frozenset({"haute", "moyenne", "basse", "high", "medium", "low"})


def _plain(text: str) -> str:
    return _ESCAPED.sub(r"\1", text).strip()
