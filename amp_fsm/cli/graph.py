"""`graph`: the machines as pictures, with who is in which state.  Looks at nothing but the record."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from amp_fsm.cli.opening import open_recorded

if TYPE_CHECKING:
    from collections.abc import Mapping

    from amp_fsm.model.project import Project
    from amp_fsm.model.record import Record

EXAMPLE = "\b\nExample:\n  amp-fsm graph my-team.yaml --machine agent --format mermaid"


@click.command("graph", epilog=EXAMPLE, short_help="Draw the machines.")
@click.argument("config")
@click.option("--machine", "name", metavar="NAME", help="Only this machine.")
@click.option("--format", "form", type=click.Choice(["mermaid", "dot"]), default="mermaid", show_default=True)
def command(config: str, name: str | None, form: str) -> None:
    """Draw the machines of CONFIG as text that Mermaid or Graphviz makes a picture of; present states are marked."""
    from amp_fsm.config.graph import dot, mermaid
    from amp_fsm.config.problems import did_you_mean

    project, world = open_recorded(config)
    if name is not None and name not in project.machines:
        raise click.BadParameter(f"no machine {name!r}; {did_you_mean(name, project.machines)}", param_hint="--machine")
    draw = {"mermaid": mermaid, "dot": dot}[form]
    record = world.store.load()
    for machine in [name] if name is not None else project.machines:
        click.echo(draw(project.machines[machine], present(project, record, machine)), nl=False)


def present(project: Project, record: Record, machine: str) -> Mapping[str, list[str]]:
    """Return which subjects of a machine are in which state; those that were never looked at are in none."""
    found: dict[str, list[str]] = {}
    users = [spec.address for spec in project.agents.values() if spec.machine == machine]
    users += [spec.address for spec in project.tasks.values() if spec.machine == machine]
    users += [spec.address for spec in project.services.values() if spec.machine == machine]
    for address in users:
        if address in record.subjects:
            found.setdefault(record.subjects[address].state, []).append(address.partition("/")[2])
    return found
