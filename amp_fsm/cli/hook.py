"""`hook`: what agents' own hooks call.  The program's entry calls `world.hook` at once; this is its page of help."""

from __future__ import annotations

import sys

import click

EXAMPLE = "\b\nExample:\n  amp-fsm hook --spool /home/ada/.amp-fsm/palm-oil/spool --agent codex < event.json"


@click.command(
    "hook",
    epilog=EXAMPLE,
    short_help="Take an event from an agent's hook; agents call it.",
    context_settings={"ignore_unknown_options": True},
)
@click.option("--spool", metavar="DIR", help="Absolute folder of all spools; else $AMP_FSM_SPOOL.")
@click.option("--agent", metavar="NAME", help="Whose hook it is; else $AMP_FSM_AGENT.")
@click.option("--osc", metavar="NUMBER", help="Take the states that this sequence tells in a terminal's output.")
@click.argument("event", required=False, nargs=-1)
def command(spool: str, agent: str, osc: str, event: tuple[str, ...]) -> None:
    """Drop one event, from EVENT or stdin, into an agent's spool.

    It prints nothing and ends with 0, whatever happens: an agent must not notice it.  `agent hooks` writes the settings
    that call it.
    """
    from amp_fsm.world.hook import main

    given = (("--spool", spool), ("--agent", agent), ("--osc", osc))
    words = [word for name, value in given if value for word in (name, value)]
    sys.exit(main([*words, *event]))
