"""How long it takes from what an agent does to its next prompt being submitted, in a watched team of real panes.

Real tmux, real files, the whole program; only the agents are scripted, and say themselves when a prompt was submitted.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from tests.benchmarks.measure import spoken, table
from tests.benchmarks.reacting_team import SETTLE, STABLE_FOR, Team, team

AGENTS = 60
ROUNDS = 60
QUIET_SECONDS = 0.5
NOTE = f"""\
{AGENTS} agents, each with a task in hand; one after another is done and gets its next task. From the row being written
or the spinner being gone (59 others go on) to its program having the next prompt: the claim is noticed, the work
verified and logged, the agent freed, its row set, the prompt pasted, seen and submitted, in a chain of five passes.
Taken off: the profile's settle time ({SETTLE:g} s) and, after a turn, for how long idle must last ({STABLE_FOR:g} s).
"""


def report() -> str:
    """Return the table of reactions."""
    rows = [
        _row("a row says that the work is done", after_a_row, SETTLE, works=False),
        _row("the screen turns idle", after_a_turn, SETTLE + STABLE_FOR, works=True),
    ]
    return table("Reacting", ["what happens", "p50", "p99", "fastest to slowest"], rows, NOTE)


def after_a_row(made: Team) -> Iterator[float]:
    """Yield the seconds from a row that says that the work is done to the next prompt."""
    for number in range(ROUNDS):
        name = made.names[number % made.size]
        before = len(made.times(name, "submitted"))
        time.sleep(QUIET_SECONDS)
        written = made.claim(name)
        yield (_next_prompt(made, name, before) - written) / 1e9


def after_a_turn(made: Team) -> Iterator[float]:
    """Yield the seconds from a screen that turned idle, its row written before, to the next prompt."""
    for number in range(ROUNDS):
        name = made.names[number % made.size]
        before = len(made.times(name, "submitted"))
        _until_at_work(made, name)
        made.claim(name)
        time.sleep(QUIET_SECONDS)
        made.end_turn(name)
        submitted = _next_prompt(made, name, before)
        yield (submitted - made.times(name, "idle")[-1]) / 1e9


def _until_at_work(made: Team, name: str) -> None:
    made.until(lambda: made.state(name) == "WORKING", f"{name} at work")


def _next_prompt(made: Team, name: str, before: int) -> int:
    made.until(lambda: len(made.times(name, "submitted")) > before, f"the next prompt of {name}")
    return made.times(name, "submitted")[-1]


def _row(what: str, measured: Callable[[Team], Iterator[float]], apart: float, *, works: bool) -> list[str]:
    with team(AGENTS, works=works) as made:
        taken = sorted(seconds - apart for seconds in measured(made))
    p99 = taken[min(len(taken) - 1, round(len(taken) * 0.99))]
    spread = f"{spoken(taken[0])} to {spoken(taken[-1])}, {len(taken)} times"
    return [what, spoken(taken[len(taken) // 2]), spoken(p99), spread]
