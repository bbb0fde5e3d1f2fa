"""`history`: the journal, oldest first.  Reads the record only."""

from __future__ import annotations

import time
from datetime import datetime
from typing import TYPE_CHECKING

import click

from amp_fsm.cli.opening import open_recorded
from amp_fsm.cli.output import local_time, print_json

if TYPE_CHECKING:
    from amp_fsm.model.project import Project
    from amp_fsm.ports import Entry

EXAMPLE = "\b\nExample:\n  amp-fsm history my-team.yaml codex --since 2h"


class SinceParam(click.ParamType[float]):
    """A moment: that long ago (`10m`), or an ISO time (`2026-11-23T09:30`, of this place unless it says another)."""

    name = "moment"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return seconds since the epoch."""
        from amp_fsm.config.durations import parse_duration

        ago = parse_duration(value)
        if ago is not None:
            return time.time() - ago
        try:
            return datetime.fromisoformat(str(value)).timestamp()
        except ValueError:
            self.fail(f"{value!r} is neither a duration (10m) nor a time (2026-11-23T09:30)", param, ctx)


@click.command("history", epilog=EXAMPLE, short_help="Show what happened, oldest first.")
@click.argument("config")
@click.argument("subject", required=False, default="")
@click.option("--since", type=SinceParam(), metavar="T", help="From then on: 10m, or 2026-11-23T09:30.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def command(config: str, subject: str, since: float | None, as_json: bool) -> None:
    """Show what happened, to everything or to SUBJECT, oldest first, with what decided."""
    project, world = open_recorded(config)
    address = _address(project, subject) if subject else ""
    entries = world.store.history(address, since or 0.0)
    if as_json:
        print_json({"entries": [_entry_json(entry) for entry in entries]})
        return
    for entry in entries:
        click.echo(f"{local_time(entry.at)}  {entry.address:<22} {entry.kind:<10}  {entry.text}")
        for line in entry.evidence:
            click.echo(f"{'':21}{line}")


def _address(project: Project, subject: str) -> str:
    """Return the subject that is meant; a whole address may be one that the configuration no longer names."""
    from amp_fsm.cli.subjects import find, specs

    return subject if "/" in subject else find(subject, specs(project))


def _entry_json(entry: Entry) -> dict[str, object]:
    from amp_fsm.plan.as_json import timestamp

    return {
        "at": timestamp(entry.at),
        "address": entry.address,
        "kind": entry.kind,
        "text": entry.text,
        "evidence": list(entry.evidence),
    }
