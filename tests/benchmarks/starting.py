"""How long `amp-fsm --help` takes, beside the least that a click program can do."""

from __future__ import annotations

import subprocess
import sys
from functools import partial

from tests.benchmarks.measure import ratio, side_by_side, table

BARE = """
import click
@click.group()
def main(): "A program."
@main.command()
def one(): "A command."
main()
"""
OURS = "from amp_fsm.cli.main import main; main()"
PYTHON = "pass"
COMMANDS = ("--help", "plan --help", "validate --help")


def report() -> str:
    """Return the table of whole processes, in turn."""
    rows = []
    for command in COMMANDS:
        ours, bare, python = side_by_side(
            [partial(_run, OURS, *command.split()), partial(_run, BARE, "--help"), partial(_run, PYTHON)],
            15,
        )
        rows.append([f"`amp-fsm {command}`", str(ours), str(bare), str(python), ratio(ours, bare)])
    head = ["command", "whole process", "a bare click program's `--help`", "`python -c pass`", "ratio to click"]
    return table("Starting", head, rows)


def _run(program: str, *arguments: str) -> None:
    subprocess.run([sys.executable, "-c", program, *arguments], check=True, stdout=subprocess.DEVNULL)
