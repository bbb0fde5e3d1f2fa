"""Checks, kinds and tasks from plain data.  `config.proposals` builds proposed tasks by it too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from amp_fsm.config.builders.values import Tree, absolute_path, as_text, convert
from amp_fsm.config.durations import parse_duration
from amp_fsm.config.problems import Finding
from amp_fsm.model.project import CheckSpec, Deadline, Deliverable, KindSpec, Priority, TaskSpec
from amp_fsm.model.review import NOBODY, ReviewSpec
from amp_fsm.model.workspace import WorkspaceKind, WorktreesSpec

_PRIORITIES = {"HAUTE": "HIGH", "MOYENNE": "MEDIUM", "MED": "MEDIUM", "BASSE": "LOW"}


def build_check(name: str, data: Tree) -> CheckSpec:
    """Return one check."""
    return convert({**data, "name": name, "run": tuple(str(part) for part in data["run"])}, CheckSpec)


def build_kind(name: str, data: Tree) -> KindSpec:
    """Return one kind of task."""
    rest = {key: value for key, value in data.items() if key != "review"}
    return replace(convert({**rest, "name": name}, KindSpec), review=_review(data.get("review")))


def build_task(data: Tree, place: int, kinds: Mapping[str, KindSpec], findings: list[Finding]) -> TaskSpec:
    """Return the task that stands at `place` of the tasks; what is wrong with it is added to `findings`."""
    kind = kinds.get(data.get("kind", ""))
    priority = data.get("priority", "MEDIUM")
    return TaskSpec(
        id=data["id"],
        kind=data.get("kind", ""),
        title=data.get("title", data["id"]),
        priority=Priority(str(_PRIORITIES.get(priority, priority))),
        needs=tuple(data.get("needs") or ()),
        skills=_union(kind.skills if kind else (), data.get("skills")),
        prefer=tuple(data.get("prefer") or ()),
        avoid=tuple(data.get("avoid") or ()),
        exclusive=tuple(data.get("exclusive") or ()),
        deadline=_deadline(data.get("deadline"), place, findings),
        minutes=float(data.get("minutes", 0)),
        deliverables=tuple(_deliverable(item) for item in data.get("deliverables") or ()),
        checks=_union(kind.checks if kind else (), data.get("checks")),
        brief={key: _brief_value(value) for key, value in (data.get("brief") or {}).items()},
        order=place,
        workspace=_workspace(data, kind),
        review=_review(data["review"]) if "review" in data else kind.review if kind else None,
        machine=data.get("machine", "task"),
    )


def build_worktrees(data: Tree, root: str, home: str) -> WorktreesSpec:
    """Return how worktrees are made."""
    made = convert(data, WorktreesSpec)
    return replace(made, folder=absolute_path(made.folder, root, home)) if made.folder else made


def _deadline(said: object, place: int, findings: list[Finding]) -> Deadline | None:
    if said is None:
        return None
    after = parse_duration(said)
    if after is not None:
        return Deadline(after=after)
    try:
        datetime.fromisoformat(str(said))
    except ValueError:
        message = f"{said!r} is neither a moment nor a duration"
        mend = "for example: 2026-01-20T18:00, or 4h after the task came into the queue"
        findings.append(Finding(code="E205", path=("tasks", place, "deadline"), message=message, suggestion=mend))
        return None
    return Deadline(at=str(said))


def _review(data: Any) -> ReviewSpec | None:
    if data is None:
        return None
    made = ReviewSpec(by=data) if isinstance(data, str) else convert(data, ReviewSpec)
    return None if made.by == NOBODY else made


def _deliverable(data: Any) -> Deliverable:
    return Deliverable(file=data) if isinstance(data, str) else convert(data, Deliverable)


def _brief_value(value: object) -> str | tuple[str, ...]:
    return tuple(map(as_text, value)) if isinstance(value, list) else as_text(value)


def _workspace(data: Tree, kind: KindSpec | None) -> WorkspaceKind:
    if "workspace" in data:
        return WorkspaceKind(data["workspace"])
    return kind.workspace if kind else WorkspaceKind.SHARED


def _union(first: tuple[str, ...], second: list[str] | None) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*first, *(second or ()))))
