"""`poke`: makes whoever watches look at once."""

from __future__ import annotations

import sys
from shlex import join

import click

from amp_fsm.cli.opening import open_project
from amp_fsm.cli.output import PARTIAL, print_json

EXAMPLE = "\b\nExample:\n  amp-fsm poke my-team.yaml"


@click.command("poke", epilog=EXAMPLE, short_help="Make whoever watches CONFIG look at once.")
@click.argument("config")
@click.option("--json", "as_json", is_flag=True, help="Print who watches as one JSON document.")
def command(config: str, as_json: bool) -> None:
    """Make the process that watches CONFIG look at once, and say which one that is.

    Exit code 4: no process works on this project.
    """
    from amp_fsm.engine.rouse import rouse

    project, world = open_project(config)
    holder = rouse(project, world)
    if as_json:
        print_json({"holder": holder})
    elif holder:
        click.echo(f"poked: {holder}")
    else:
        click.echo(f"nobody watches {project.name}")
        click.echo(f"next: {join(['amp-fsm', 'reconcile', config, '--watch'])}")
    sys.exit(0 if holder else PARTIAL)
