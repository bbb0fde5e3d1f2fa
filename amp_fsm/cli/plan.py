"""`plan`: what `reconcile` would do and why.  Looks and prints; writes nothing but the file it is told to."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from amp_fsm import __version__
from amp_fsm.cli.opening import open_with_terminal
from amp_fsm.cli.output import exit_code, print_json, wants_color

if TYPE_CHECKING:
    from amp_fsm.engine.reconcile import PassResult

EXAMPLE = "\b\nExample:\n  amp-fsm plan my-team.yaml --out plan.json\n  amp-fsm reconcile my-team.yaml --plan plan.json"


@click.command("plan", epilog=EXAMPLE, short_help="Show what `reconcile` would do, and why.")
@click.argument("config")
@click.option("--out", metavar="FILE", help="Save the plan for `reconcile --plan FILE`; valid for ten minutes, once.")
@click.option("--json", "as_json", is_flag=True, help="Print the plan as one JSON document.")
@click.option("--detailed-exitcode", is_flag=True, help="Exit 2 when there is something to do.")
def command(config: str, out: str | None, as_json: bool, detailed_exitcode: bool) -> None:
    """Look at everything and show what `reconcile` would do, and why.

    Takes no lock, presses no key, sets no option, runs no check and writes no file but FILE.

    Exit code 4: something could not be seen, or waits for a person.
    """
    sys.exit(show_plan(config, out=out, as_json=as_json, detailed=detailed_exitcode))


def show_plan(config: str, *, out: str | None = None, as_json: bool = False, detailed: bool = False) -> int:
    """Print what a pass would do, save it if `out` is given, and return the exit code."""
    from amp_fsm.engine.reconcile import plan_pass
    from amp_fsm.plan.render import is_empty

    project, world = open_with_terminal(config)
    result = plan_pass(project, world)
    if out is not None:
        from amp_fsm.engine.saved_plan import save

        save(result.plan, out, __version__)
    if as_json:
        from amp_fsm.plan.as_json import render_json

        print_json(render_json(result.plan, __version__))
    else:
        click.echo(_text(result, config, out), nl=False)
    return exit_code(partial=result.partial, pending=detailed and not is_empty(result.plan))


def _text(result: PassResult, config: str, out: str | None) -> str:
    from shlex import join

    from amp_fsm.plan.render import render_text

    text = render_text(result.plan, color=wants_color(), took=result.took, following=out is None)
    if out is None:
        return text
    return f"{text}next: {join(['amp-fsm', 'reconcile', config, '--plan', out])}\n"
