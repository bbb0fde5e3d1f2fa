"""`agent answer`: shows the dialog that an agent has up, or gives the answer that the operator names."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from amp_fsm.cli.opening import open_with_terminal
from amp_fsm.cli.output import PARTIAL, print_json

if TYPE_CHECKING:
    from amp_fsm.model.dialog import Dialog
    from amp_fsm.model.project import Project
    from amp_fsm.ports import World

EXAMPLE = (
    "\b\nExamples:\n  amp-fsm agent answer my-team.yaml codex\n  amp-fsm agent answer my-team.yaml codex 'Yes, proceed'"
)


@click.command("answer", epilog=EXAMPLE, short_help="Answer the dialog that an agent has up, by label.")
@click.argument("config")
@click.argument("name")
@click.argument("label", required=False, default="")
@click.option("--dialog", "digest", default="", metavar="DIGEST", help="Only this very dialog, as shown without LABEL.")
@click.option("--json", "as_json", is_flag=True, help="Print the answer as one JSON document.")
def command(config: str, name: str, label: str, digest: str, as_json: bool) -> None:
    """Answer the dialog of agent NAME with LABEL, or show it when no LABEL is given.

    LABEL is an answer as the dialog writes it, its shortcut left out; one that ends in * is a beginning.
    Right before each key the dialog is looked at again: another one gets none.
    While another process holds the project the answer is left for it.
    """
    from amp_fsm.cli.subjects import find
    from amp_fsm.errors import NotPossibleError

    project, world = open_with_terminal(config)
    address = find(name, (agent.address for agent in project.agents.values()))
    asked = _dialog(project, world, address)
    if asked is None:
        raise NotPossibleError(f"no dialog that could be answered is up in {address}", hint="see `explain`")
    if not label:
        _show(address, asked, as_json)
        return
    raise SystemExit(_answer(project, world, (address, label, digest or asked.digest), as_json))


def _dialog(project: Project, world: World, address: str) -> Dialog | None:
    from amp_fsm.engine.reconcile import see

    reading = see(project, world).observed.readings.get(address.partition("/")[2])
    return reading.asked if reading is not None else None


def _show(address: str, asked: Dialog, as_json: bool) -> None:
    chosen = asked.options[asked.selected] if asked.selected >= 0 else ""
    if as_json:
        said = {"address": address, "dialog": asked.name, "digest": asked.digest, "text": asked.text}
        print_json({**said, "command": asked.command, "options": list(asked.options), "selected": chosen})
        return
    click.echo(f"{address} asks ({asked.name}, {asked.digest}):\n")
    for line in asked.text.splitlines():
        click.echo(f"    {line}")
    click.echo()
    for option in asked.options:
        click.echo(f"  {'>' if option == chosen else ' '} {option}")


def _answer(project: Project, world: World, request: tuple[str, str, str], as_json: bool) -> int:
    from amp_fsm.cli.asking import ask
    from amp_fsm.engine.requests import ANSWER

    asked = ask(project, world, ANSWER, request)
    outcome = asked.outcomes[0] if asked.outcomes else None
    note = asked.left or (f"{outcome.status}: {outcome.note}" if outcome is not None else "nothing was done")
    done = outcome is not None and outcome.status == "done"
    if as_json:
        print_json({"address": request[0], "answer": request[1], "done": done, "note": note})
    else:
        click.echo(f"{request[0]}: {note}")
    return 0 if done or asked.left else PARTIAL
