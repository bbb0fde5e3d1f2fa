"""`pause` (and, beside it, `go`): holds effects.  Works while another process is at work, and at once."""

from __future__ import annotations

from shlex import join
from typing import TYPE_CHECKING

import click

from amp_fsm.cli.opening import open_project
from amp_fsm.cli.output import print_json

if TYPE_CHECKING:
    from amp_fsm.model.project import Project

EXAMPLE = "\b\nExample:\n  amp-fsm pause my-team.yaml codex\n  amp-fsm go my-team.yaml codex"
EVERYTHING = "*"


@click.command("pause", epilog=EXAMPLE, short_help="Hold every effect, or those of one AGENT.")
@click.argument("config")
@click.argument("agent", required=False, default=EVERYTHING)
@click.option("--json", "as_json", is_flag=True, help="Print who is held as one JSON document.")
def command(config: str, agent: str, as_json: bool) -> None:
    """Hold every effect, or those of one AGENT (or service), until `go`.

    It is read again right before every effect, so it also stops a process that is at work.
    A file STOP in the store's folder does the same as `pause CONFIG`.
    """
    from amp_fsm.engine.rouse import rouse_if_possible

    project, world = open_project(config)
    world.store.pause(who(project, agent))
    rouse_if_possible(project, world)
    tell_held(config, world.store.held(), as_json=as_json)


def who(project: Project, name: str) -> str:
    """Return whom the operator means: `*`, or the name of an agent or a service.

    Raises:
        UnknownSubjectError: there is nobody of this name.
    """
    from amp_fsm.cli.subjects import find, specs

    if name == EVERYTHING:
        return name
    known = [address for address in specs(project) if not address.startswith("task/")]
    return find(name, known).partition("/")[2]


def tell_held(config: str, held: frozenset[str], *, as_json: bool) -> None:
    """Print who is held now."""
    if as_json:
        print_json({"held": sorted(held)})
        return
    click.echo(held_text(held))
    for name in sorted(held):
        whom = [] if name == EVERYTHING else [name]
        click.echo(f"next: {join(['amp-fsm', 'go', config, *whom])}")


def held_text(held: frozenset[str]) -> str:
    """Return who is held, in one line."""
    if EVERYTHING in held:
        return "everything is held"
    return f"held: {', '.join(sorted(held))}" if held else "nothing is held"
