"""Tasks that people wrote down elsewhere: Markdown tables and sections, or the lists of a JSON queue.  Pure.

Whatever cannot be read is told with its place; nothing is guessed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from amp_fsm.observe.fold import bare_name, fold
from amp_fsm.observe.markdown_tables import Row, Table, read_tables
from amp_fsm.observe.task_sections import Section, read_sections

_ID = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:[-_.][A-Za-z0-9]+)+")
_DONE = re.compile(r"complete|done|termine|exists|finished|annule|cancel|✅")
_URGENCY = {
    **dict.fromkeys(("high", "haute", "urgent", "critical"), "HIGH"),
    **dict.fromkeys(("medium", "med", "moyenne", "normal"), "MEDIUM"),
    **dict.fromkeys(("low", "basse"), "LOW"),
}
_COLUMNS = {
    "id": ("id", "task id", "task_id", "tache id"),
    "title": ("tache", "task", "title", "titre", "description", "objective"),
    "agent": ("agent", "llm", "assigned to", "assigne a"),
    "priority": ("priorite", "priority"),
    "status": ("status", "statut", "etat"),
}
_KEYS = {
    "id": ("id", "task_id"),
    "title": ("title", "name", "description", "objective"),
    "agent": ("agent", "assigned_to", "assigned_agent"),
    "priority": ("priority",),
    "kind": ("kind", "type", "template"),
    "needs": ("needs", "depends_on", "dependencies"),
    "minutes": ("minutes", "estimated_minutes"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One task as it was written down; `done`: its list says that nothing is left to do."""

    id: str
    title: str
    place: str
    agent: str = ""
    kind: str = ""
    priority: str = ""
    needs: tuple[str, ...] = ()
    minutes: float = 0.0
    done: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """The tasks of a file in its order, and what could not be read, each with its place."""

    tasks: tuple[Listed, ...] = ()
    unread: tuple[str, ...] = field(default=())


def read_listing(text: str, name: str) -> Listing:
    """Return the tasks of a file called `name`: JSON if it begins so, else Markdown."""
    return _from_json(text, name) if text.lstrip("\ufeff \r\n\t")[:1] in ("{", "[") else _from_markdown(text, name)


def _from_markdown(text: str, name: str) -> Listing:
    tasks: list[Listed] = []
    unread: list[str] = []
    for table in read_tables(text):
        places = {key: place for key in _COLUMNS if (place := _column(table, key)) is not None}
        if "id" not in places or "title" not in places:
            continue
        for row in table.rows:
            found = _row(row, places, f"{name}:{row.line}")
            if found is None:
                unread.append(f"{name}:{row.line}: no task id and title in: {' | '.join(row.texts)}")
            else:
                tasks.append(found)
    sections = (_section(one, name) for one in read_sections(text))
    return Listing(tasks=(*tasks, *sections), unread=tuple(unread))


def _section(found: Section, name: str) -> Listed:
    return Listed(
        id=found.id,
        title=found.title,
        place=f"{name}:{found.line}",
        agent=found.agent,
        priority=_URGENCY.get(found.priority, ""),
        needs=found.needs,
        done=bool(_DONE.search(fold(found.status))),
    )


def _column(table: Table, key: str) -> int | None:
    found = (table.column(name) for name in _COLUMNS[key])
    return next((place for place in found if place is not None), None)


def _row(row: Row, places: Mapping[str, int], place: str) -> Listed | None:
    said = {key: row.texts[at] if at < len(row.texts) else "" for key, at in places.items()}
    if not _ID.fullmatch(said["id"].strip("*` ")) or not said["title"]:
        return None
    return Listed(
        id=said["id"].strip("*` "),
        title=said["title"],
        place=place,
        agent=bare_name(said.get("agent", "")),
        priority=_URGENCY.get(fold(said.get("priority", "")), ""),
        done=bool(_DONE.search(fold(said.get("status", "")))),
    )


def _from_json(text: str, name: str) -> Listing:
    try:
        whole = json.loads(text.lstrip("\ufeff"))
    except ValueError as error:
        return Listing(unread=(f"{name}: is no JSON: {error}",))
    queue = whole.get("task_queue", whole) if isinstance(whole, dict) else {"pending": whole}
    templates = whole.get("task_templates") if isinstance(whole, dict) else None
    tasks: list[Listed] = []
    unread: list[str] = []
    for state, place, item in _items(queue):
        found = _entry(item, state, f"{name}: {state}[{place}]", templates if isinstance(templates, dict) else {})
        if found is None:
            unread.append(f"{name}: {state}[{place}]: no task id and title in: {json.dumps(item)[:80]}")
        else:
            tasks.append(found)
    return Listing(tasks=tuple(tasks), unread=tuple(unread))


def _items(queue: object) -> Iterator[tuple[str, int, object]]:
    for state, items in queue.items() if isinstance(queue, dict) else ():
        if isinstance(items, list):
            for place, item in enumerate(items):
                yield str(state), place, item


def _entry(item: object, state: str, place: str, templates: Mapping[str, Any]) -> Listed | None:
    if not isinstance(item, dict):
        return None
    said = {key: next((item[name] for name in names if item.get(name)), None) for key, names in _KEYS.items()}
    if not _ID.fullmatch(str(said["id"])) or not isinstance(said["title"], str):
        return None
    template = templates.get(str(said["kind"]))
    usual = template if isinstance(template, dict) else {}
    minutes = said["minutes"] or usual.get("estimated_minutes") or 0
    needs = said["needs"] if isinstance(said["needs"], list) else []
    return Listed(
        id=str(said["id"]),
        title=" ".join(said["title"].split()),
        place=place,
        agent=bare_name(str(said["agent"] or usual.get("default_agent") or "")),
        kind=str(said["kind"] or ""),
        priority=_URGENCY.get(fold(str(said["priority"] or "")), ""),
        needs=tuple(str(need) for need in needs),
        minutes=float(minutes) if isinstance(minutes, int | float) else 0.0,
        done=bool(_DONE.search(fold(state))),
    )
