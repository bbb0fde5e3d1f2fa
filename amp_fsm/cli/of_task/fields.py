"""The options by which a task is described, and what they mean in YAML."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])
LISTS = ("needs", "skills", "prefer", "avoid", "exclusive", "deliverables", "checks")
TEXTS = ("title", "kind", "priority", "deadline")


def task_options(command: F) -> F:
    """Give a command an option for every key that can be said in a line."""
    for name in reversed(LISTS):
        said = f"May be repeated; once with '' for an empty list of {name}."
        command = click.option(f"--{name}", multiple=True, metavar="NAME", help=said)(command)
    command = click.option("--brief", multiple=True, nargs=2, metavar="KEY TEXT", help="What the prompt tells.")(
        command
    )
    command = click.option("--minutes", type=click.FloatRange(min=0), help="How long it is thought to take.")(command)
    for name in reversed(TEXTS):
        command = click.option(f"--{name}", metavar=name.upper(), help=f"Its {name}.")(command)
    return command


def given(options: Mapping[str, Any]) -> dict[str, object]:
    """Return the keys of YAML that the options give."""
    said: dict[str, object] = {name: options[name] for name in TEXTS if options.get(name) is not None}
    minutes = options.get("minutes")
    if minutes is not None:
        said["minutes"] = int(minutes) if minutes == int(minutes) else minutes
    said |= {name: [item for item in options[name] if item] for name in LISTS if options.get(name)}
    return said | ({"brief": dict(options["brief"])} if options.get("brief") else {})
