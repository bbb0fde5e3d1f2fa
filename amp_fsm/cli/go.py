"""`go`: ends what `pause` began."""

from __future__ import annotations

from pathlib import Path

import click

from amp_fsm.cli.opening import open_project
from amp_fsm.cli.output import print_json
from amp_fsm.cli.pause import EVERYTHING, held_text, who

EXAMPLE = "\b\nExample:\n  amp-fsm go my-team.yaml"


@click.command("go", epilog=EXAMPLE, short_help="End what `pause` began.")
@click.argument("config")
@click.argument("agent", required=False, default=EVERYTHING)
@click.option("--json", "as_json", is_flag=True, help="Print who is still held as one JSON document.")
def command(config: str, agent: str, as_json: bool) -> None:
    """End what `pause CONFIG`, or `pause CONFIG AGENT`, began.

    A file STOP in the store's folder stays until a person removes it.
    """
    from amp_fsm.engine.rouse import rouse_if_possible

    project, world = open_project(config)
    world.store.go(who(project, agent))
    rouse_if_possible(project, world)
    held = world.store.held()
    if as_json:
        print_json({"held": sorted(held)})
        return
    click.echo(held_text(held))
    stop = Path(project.store) / "STOP"
    if EVERYTHING in held and stop.exists():
        click.echo(f"next: rm {stop}")
