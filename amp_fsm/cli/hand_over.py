"""`hand-over`: the lead goes to the next agent.  Leaves the request, prints the answer."""

from __future__ import annotations

from shlex import join

import click

from amp_fsm.cli.opening import open_recorded
from amp_fsm.cli.output import print_json

EXAMPLE = "\b\nExample:\n  amp-fsm hand-over my-team.yaml --to amp && amp-fsm reconcile my-team.yaml --watch"


@click.command("hand-over", epilog=EXAMPLE, short_help="Pass the lead on.")
@click.argument("config")
@click.option("--to", "taker", default="", metavar="AGENT", help="Who takes over; by default whoever is next.")
@click.option("--json", "as_json", is_flag=True, help="Print the answer as one JSON document.")
def command(config: str, taker: str, as_json: bool) -> None:
    """Open the errand by which the lead goes to the next agent of `succession.order`, or to AGENT.

    The next passes write the hand-over file and send its prompt as soon as that agent is free; the lead moves when the
    prompt has arrived.  `amp-fsm task cancel` takes it back until then.
    """
    from amp_fsm.cli.asking import ask
    from amp_fsm.engine.requests import HAND_OVER
    from amp_fsm.model.desired import lead_of
    from amp_fsm.plan.leading import lead_now

    project, world = open_recorded(config, with_terminal=True)
    lead = lead_of(project, world.store.load())
    left = ask(project, world, HAND_OVER, (f"agent/{lead}", taker)).left
    now = lead_now(project, world.store.load())
    if as_json:
        said = {"done": not left, "lead": now.agent or None, "to": now.taker or None, "errand": now.errand or None}
        print_json({**said, "note": left})
    elif left:
        click.echo(f"hand-over: {left}")
    else:
        click.echo(f"{now.taker} takes the lead over from {now.agent} ({now.errand}), as soon as it is free")
        click.echo(f"next: {join(['amp-fsm', 'reconcile', config])}")
