"""How long a whole process takes that carries out one pass in which there is nothing to do, beside `amp-fsm --help`."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import partial

from tests.benchmarks.measure import Timing, computed, ratio, side_by_side, table
from tests.benchmarks.reacting_team import Team, team

AGENTS = 2
TASKS = 10
NAMES = ("reconcile", "plan")
ROUNDS = 15
OURS = "from amp_fsm.__main__ import start; start()"
NOTE = f"""\
{AGENTS} agents at work in real panes, {TASKS} tasks, two documents. The process starts, looks, plans, finds nothing to
do and ends; its configuration comes from the compiled copy, its modules are compiled. Processor time is that of the
process and of those that it starts: a busy machine changes it less than it changes waiting."""


def report() -> str:
    """Return the table of whole processes, in turn."""
    with team(AGENTS, works=True, spare=TASKS - AGENTS) as made:
        made.end()
        runs = [
            partial(_run, made, "reconcile", made.config),
            partial(_run, made, "plan", made.config),
            partial(_run, made, "--help"),
        ]
        for run in runs:  # leaves compiled modules behind
            run()
        waited, worked = side_by_side(runs, ROUNDS), side_by_side(runs, ROUNDS, computed)
    rows = [_row(name, waited[place], waited[2], worked[place], worked[2]) for place, name in enumerate(NAMES)]
    head = ["command", "whole process", "`amp-fsm --help`", "ratio", "processor time", "`amp-fsm --help`", "ratio"]
    return table("Passing once", head, rows, NOTE)


def _row(name: str, *pairs: Timing) -> list[str]:
    waited, help_waited, worked, help_worked = pairs
    times = [str(waited), str(help_waited), ratio(waited, help_waited)]
    return [f"`amp-fsm {name} CONFIG`", *times, str(worked), str(help_worked), ratio(worked, help_worked)]


def _run(made: Team, *arguments: str) -> None:
    environment = {**os.environ, "XDG_CACHE_HOME": str(made.folder)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    argv = [sys.executable, "-c", OURS, *arguments]
    subprocess.run(argv, check=True, stdout=subprocess.DEVNULL, env=environment)
