"""`task add`: one more task, written into a YAML file of the configuration."""

from __future__ import annotations

import os
from typing import Any

import click

from amp_fsm.cli.of_task.fields import given, task_options
from amp_fsm.cli.output import print_json

EXAMPLE = "\b\nExample:\n  amp-fsm task add my-team.yaml TASK-19 --into tasks.yaml --kind code --title 'Add orders'"


@click.command("add", epilog=EXAMPLE, short_help="Add a task to a YAML file of the configuration.")
@click.argument("config")
@click.argument("task_id", metavar="[ID]", default="")
@click.option("--into", default="", metavar="FILE", help="The file that gets it; CONFIG itself by default.")
@task_options
@click.option("--json", "as_json", is_flag=True, help="Print the answer as one JSON document.")
def command(config: str, task_id: str, into: str, as_json: bool, **options: Any) -> None:
    """Add task ID at the end of the tasks of FILE; comments and layout stay.  Without ID it gets the next number.

    Nothing is written if the configuration could not be used afterwards: the problems are those of `validate`.
    """
    from amp_fsm.cli.of_task.yaml_files import file_named, loaded, taken_ids
    from amp_fsm.config.yaml_edit import add_item
    from amp_fsm.errors import NotPossibleError, StaleFileError
    from amp_fsm.model.task_ids import next_id
    from amp_fsm.world.config_edit import write_edited

    files, project = loaded(config)
    taken = taken_ids(project)
    task_id = task_id or next_id(project.task_ids, taken)
    if taken.get(task_id):
        message = f"there is a task {task_id} already: {taken[task_id]}"
        raise NotPossibleError(message, hint="change it with `task edit`")
    file = file_named(files, into or config)
    before = file.data.decode()
    item = {"id": task_id, **given(options)}

    def still_free() -> None:
        if taken_ids(project).get(task_id):  # a proposal was queued under it meanwhile
            raise StaleFileError(
                f"{task_id} was given to another task meanwhile: nothing was written", hint="try again"
            )

    text = add_item(before, "tasks", item)
    write_edited(config, os.environ, file.name, before, text, just_before=still_free)
    if as_json:
        print_json({"address": f"task/{task_id}", "file": file.name, "added": item})
    else:
        click.echo(f"task/{task_id} added to {file.name}")
