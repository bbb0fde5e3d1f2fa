"""`task diff`: what a task changed in its worktree.  Changes nothing."""

from __future__ import annotations

import click

from amp_fsm.cli.opening import open_recorded

EXAMPLE = "\b\nExample:\n  amp-fsm task diff my-team.yaml TASK-PO-018"


@click.command("diff", epilog=EXAMPLE, short_help="Show what a task changed in its worktree.")
@click.argument("config")
@click.argument("task_id", metavar="ID")
def command(config: str, task_id: str) -> None:
    """Show what task ID changed since its branch left the root's: committed, not committed, and new files."""
    from amp_fsm.cli.of_task.told import find_task
    from amp_fsm.errors import WorkspaceError

    project, world = open_recorded(config)
    workspace = project.workspace(find_task(project, task_id))
    if workspace is None or world.repository is None:
        message = f"{task_id} is worked on in {project.root}, not in a worktree"
        raise WorkspaceError(message, hint="see `workspace` in docs/config.md")
    click.echo(world.repository.diff(workspace), nl=False)
