"""What every command prints alike: exit codes, JSON, tables, times, colour.  Decides nothing else."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import click

from amp_fsm.errors import AmpFsmError

FORMAT_VERSION = "1.0"
LOOPBACK = "127.0.0.1"
DONE, PENDING, PARTIAL = 0, 2, 4


def exit_code(*, error: AmpFsmError | None = None, partial: bool = False, pending: bool = False) -> int:
    """Return the exit code of a command: the first that applies in the order 1, 5, 3, 4, 2, 0.

    Args:
        error: what ended it; it knows whether it is a 1, a 5 or a 3, and nothing else was done then.
        partial: something could not be seen, done or known.
        pending: there is something to do, and whoever asked wanted to know.
    """
    if error is not None:
        return error.exit_code
    if partial:
        return PARTIAL
    return PENDING if pending else DONE


def print_json(document: Mapping[str, object]) -> None:
    """Print one JSON document, with its version first."""
    said = {"format_version": FORMAT_VERSION, **document}
    click.echo(json.dumps(said, indent=2, ensure_ascii=False))


def wants_color() -> bool:
    """Return whether marks on stdout are coloured: on a terminal that nobody asked to be plain."""
    plain = os.environ.get("NO_COLOR", "") != "" or os.environ.get("TERM") == "dumb"
    return sys.stdout.isatty() and not plain


def progress(line: str) -> None:
    """Say on a terminal that something is under way."""
    if sys.stderr.isatty():
        click.echo(line, err=True)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return an aligned table without an ending newline; empty without rows."""
    lines = [tuple(head), *(tuple(row) for row in rows)]
    if len(lines) == 1:
        return ""
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    return "\n".join(
        "  " + "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines
    )


def local_time(wall: float) -> str:
    """Return a moment as people here write it, to the second."""
    return datetime.fromtimestamp(wall).astimezone().isoformat(sep=" ", timespec="seconds")[:19] if wall else "-"


def one_line(text: str, width: int = 100) -> str:
    """Return a text in one line of at most `width` characters."""
    flat = " ".join(text.split())
    return flat if len(flat) <= width else f"{flat[: width - 1]}…"


class DurationParam(click.ParamType[float]):
    """A duration such as `30s`, `5m` or `1h30m`; a bare number is seconds."""

    name = "duration"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return seconds."""
        from amp_fsm.config.durations import parse_duration

        number = value if not isinstance(value, str) or not value.replace(".", "", 1).isdigit() else float(value)
        seconds = parse_duration(number)
        if seconds is None:
            self.fail(f"{value!r} is no duration; write 30s, 5m or 1h30m", param, ctx)
        return seconds


class AddressParam(click.ParamType[tuple[str, int]]):
    """`ADDR:PORT`, or a port alone: this machine only."""

    name = "address"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, int]:
        """Return the address to listen on, and the port."""
        if isinstance(value, tuple):
            return value
        address, _, port = str(value).rpartition(":")
        if not port.isdecimal() or int(port) > 65535:
            self.fail(f"{value!r} is no address; write 9464, or ADDRESS:9464", param, ctx)
        return address.strip("[]") or LOOPBACK, int(port)
