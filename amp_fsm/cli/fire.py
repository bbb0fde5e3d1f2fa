"""`fire`: a manual transition that the operator asks for.  Checks the names, leaves the request, prints the answer."""

from __future__ import annotations

from shlex import join
from typing import TYPE_CHECKING

import click

from amp_fsm.cli.opening import open_recorded
from amp_fsm.cli.output import print_json

if TYPE_CHECKING:
    from amp_fsm.model.project import Project

EXAMPLE = "\b\nExample:\n  amp-fsm fire my-team.yaml codex give_back"


@click.command("fire", epilog=EXAMPLE, short_help="Make a manual transition.")
@click.argument("config")
@click.argument("subject")
@click.argument("transition")
@click.option("--json", "as_json", is_flag=True, help="Print the answer as one JSON document.")
def command(config: str, subject: str, transition: str, as_json: bool) -> None:
    """Let SUBJECT make a TRANSITION that its machine marks `manual`.

    While another process holds the project the request is left for it.
    """
    from amp_fsm.cli.asking import ask
    from amp_fsm.cli.subjects import find, specs
    from amp_fsm.engine.requests import FIRE

    project, world = open_recorded(config, with_terminal=True)
    address = find(subject, specs(project))
    _check_name(project, address, transition)
    left = ask(project, world, FIRE, (address, transition)).left
    state = world.store.load().subjects[address].state if not left else ""
    if as_json:
        print_json({"address": address, "transition": transition, "done": not left, "state": state, "note": left})
    elif left:
        click.echo(f"{address} {transition}: {left}")
    else:
        click.echo(f"{address} is {state} now, by {transition}")
        click.echo(f"next: {join(['amp-fsm', 'reconcile', config])}")


def _check_name(project: Project, address: str, transition: str) -> None:
    from amp_fsm.cli.subjects import specs
    from amp_fsm.config.problems import did_you_mean
    from amp_fsm.errors import NotPossibleError

    machine = project.machines[specs(project)[address].machine]
    leaving = (one for state in machine.states for one in machine.leaving(state))
    names = {one.name for one in leaving if one.manual}
    if transition not in names:
        message = f"the machine {machine.name} has no manual transition {transition!r}"
        raise NotPossibleError(message, hint=did_you_mean(transition, names))
