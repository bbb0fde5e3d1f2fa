"""`resolve`: a person says how a delivery ended that nobody else can tell.  Leaves the request, prints the answer."""

from __future__ import annotations

from shlex import join
from typing import TYPE_CHECKING

import click

from amp_fsm.cli.opening import open_with_terminal
from amp_fsm.cli.output import print_json

if TYPE_CHECKING:
    from amp_fsm.model.record import Intent, Record

EXAMPLE = "\b\nExample:\n  amp-fsm resolve my-team.yaml n4x7q2ab --not-delivered"


@click.command("resolve", epilog=EXAMPLE, short_help="Settle a delivery that only a person can tell.")
@click.argument("config")
@click.argument("intent")
@click.option("--delivered/--not-delivered", "delivered", default=None, help="Did the agent get it?")
@click.option("--json", "as_json", is_flag=True, help="Print the answer as one JSON document.")
def command(config: str, intent: str, delivered: bool | None, as_json: bool) -> None:
    """Say how the delivery INTENT ended: look into the agent's window first.

    `status` lists the deliveries that wait.  What was not delivered is sent anew if it is still wanted.
    While another process holds the project the answer is left for it.
    """
    from amp_fsm.cli.asking import ask
    from amp_fsm.engine.requests import RESOLVE

    if delivered is None:
        raise click.UsageError("say --delivered or --not-delivered")
    project, world = open_with_terminal(config)
    waiting = _waiting(world.store.load(), intent)
    answer = "delivered" if delivered else "not-delivered"
    left = ask(project, world, RESOLVE, (intent, answer)).left
    if as_json:
        print_json({"intent": intent, "address": waiting.address, "answer": answer, "done": not left, "note": left})
    elif left:
        click.echo(f"intent {intent}: {left}")
    else:
        click.echo(f"intent {intent} of {waiting.address}: {answer}")
        click.echo(f"next: {join(['amp-fsm', 'reconcile', config])}")


def _waiting(record: Record, intent: str) -> Intent:
    from amp_fsm.cli.passes import unknown_intents
    from amp_fsm.config.problems import did_you_mean
    from amp_fsm.errors import NotPossibleError

    waiting = {one.id: one for one in unknown_intents(record)}
    if intent not in waiting:
        hint = did_you_mean(intent, waiting) or "no delivery waits for an answer"
        raise NotPossibleError(f"no delivery {intent!r} waits for an answer", hint=hint)
    return waiting[intent]
