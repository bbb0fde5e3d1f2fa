"""`agent`: the operator's hands on one agent.  A table of commands; each is a file of `of_agent`."""

from __future__ import annotations

import click

from amp_fsm.cli.lazy import LazyGroup

COMMANDS = {
    "answer": "Answer the dialog that an agent has up, by label.",
    "attach": "Go to an agent's window.",
    "stop": "End an agent's program and name what survives.",
    "hooks": "Show or write the settings that make an agent tell.",
}

EXAMPLE = "\b\nExample:\n  amp-fsm agent answer my-team.yaml codex 'Yes, proceed'"


@click.group("agent", cls=LazyGroup, table=COMMANDS, module="amp_fsm.cli.of_agent", epilog=EXAMPLE)
def command() -> None:
    """Answer an agent's dialog, go to its window."""
