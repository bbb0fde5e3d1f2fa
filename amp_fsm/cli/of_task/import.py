"""`task import`: tasks that stand in a JSON queue or in Markdown tables, written into a file of the configuration."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from amp_fsm.cli.output import PARTIAL, print_json

if TYPE_CHECKING:
    from amp_fsm.model.project import Project
    from amp_fsm.observe.task_lists import Listed

EXAMPLE = "\b\nExample:\n  amp-fsm task import my-team.yaml CLAUDE.md --kind code --dry-run"


@click.command("import", epilog=EXAMPLE, short_help="Take over the tasks of a JSON queue or of Markdown tables.")
@click.argument("config")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--into", default="", metavar="FILE", help="The file that gets them; CONFIG itself by default.")
@click.option("--kind", default="", help="Kind of the tasks whose own is none of the configuration's.")
@click.option("--dry-run", is_flag=True, help="Only show what would be imported.")
@click.option("--json", "as_json", is_flag=True, help="Print the answer as one JSON document.")
def command(config: str, file: Path, into: str, kind: str, dry_run: bool, as_json: bool) -> None:
    """Add the open tasks of FILE to the configuration; those that it has already, or that are done, are left out.

    Exit 4 when something of FILE could not be read; it is named with its place.
    """
    from amp_fsm.cli.of_task.yaml_files import file_named, loaded, with_recorded
    from amp_fsm.config.yaml_edit import add_item
    from amp_fsm.observe.task_lists import read_listing
    from amp_fsm.world.config_edit import write_edited

    files, project = loaded(config)
    listing = read_listing(file.read_text("utf-8", "replace"), file.name)
    chosen, left = _chosen(with_recorded(project), listing.tasks)
    items = [_item(project, one, kind) for one in chosen]
    target = file_named(files, into or config)
    before = text = target.data.decode()
    for item in items:
        text = add_item(text, "tasks", item)
    if items:
        write_edited(config, os.environ, target.name, before, text, dry_run=dry_run)
    told = {"imported": items, "left_out": left, "unread": list(listing.unread), "file": target.name}
    if as_json:
        print_json({**told, "dry_run": dry_run})
    else:
        click.echo("\n".join(_lines(items, left, listing.unread, target.name, dry_run=dry_run)))
    raise SystemExit(PARTIAL if listing.unread else 0)


def _chosen(project: Project, listed: Sequence[Listed]) -> tuple[list[Listed], list[str]]:
    chosen: dict[str, Listed] = {}
    left: list[str] = []
    for one in listed:
        why = "is done" if one.done else "is there already" if one.id in {*project.tasks, *chosen} else ""
        if why:
            left.append(f"{one.place}: {one.id} {why}")
        else:
            chosen[one.id] = one
    return list(chosen.values()), left


def _item(project: Project, one: Listed, kind: str) -> dict[str, object]:
    from amp_fsm.observe.fold import same_name

    agents = [name for name in project.agents if one.agent and same_name(one.agent, name)]
    said: dict[str, object] = {"id": one.id, "kind": one.kind if one.kind in project.kinds else kind}
    said |= {"title": one.title, "priority": one.priority, "needs": list(one.needs), "prefer": agents}
    said["minutes"] = int(one.minutes) if one.minutes == int(one.minutes) else one.minutes
    return {key: value for key, value in said.items() if value}


def _lines(
    items: Sequence[Mapping[str, object]], left: Sequence[str], unread: Sequence[str], name: str, *, dry_run: bool
) -> Iterator[str]:
    for item in items:
        rest = ", ".join(f"{key} {value}" for key, value in item.items() if key not in ("id", "title"))
        yield f"  + {item['id']}  {item['title']}  ({rest})"
    yield from (f"  - {text}" for text in left)
    yield from (f"  ? {text}" for text in unread)
    done = "would be imported" if dry_run else "imported"
    yield f"{len(items)} {done} into {name}, {len(left)} left out, {len(unread)} could not be read"
