"""`task show`: all that is recorded and configured of one task, and what happened to it last.  Changes nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import click

from amp_fsm.cli.opening import open_recorded
from amp_fsm.cli.output import local_time, print_json

if TYPE_CHECKING:
    from amp_fsm.model.project import TaskSpec
    from amp_fsm.model.record import Record

EXAMPLE = "\b\nExample:\n  amp-fsm task show my-team.yaml TASK-PO-018"
LAST_ENTRIES = 8


@click.command("show", epilog=EXAMPLE, short_help="Show all that is known of a task.")
@click.argument("config")
@click.argument("task_id", metavar="ID")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def command(config: str, task_id: str, as_json: bool) -> None:
    """Show what is configured and recorded of task ID, what needs it, and the last things that happened to it."""
    from amp_fsm.cli.of_task.told import find_task, task_json
    from amp_fsm.plan.queue import needing

    project, world = open_recorded(config)
    record, task = world.store.load(), find_task(project, task_id)
    said = task_json(project, record, task) | {"needed_by": list(needing(project, task.id))}
    said |= {"brief": dict(task.brief), "last_verdict": _verdict(record, task) or None}
    if as_json:
        print_json(said)
        return
    click.echo("\n".join(_lines(said)))
    for entry in world.store.history(task.address)[-LAST_ENTRIES:]:
        click.echo(f"  {local_time(entry.at)}  {entry.kind}  {entry.text}")


def _verdict(record: Record, task: TaskSpec) -> str:
    return next((one.verdict_text for one in record.assignments.values() if one.task == task.id), "")


def _lines(said: Mapping[str, object]) -> Iterator[str]:
    yield f"{said['id']}  {said['state'] or '-'}  {said['title']}"
    for name, value in said.items():
        if name in ("id", "state", "title") or value in (None, "", [], {}, 0):
            continue
        text = _text(value)
        lines = text.splitlines() or [""]
        yield f"  {name:<13} {lines[0]}"
        yield from (f"  {'':<13} {line}" for line in lines[1:])


def _text(value: object) -> str:
    if isinstance(value, Mapping):
        return "\n".join(f"{key}: {_text(item)}" for key, item in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(str(item) for item in value)
    return f"{value:g}" if isinstance(value, float) else str(value)
