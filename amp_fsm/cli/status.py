"""`status`: where everything stands, as it is recorded.  Looks at the store, and at the age of the documents."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NoReturn

import click

from amp_fsm.cli.of_documents import DocumentsNow, documents_json, documents_now, documents_text
from amp_fsm.cli.of_rules import rules_json, rules_now, rules_text
from amp_fsm.cli.of_usage import spent_json, usage_json, usage_text
from amp_fsm.cli.opening import open_project
from amp_fsm.cli.output import DurationParam, local_time, one_line, print_json, table

if TYPE_CHECKING:
    from amp_fsm.model.project import AgentSpec, Project, ServiceSpec, TaskSpec
    from amp_fsm.model.record import Record
    from amp_fsm.plan.golden_rules import GoldenRule
    from amp_fsm.ports import World

NO_DOCUMENTS = DocumentsNow()
EXAMPLE = "\b\nExample:\n  amp-fsm status my-team.yaml --watch"


@click.command("status", epilog=EXAMPLE, short_help="Show agents, tasks, services and open intents.")
@click.argument("config")
@click.option("--watch", is_flag=True, help="Show it anew whenever it changed, until Ctrl-C.")
@click.option("--interval", type=DurationParam(), default=2.0, metavar="D", help="With --watch: how often to look.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def command(config: str, watch: bool, interval: float, as_json: bool) -> None:
    """Show agents, tasks, services, open intents and the last pass, as they are recorded.

    Asks neither tmux nor any agent: `plan` looks at what is so right now.
    """
    from amp_fsm.model.desired import desired

    if watch and as_json:
        raise click.UsageError("--watch and --json exclude each other")
    project, world = open_project(config)
    if watch:
        _watch(project, world, config, interval)
    record = world.store.load()
    project = desired(project, record)
    rules, documents = rules_now(project, record, world), documents_now(project, record, world)
    if as_json:
        print_json(status_json(project, record, config, rules, documents))
    else:
        click.echo(status_text(project, record, config, rules, documents), nl=False)


def _watch(project: Project, world: World, config: str, interval: float) -> NoReturn:
    from amp_fsm.model.desired import desired

    shown = ""
    while True:
        record = world.store.load()
        wanted = desired(project, record)
        rules, documents = rules_now(wanted, record, world), documents_now(wanted, record, world)
        text = status_text(wanted, record, config, rules, documents)
        if text != shown:
            click.clear()  # a terminal; anything else gets one after the other
            click.echo(text if sys.stdout.isatty() else f"{text}\n", nl=False)
            sys.stdout.flush()
        shown = text
        world.clock.pause(interval)


def status_text(
    project: Project,
    record: Record,
    config: str,
    rules: Sequence[GoldenRule] = (),
    documents: DocumentsNow = NO_DOCUMENTS,
) -> str:
    """Return where everything stands as text."""
    from amp_fsm.cli.pause import held_text
    from amp_fsm.plan.leading import lead_now

    last = f"last pass {local_time(record.reading.wall)}" if record.reading is not None else "no pass yet"
    parts = [f"{project.name}   serial {record.serial}   {last}   {held_text(record.paused)}"]
    lead = lead_now(project, record)
    if lead.agent:
        parts.append(f"lead: {lead.text}")
    for kind, of_kind, head in (
        ("agents", project.agents, ("agent", "state", "since", "task", "screen", "held up by", "why")),
        ("tasks", project.tasks, ("task", "state", "since", "held by", "", "", "why")),
        ("services", project.services, ("service", "state", "since", "", "", "", "why")),
    ):
        rows = [_row(project, record, spec) for spec in of_kind.values()]
        shown = [column for column, title in enumerate(head) if title]
        told = table([head[column] for column in shown], [[row[column] for column in shown] for row in rows])
        parts.append(told or f"  no {kind}")
    parts += [t for t in (usage_text(project, record), rules_text(rules), documents_text(documents)) if t]
    parts += [f"  {text}" for text in _intents(record, config)]
    return "\n\n".join(parts) + "\n"


def _row(project: Project, record: Record, spec: AgentSpec | ServiceSpec | TaskSpec) -> list[str]:
    subject = record.subjects.get(spec.address)
    kind, _, name = spec.address.partition("/")
    sample = record.samples.get(name) if kind == "agent" else None
    return [
        name,
        _state(record, spec),
        local_time(subject.since_wall) if subject is not None else "-",
        other_half(record, kind, name) or "-",
        sample.state or "-" if sample is not None else "-",
        _held_up_by(project, record, name) or "-" if kind == "agent" else "",
        one_line(_why(record, spec)),
    ]


def _state(record: Record, spec: AgentSpec | ServiceSpec | TaskSpec) -> str:
    from amp_fsm.cli.of_task.told import state_of
    from amp_fsm.model.project import TaskSpec

    if isinstance(spec, TaskSpec):
        return state_of(record, spec)
    subject = record.subjects.get(spec.address)
    return subject.state if subject is not None else "-"


def _why(record: Record, spec: AgentSpec | ServiceSpec | TaskSpec) -> str:
    from amp_fsm.model.project import TaskSpec

    subject = record.subjects.get(spec.address)
    held = spec.held if isinstance(spec, TaskSpec) else ""
    return held or (subject.because if subject is not None else "not seen yet")


def _held_up_by(project: Project, record: Record, name: str) -> str | None:
    from amp_fsm.plan.blockage import blockage_of

    found = blockage_of(project, record, project.agents[name])
    return str(found) if found is not None else None


def other_half(record: Record, kind: str, name: str) -> str:
    """Return the task that an agent holds, or the agent that holds a task; empty for none."""
    for held in record.assignments.values():
        if kind == "agent" and held.agent == name:
            return held.task
        if kind == "task" and held.task == name:
            return held.agent
    return ""


def _intents(record: Record, config: str) -> Iterator[str]:
    from amp_fsm.cli.passes import resolve_command
    from amp_fsm.model.record import IntentStatus

    for intent in record.intents.values():
        note = f": {intent.note}" if intent.note else ""
        what = f"{intent.action.verb} {intent.action.what}".strip()
        line = f"intent {intent.id} of {intent.address}, {what}, is {intent.status}{note}"
        if intent.status is IntentStatus.UNKNOWN:
            line += f"\n    next: {resolve_command(config, intent)}"
        yield line


def status_json(
    project: Project,
    record: Record,
    config: str,
    rules: Sequence[GoldenRule] = (),
    documents: DocumentsNow = NO_DOCUMENTS,
) -> dict[str, object]:
    """Return where everything stands as JSON-ready values."""
    from amp_fsm.cli.passes import intent_json, resolve_command, unknown_intents
    from amp_fsm.plan.as_json import timestamp

    unknown = {intent.id for intent in unknown_intents(record)}
    return {
        "project": project.name,
        "lineage": record.lineage,
        "serial": record.serial,
        "last_pass": timestamp(record.reading.wall) if record.reading is not None else None,
        "held": sorted(record.paused),
        "lead": _lead_json(project, record),
        "agents": [_subject_json(project, record, spec) for spec in project.agents.values()],
        "tasks": [_subject_json(project, record, spec) for spec in project.tasks.values()],
        "services": [_subject_json(project, record, spec) for spec in project.services.values()],
        "golden_rules": rules_json(rules),
        "documents": documents_json(documents.states),
        "document_problems": list(documents.problems),
        "intents": [
            {**intent_json(intent), "resolve": resolve_command(config, intent) if intent.id in unknown else None}
            for intent in record.intents.values()
        ],
    }


def _lead_json(project: Project, record: Record) -> dict[str, object] | None:
    from amp_fsm.plan.leading import lead_now

    lead = lead_now(project, record)
    if not lead.agent:
        return None
    said = {"agent": lead.agent, "vacant": lead.vacant or None, "to": lead.taker or None, "errand": lead.errand or None}
    return {**said, "stranded": lead.stranded}


def _subject_json(project: Project, record: Record, spec: AgentSpec | ServiceSpec | TaskSpec) -> dict[str, object]:
    from amp_fsm.plan.as_json import timestamp

    subject = record.subjects.get(spec.address)
    kind, _, name = spec.address.partition("/")
    said: dict[str, object] = {
        "address": spec.address,
        "state": subject.state if subject is not None else None,
        "since": timestamp(subject.since_wall) if subject is not None else None,
        "because": subject.because if subject is not None else "not seen yet",
    }
    if kind == "agent":
        sample = record.samples.get(name)
        said |= {"task": other_half(record, kind, name) or None, "screen": sample.state if sample else None}
        said["evidence"] = sample.evidence if sample else None
        said["blockage"] = _held_up_by(project, record, name)
        said["usage"] = usage_json(record, name)
    if kind == "task":
        said |= {"agent": other_half(record, kind, name) or None, "attempts": record.attempts.get(name, 0)}
    if kind in ("agent", "task"):
        said["spent"] = spent_json(record, spec.address)
    return said
