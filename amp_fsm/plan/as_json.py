"""A plan as one JSON document: the contract of `plan --json`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from amp_fsm.model.errand import AddedTask
from amp_fsm.model.facts import Fact
from amp_fsm.model.plan import Change, Plan
from amp_fsm.plan.render import preview, summary

FORMAT_VERSION = "1.0"
VALID_FOR = 600.0
"""Seconds for which a saved plan may be carried out."""


def render_json(plan: Plan, tool_version: str) -> dict[str, object]:
    """Return the plan as JSON-ready values.  Readers ignore unknown keys and refuse an unknown major version."""
    return {
        "format_version": FORMAT_VERSION,
        "tool_version": tool_version,
        "project": plan.project,
        "config": {"path": plan.source, "sha256": plan.digest},
        "lineage": plan.lineage,
        "serial": plan.serial,
        "observed_at": timestamp(plan.observed_at),
        "valid_until": timestamp(plan.observed_at + VALID_FOR),
        "complete": plan.complete,
        "subjects": [_subject(plan, address) for address in plan.subjects],
        "recoveries": [
            {
                "intent": step.intent.id,
                "address": step.intent.address,
                "verb": step.intent.action.verb,
                "status": step.intent.status,
                "recovery": step.recovery,
                "because": step.because,
            }
            for step in plan.steps
        ],
        "drift": [{"address": drift.address, "kind": drift.kind, "text": drift.text} for drift in plan.drift],
        "changes": [change_json(change) for change in plan.changes],
        "undetermined": [
            {
                "address": held.address,
                "state": held.state,
                "mark": held.mark,
                "text": held.text,
                "pending": held.pending,
            }
            for held in plan.held
        ],
        "summary": summary(plan),
        "diagnostics": [],
    }


def _subject(plan: Plan, address: str) -> dict[str, object]:
    subject = plan.subjects[address]
    return {
        "address": address,
        "state": subject.state,
        "entry": subject.entry,
        "since": timestamp(subject.since_wall),
        "facts": facts_json(plan.facts.get(address, {})),
    }


def facts_json(facts: Mapping[str, Fact]) -> list[dict[str, object]]:
    """Return facts as JSON-ready values, in the order of their names."""
    return [fact_json(facts[name]) for name in sorted(facts)]


def fact_json(fact: Fact) -> dict[str, object]:
    """Return one fact as JSON-ready values."""
    found: dict[str, object] = {
        "name": fact.name,
        "value": fact.truth,
        "source": fact.source,
        "evidence": fact.evidence,
        "at": timestamp(fact.at) if fact.at else None,
    }
    if fact.value:
        found["said"] = fact.value
    if fact.why is not None:
        found["why"] = fact.why
    return found


def change_json(change: Change) -> dict[str, object]:
    """Return one change as JSON-ready values."""
    said: dict[str, object] = {
        "address": change.address,
        "transition": change.cause,
        "from": change.before.state,
        "to": change.after.state,
        "because": change.because,
        "guard": change.guard,
        "facts": [fact_json(fact) for fact in change.facts],
        "assigns": change.opens.task if change.opens is not None else None,
        "releases": change.closes or None,
        "opens": [_opened(item) for item in change.adds],
        "actions": [
            {"intent": i.id, "verb": i.action.verb, "target": i.action.target, "preview": preview(i)}
            for i in change.intents
        ],
    }
    if change.judged:
        said["proposals"] = [
            {"file": one.file, "digest": one.digest, "tasks": [t.id for t in one.tasks], "problems": list(one.problems)}
            for one in change.judged
        ]
    return said


def _opened(item: AddedTask) -> dict[str, object]:
    files = [one.file for one in item.task.deliverables]
    return {
        "task": item.task.id,
        "title": item.task.title,
        "only": item.task.only or None,
        "deliverables": files,
        "waits": item.waits,
    }


def timestamp(wall: float) -> str:
    """Return a wall time as RFC 3339 in UTC, to the millisecond."""
    return datetime.fromtimestamp(wall, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
