"""`amp-fsm rehearse`: the same configuration, for real, with practice agents in a private world."""

from __future__ import annotations

import json
import os
import signal
import sys
from types import FrameType

import click

EXAMPLE = "\b\nExample:\n  amp-fsm rehearse configs/practice.yaml --scenario rough-day"


@click.command("rehearse", epilog=EXAMPLE)
@click.argument("config")
@click.option("--scenario", default="smooth", show_default=True, metavar="FILE|NAME", help="What the agents do.")
@click.option("--until", type=click.Choice(["done"]), default="done", show_default=True, help="When it ends.")
@click.option("--keep", is_flag=True, help="Keep the scratch folder and the practice agents, and say how to attach.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as one JSON document.")
def command(config: str, scenario: str, until: str, keep: bool, as_json: bool) -> None:
    """Play CONFIG through with practice agents; nothing of yours is touched.

    The configuration is used as it is: its machines, prompts, documents and timers.  Agents are stand-ins in a tmux
    server of their own, the project is a scratch copy, and time jumps whenever everyone waits.

    Exit code 1: a promise was broken.  4: a task did not end as the scenario expects.
    """
    from amp_fsm.rehearsal import report as reports
    from amp_fsm.rehearsal.play import play
    from amp_fsm.world.collecting import collect_seldom

    before = signal.signal(signal.SIGTERM, _interrupt)
    collect_seldom()
    try:
        done = play(config, scenario, os.environ, keep=keep, progress=_progress)
    finally:
        signal.signal(signal.SIGTERM, before)
    text = reports.as_text(done) if not as_json else json.dumps(reports.as_json(done), indent=2, ensure_ascii=False)
    click.echo(text.rstrip("\n"))
    sys.exit(done.exit_code)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _progress(line: str) -> None:
    if sys.stderr.isatty():
        click.echo(line, err=True)
