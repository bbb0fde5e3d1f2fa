"""`task retry`: a task that failed or was cancelled comes back into the queue, as if nobody had had it."""

from __future__ import annotations

import click

EXAMPLE = "\b\nExample:\n  amp-fsm task retry my-team.yaml TASK-PO-018"


@click.command("retry", epilog=EXAMPLE, short_help="Bring a failed or cancelled task back into the queue.")
@click.argument("config")
@click.argument("task_id", metavar="ID")
@click.option("--json", "as_json", is_flag=True, help="Print the answer as one JSON document.")
def command(config: str, task_id: str, as_json: bool) -> None:
    """Bring task ID back into the queue, with none of its attempts and refusals counted any more.

    While another process holds the project the request is left for it.
    """
    from amp_fsm.cli.of_task.asking import ask_of_task
    from amp_fsm.engine.requests import RETRY

    ask_of_task(config, task_id, RETRY, "", as_json=as_json, done="is tried anew")
