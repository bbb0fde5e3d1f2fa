"""Groups of commands whose modules are imported when they are called, so that asking for help costs next to nothing."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

import click


class LazyGroup(click.Group):
    """A group of the commands of a table: name to line of help; each is `MODULE.NAME.command`."""

    def __init__(self, name: str | None = None, *, table: Mapping[str, str], module: str, **settings: Any) -> None:
        """Remember the table; nothing is imported yet.  `settings` are those of `click.Group`."""
        super().__init__(name, **settings)
        self._table = table
        self._module = module

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the commands' names, in the order of the table."""
        return list(self._table)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command, importing its module."""
        if cmd_name not in self._table:
            return None
        command = importlib.import_module(f"{self._module}.{cmd_name.replace('-', '_')}").command
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that is meant, or say which one may have been."""
        if args and args[0] not in self._table and not args[0].startswith("-"):
            close = get_close_matches(args[0], self._table, 1)
            meant = f"; did you mean {close[0]}?" if close else ""
            raise click.UsageError(f"no command {args[0]!r}{meant}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the table of commands without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl(list(self._table.items()))
