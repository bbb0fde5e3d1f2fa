"""How long a whole process takes that carries out one pass in which there is nothing to do, beside `amp-fsm --help`."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import partial

from tests.benchmarks.measure import Timing, ratio, side_by_side, table
from tests.benchmarks.reacting_team import Team, team

AGENTS = 2
TASKS = 10
ROUNDS = 15
OURS = "from amp_fsm.cli.main import main; main()"
NOTE = f"""\
{AGENTS} agents at work in real panes, {TASKS} tasks, two documents. The process starts, looks, plans, finds nothing to
do and ends; its configuration comes from the compiled copy."""


def report() -> str:
    """Return the table of whole processes, in turn."""
    with team(AGENTS, works=True, spare=TASKS - AGENTS) as made:
        made.end()
        passes, plans, helps = side_by_side(
            [
                partial(_run, made, "reconcile", made.config),
                partial(_run, made, "plan", made.config),
                partial(_run, made, "--help"),
            ],
            ROUNDS,
        )
    rows = [_row("reconcile", passes, helps), _row("plan", plans, helps)]
    head = ["command", "whole process", "`amp-fsm --help`", "ratio"]
    return table("Passing once", head, rows, NOTE)


def _row(name: str, ours: Timing, helps: Timing) -> list[str]:
    return [f"`amp-fsm {name} CONFIG`", str(ours), str(helps), ratio(ours, helps)]


def _run(made: Team, *arguments: str) -> None:
    environment = {**os.environ, "XDG_CACHE_HOME": str(made.folder)}
    argv = [sys.executable, "-c", OURS, *arguments]
    subprocess.run(argv, check=True, stdout=subprocess.DEVNULL, env=environment)
