"""`task edit`: keys of a task set where they are written; every other byte of the file stays as it is."""

from __future__ import annotations

import os
from typing import Any

import click

from amp_fsm.cli.of_task.fields import given, task_options
from amp_fsm.cli.output import print_json

EXAMPLE = "\b\nExample:\n  amp-fsm task edit my-team.yaml TASK-PO-018 --priority HIGH --deadline 4h"


@click.command("edit", epilog=EXAMPLE, short_help="Set keys of a task in the YAML file that holds it.")
@click.argument("config")
@click.argument("task_id", metavar="ID")
@task_options
@click.option("--json", "as_json", is_flag=True, help="Print the answer as one JSON document.")
def command(config: str, task_id: str, as_json: bool, **options: Any) -> None:
    """Set keys of task ID where it is written; comments and layout stay.  `--brief` adds to the brief.

    Nothing is written if the configuration could not be used afterwards.
    """
    from amp_fsm.cli.of_task.told import find_task
    from amp_fsm.cli.of_task.yaml_files import file_of, loaded, with_recorded
    from amp_fsm.config.yaml_edit import set_keys
    from amp_fsm.world.config_edit import write_edited

    values = given(options)
    if not values:
        raise click.UsageError("say what to change, for example --priority HIGH")
    files, project = loaded(config)
    task = find_task(with_recorded(project), task_id)
    file, item = file_of(files, task.id)
    if "brief" in values:
        values["brief"] = {**item.get("brief", {}), **dict(options["brief"])}
    before = file.data.decode()
    text = set_keys(before, "tasks", task.id, values)
    write_edited(config, os.environ, file.name, before, text)
    if as_json:
        print_json({"address": task.address, "file": file.name, "set": values})
    else:
        click.echo(f"{task.address}: {', '.join(values)} set in {file.name}")
