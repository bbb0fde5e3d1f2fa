"""`agent stop`: ends the pane of an agent, and says which processes live on.  Only what we started is ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from amp_fsm.cli.opening import open_with_terminal
from amp_fsm.cli.output import PARTIAL, print_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from amp_fsm.model.project import Project
    from amp_fsm.model.seen import Survivor
    from amp_fsm.ports import World

EXAMPLE = "\b\nExample:\n  amp-fsm pause my-team.yaml gemini && amp-fsm agent stop my-team.yaml gemini"

PATIENCE_SECONDS = 5.0
"""How long a program may take to end after its pane."""

STEP_SECONDS = 0.2


@click.command("stop", epilog=EXAMPLE, short_help="End an agent's program and name what survives.")
@click.argument("config")
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="Print the answer as one JSON document.")
def command(config: str, name: str, as_json: bool) -> None:
    """End the program of agent NAME with its pane, if amp-fsm started it; the next pass starts it anew unless paused.

    Some programs live on without their pane: they are named with their process ids, and the exit code is 4.
    """
    from amp_fsm.cli.subjects import find

    project, world = open_with_terminal(config)
    address = find(name, (agent.address for agent in project.agents.values()))
    pane = _stop(project, world, address)
    left = _left(project, world, address).get(address, ())
    if as_json:
        listed = [{"pid": one.pid, "name": one.name} for one in left]
        print_json({"address": address, "pane": pane, "survivors": listed})
    else:
        click.echo(f"{address}: pane {pane} ended")
        for one in left:
            click.echo(f"  process {one.pid} ({one.name}) lives on; end it: kill {one.pid}")
    raise SystemExit(PARTIAL if left else 0)


def _stop(project: Project, world: World, address: str) -> str:
    from amp_fsm.engine.look import survey_of
    from amp_fsm.errors import NotPossibleError
    from amp_fsm.model.panes import resolve_panes
    from amp_fsm.model.seen import Failed

    with world.store.lock():
        survey = survey_of(project, world.terminal)
        if isinstance(survey, Failed):
            raise NotPossibleError(survey.reason)
        pane = resolve_panes(project, survey).get(address)
        if pane is None:
            raise NotPossibleError(f"{address} has no pane")
        effect = world.terminal.stop(pane.ref, f"{project.name}/{address}")
    if not effect.happened:
        raise NotPossibleError(f"pane {pane.ref.pane} of {address} was not ended: {effect.reason}")
    return pane.ref.pane


def _left(project: Project, world: World, address: str) -> Mapping[str, tuple[Survivor, ...]]:
    """Return what lives on, once everything had time to end."""
    from amp_fsm.engine.look import survey_of, survivors_of

    waited = 0.0
    while left := survivors_of(project, world.runner, survey_of(project, world.terminal), (address,)):
        if waited >= PATIENCE_SECONDS:
            break
        world.clock.settle(STEP_SECONDS)
        waited += STEP_SECONDS
    return left
