"""`task approve`: a task that was proposed comes into the queue."""

from __future__ import annotations

import click

EXAMPLE = "\b\nExample:\n  amp-fsm task approve my-team.yaml TASK-PO-021"


@click.command("approve", epilog=EXAMPLE, short_help="Let a task that was proposed into the queue.")
@click.argument("config")
@click.argument("task_id", metavar="ID")
@click.option("--json", "as_json", is_flag=True, help="Print the answer as one JSON document.")
def command(config: str, task_id: str, as_json: bool) -> None:
    """Let task ID, which waits for it (`policies.proposals: review`), into the queue.  `task cancel` refuses it.

    While another process holds the project the request is left for it.
    """
    from amp_fsm.cli.of_task.asking import ask_of_task
    from amp_fsm.engine.requests import APPROVE

    ask_of_task(config, task_id, APPROVE, "", as_json=as_json, done="is approved")
