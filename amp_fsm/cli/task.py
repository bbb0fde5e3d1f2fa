"""`task`: the operator's hands on the queue.  A table of commands; each is a file of `of_task`."""

from __future__ import annotations

import click

from amp_fsm.cli.lazy import LazyGroup

COMMANDS = {
    "list": "List the tasks, how they stand and how long they may take.",
    "show": "Show all that is known of a task.",
    "add": "Add a task to a YAML file of the configuration.",
    "edit": "Set keys of a task in the YAML file that holds it.",
    "import": "Take over the tasks of a JSON queue or of Markdown tables.",
    "diff": "Show what a task changed in its worktree.",
    "approve": "Let a task that was proposed into the queue.",
    "retry": "Bring a failed or cancelled task back into the queue.",
    "cancel": "Cancel a task, and with it those that need it if you say so.",
    "reassign": "Take a task from an agent whose program is gone.",
}

EXAMPLE = "\b\nExample:\n  amp-fsm task list my-team.yaml\n  amp-fsm task retry my-team.yaml TASK-7"


@click.group("task", cls=LazyGroup, table=COMMANDS, module="amp_fsm.cli.of_task", epilog=EXAMPLE)
def command() -> None:
    """Show the queue and change it."""
