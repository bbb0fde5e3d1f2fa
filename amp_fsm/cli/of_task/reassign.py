"""`task reassign`: a task is taken from an agent that cannot go on with it, or kept for one that shall have it."""

from __future__ import annotations

import click

EXAMPLE = "\b\nExample:\n  amp-fsm task reassign my-team.yaml TASK-PO-018 --to amp"


@click.command("reassign", epilog=EXAMPLE, short_help="Take a task from an agent whose program is gone.")
@click.argument("config")
@click.argument("task_id", metavar="ID")
@click.option("--to", default="", metavar="AGENT", help="Who shall have it; anybody else by default.")
@click.option("--json", "as_json", is_flag=True, help="Print the answer as one JSON document.")
def command(config: str, task_id: str, to: str, as_json: bool) -> None:
    """Take task ID from its holder, whose program must be gone: two agents on the same files are worse than a wait.

    A task that nobody holds is kept for AGENT.  While another process holds the project the request is left for it.
    """
    from amp_fsm.cli.of_task.asking import ask_of_task
    from amp_fsm.engine.requests import REASSIGN

    done = f"is kept for {to}" if to else "is free for another"
    ask_of_task(config, task_id, REASSIGN, to, as_json=as_json, done=done)
