"""`task cancel`: a task is no longer wanted; those that need it are parked, or cancelled with it."""

from __future__ import annotations

import click

EXAMPLE = "\b\nExample:\n  amp-fsm task cancel my-team.yaml TASK-PO-018 --dependents cancel"


@click.command("cancel", epilog=EXAMPLE, short_help="Cancel a task, and with it those that need it if you say so.")
@click.argument("config")
@click.argument("task_id", metavar="ID")
@click.option(
    "--dependents",
    type=click.Choice(["park", "cancel"]),
    default="park",
    show_default=True,
    help="Tasks that need it wait in BLOCKED, or are cancelled too.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the answer as one JSON document.")
def command(config: str, task_id: str, dependents: str, as_json: bool) -> None:
    """Cancel task ID.  An agent that holds it is not stopped: its turn goes on until it ends.

    While another process holds the project the request is left for it.
    """
    from amp_fsm.cli.of_task.asking import ask_of_task
    from amp_fsm.engine.requests import CANCEL

    ask_of_task(config, task_id, CANCEL, dependents, as_json=as_json, done="is cancelled")
