"""`task list`: the queue as it is recorded, with what it is thought to take.  Looks at nothing but the store."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import click

from amp_fsm.cli.opening import open_recorded
from amp_fsm.cli.output import one_line, print_json, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from amp_fsm.model.project import Project, TaskSpec
    from amp_fsm.model.record import Record

EXAMPLE = "\b\nExample:\n  amp-fsm task list my-team.yaml --state PENDING --state BLOCKED"
HEAD = ("task", "state", "priority", "min", "deadline", "held by", "needs", "title")


@click.command("list", epilog=EXAMPLE, short_help="List the tasks, how they stand and how long they may take.")
@click.argument("config")
@click.option("--state", "states", multiple=True, metavar="STATE", help="Only tasks in this state; may be repeated.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def command(config: str, states: tuple[str, ...], as_json: bool) -> None:
    """List the tasks in the order of the configuration, as they are recorded."""
    from amp_fsm.cli.of_task.told import state_of, task_json

    project, world = open_recorded(config)
    record = world.store.load()
    wanted = [task for task in project.tasks.values() if not states or state_of(record, task) in states]
    if as_json:
        sums = {"minutes": sum(task.minutes for task in wanted), "minutes_left": minutes_left(record, wanted)}
        print_json({"tasks": [task_json(project, record, task) for task in wanted], **sums})
    else:
        click.echo(list_text(project, record, wanted))


def minutes_left(record: Record, tasks: Sequence[TaskSpec]) -> float:
    """Return how long the tasks that are not settled are thought to take."""
    from amp_fsm.cli.of_task.told import SETTLED, state_of

    return sum(task.minutes for task in tasks if state_of(record, task) not in SETTLED)


def list_text(project: Project, record: Record, tasks: Sequence[TaskSpec]) -> str:
    """Return the table, and under it how many tasks are in each state and what is left to do."""
    from amp_fsm.cli.of_task.told import state_of

    rows = table(HEAD, (_row(project, record, task) for task in tasks))
    states = Counter(state_of(record, task) for task in tasks)
    counted = ", ".join(f"{count} {state}" for state, count in states.items())
    unsaid = sum(not task.minutes for task in tasks)
    left = f"{minutes_left(record, tasks):.0f}m left of {sum(task.minutes for task in tasks):.0f}m estimated"
    if unsaid:
        left += f" ({unsaid} without an estimate)"
    return f"{rows}\n\n  {counted}; {left}" if rows else "  no tasks"


def _is_met(project: Project, record: Record, need: str) -> bool:
    from amp_fsm.cli.of_task.told import state_of

    return need in project.tasks and state_of(record, project.tasks[need]) == "COMPLETED"


def _row(project: Project, record: Record, task: TaskSpec) -> list[str]:
    from amp_fsm.cli.of_task.told import deadline_text, state_of
    from amp_fsm.cli.status import other_half

    open_needs = [need for need in task.needs if not _is_met(project, record, need)]
    return [
        task.id,
        state_of(record, task),
        str(task.priority),
        f"{task.minutes:.0f}" if task.minutes else "-",
        deadline_text(record, task) or "-",
        other_half(record, "task", task.id) or "-",
        ", ".join(open_needs) or "-",
        one_line(task.title),
    ]
