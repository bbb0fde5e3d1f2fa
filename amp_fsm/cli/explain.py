"""`explain`: why one subject is in its state and what would move it.  Looks, as `plan` does, and prints."""

from __future__ import annotations

import click

from amp_fsm.cli.opening import open_recorded
from amp_fsm.cli.output import print_json

EXAMPLE = "\b\nExample:\n  amp-fsm explain my-team.yaml codex"


@click.command("explain", epilog=EXAMPLE, short_help="Say why SUBJECT is in its state.")
@click.argument("config")
@click.argument("subject")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def command(config: str, subject: str, as_json: bool) -> None:
    """Say why SUBJECT (an agent, a task or a service) is in its state, and what would move it.

    For every transition that could fire: its guard, each fact's value with the line that decided it, and the
    smallest set of facts that would make it fire.  Changes nothing.
    """
    from amp_fsm.cli.subjects import find, specs
    from amp_fsm.engine.reconcile import plan_pass
    from amp_fsm.plan.explain import explain_json, explain_text

    project, world = open_recorded(config, with_terminal=True)
    address = find(subject, specs(project))
    plan = plan_pass(project, world).plan
    if as_json:
        print_json(explain_json(project, plan, address))
    else:
        click.echo(explain_text(project, plan, address), nl=False)
