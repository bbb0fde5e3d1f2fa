"""Saved plans: written by `plan --out`, carried out once by `reconcile --plan`, refused when anything moved on.

The unit is the change: what the fresh plan of that moment does not hold any more is skipped whole and said so.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from amp_fsm.engine.reconcile import PassResult, run_pass
from amp_fsm.errors import AmpFsmError, PlanStaleError
from amp_fsm.model.plan import Change, Plan
from amp_fsm.model.project import Project
from amp_fsm.model.record import Intent
from amp_fsm.plan.as_json import FORMAT_VERSION, render_json
from amp_fsm.ports import World

AGAIN = "make a new one with `amp-fsm plan CONFIG --out FILE`"


class SavedPlanError(AmpFsmError):
    """A saved plan cannot be written, or what was read is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedPlan:
    """A saved plan, as far as it is needed to carry it out.

    Attributes:
        config: digest of the configuration.  valid_until: on the wall clock.
        changes, steps: identity of each, to how it is called.
    """

    id: str
    config: str
    lineage: str
    serial: int
    valid_until: float
    changes: Mapping[Hashable, str]
    steps: Mapping[Hashable, str]


def save(plan: Plan, path: str, tool_version: str) -> str:
    """Write a plan to a file and return the id under which it can be used once.

    Raises:
        SavedPlanError: the file cannot be written.
    """
    document = {**render_json(plan, tool_version), "id": str(uuid4())}
    try:
        Path(path).write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", "utf-8")
    except OSError as error:
        raise SavedPlanError(f"the plan cannot be written to {path}: {error.strerror or error}") from error
    return str(document["id"])


def read(path: str) -> SavedPlan:
    """Return the saved plan in a file.

    Raises:
        SavedPlanError: there is no such file, or it holds something else.
        PlanStaleError: it is of another major version of the format.
    """
    try:
        document = json.loads(Path(path).read_bytes())
    except OSError as error:
        raise SavedPlanError(f"the plan {path} cannot be read: {error.strerror or error}") from error
    except ValueError as error:
        raise SavedPlanError(f"{path} is no saved plan: {error}", hint=AGAIN) from error
    version = document.get("format_version") if isinstance(document, dict) else None
    if isinstance(version, str) and version.partition(".")[0] != FORMAT_VERSION.partition(".")[0]:
        raise PlanStaleError(f"{path} has format {version}, and this program reads {FORMAT_VERSION}", hint=AGAIN)
    with suppress(KeyError, TypeError, ValueError):
        return _parsed(document)
    raise SavedPlanError(f"{path} is no saved plan: it was not written by `plan --out`", hint=AGAIN)


def _parsed(document: Mapping[str, Any]) -> SavedPlan:
    changes: dict[Hashable, str] = {
        (
            change["address"],
            change["transition"],
            change["from"],
            change["to"],
            change["assigns"] or "",
            change["releases"] or "",
            tuple(action["intent"] for action in change["actions"]),
            tuple(item["task"] for item in change.get("opens", ())),
            tuple(one["digest"] for one in change.get("proposals", ())),
        ): f"{change['address']} {change['transition']}"
        for change in document["changes"]
    }
    steps: dict[Hashable, str] = {
        (step["intent"], step["recovery"]): f"{step['address']} intent {step['intent']}"
        for step in document["recoveries"]
    }
    return SavedPlan(
        id=str(document["id"]),
        config=document["config"]["sha256"],
        lineage=document["lineage"],
        serial=int(document["serial"]),
        valid_until=datetime.fromisoformat(document["valid_until"]).timestamp(),
        changes=changes,
        steps=steps,
    )


def check(saved: SavedPlan, project: Project, world: World) -> None:
    """Refuse a saved plan that no longer fits.

    Raises:
        PlanStaleError: it was used, it expired, or the store, its serial or the configuration is another one.
    """
    record, wall = world.store.load(), world.clock.read().wall
    reasons = (
        (world.store.used(saved.id), "it was used before"),
        (wall > saved.valid_until, f"it expired {wall - saved.valid_until:.0f} s ago"),
        (saved.config != project.digest, f"the configuration {project.source} changed"),
        (saved.lineage != record.lineage, "it was made for another store"),
        (saved.serial != record.serial, f"the record moved on: serial {record.serial}, the plan's is {saved.serial}"),
    )
    reason = next((text for holds, text in reasons if holds), "")
    if reason:
        raise PlanStaleError(f"the saved plan is refused, nothing was done: {reason}", hint=AGAIN)


def carry_out(
    saved: SavedPlan,
    project: Project,
    world: World,
    *,
    lock_timeout: float = 0.0,
    on_plan: Callable[[Plan, float], None] = lambda plan, took: None,
    on_done: Callable[[Intent], None] = lambda intent: None,
) -> PassResult:
    """Carry out, under the lock and once, what a saved plan and a fresh one both hold.

    Raises:
        PlanStaleError: it no longer fits; nothing was done.
        ProjectLockedError: another process holds the project.
    """
    with world.store.lock(lock_timeout):
        check(saved, project, world)
        return run_pass(
            project,
            world,
            only=lambda fresh: narrowed(fresh, saved),
            uses_plan=saved.id,
            on_plan=on_plan,
            on_done=on_done,
        )


def narrowed(fresh: Plan, saved: SavedPlan) -> tuple[Plan, tuple[str, ...]]:
    """Return what a fresh plan and a saved one both hold, and in words what was left out."""
    changes = {change_key(change): change for change in fresh.changes}
    steps = {(step.intent.id, str(step.recovery)): step for step in fresh.steps}
    kept_changes = _whole_offers(fresh.changes, [change for key, change in changes.items() if key in saved.changes])
    kept_steps = tuple(step for key, step in steps.items() if key in saved.steps)
    kept = replace(fresh, changes=kept_changes, steps=kept_steps)
    gone = [name for key, name in saved.changes.items() if key not in changes]
    gone += [name for key, name in saved.steps.items() if key not in steps]
    left = [_called(change) for change in fresh.changes if change not in kept_changes]
    left += [f"{step.intent.address} intent {step.intent.id}" for step in fresh.steps if step not in kept_steps]
    return kept, (
        *(f"{name}: no longer as the saved plan has it" for name in gone),
        *(f"{name}: not as it is now in the saved plan" for name in left if name not in gone),
    )


def change_key(change: Change) -> Hashable:
    """Return what makes a change the same one: everything it does, and nothing of how it is told."""
    return (
        change.address,
        change.cause,
        change.before.state,
        change.after.state,
        change.opens.task if change.opens is not None else "",
        change.closes,
        tuple(intent.id for intent in change.intents),
        tuple(item.task.id for item in change.adds),
        tuple(one.digest for one in change.judged),
    )


def _called(change: Change) -> str:
    return f"{change.address} {change.cause}"


def _whole_offers(fresh: Sequence[Change], kept: Sequence[Change]) -> tuple[Change, ...]:
    """Return the changes without those whose other half is not kept: an assignment moves both subjects or none."""
    moving, staying = {change.address for change in fresh}, {change.address for change in kept}
    halved: set[str] = set()
    for change in fresh:
        if change.opens is not None:
            halves = {change.address, f"task/{change.opens.task}"}
            if not halves & moving <= staying:
                halved |= halves
    return tuple(change for change in kept if change.address not in halved)
