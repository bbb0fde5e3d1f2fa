"""How long an observation takes that follows another: of everybody, and of what changed."""

from __future__ import annotations

import os
from dataclasses import replace
from functools import partial
from pathlib import Path

from amp_fsm.model.document import DocumentSpec
from amp_fsm.model.observed import Observed
from amp_fsm.model.project import AgentSpec, Project, TaskSpec
from amp_fsm.model.record import Assignment, Record
from amp_fsm.model.seen import FileSeen, PaneRef, PaneSeen, PathSeen, Seen, Survey
from amp_fsm.model.time import Now
from amp_fsm.observe.observed import observe
from amp_fsm.world.config_files import load_project
from tests.benchmarks.measure import side_by_side, table

CONFIG = Path(__file__).parents[2] / "configs" / "practice.yaml"
SIZES = (60, 600)
ROWS = 10_000
BEGUN = Now(policy=10_000.0, wall=1_800_000_000.0)
WORDS = {"idle": ("IDLE",), "working": ("WORKING",), "blocked": ("BLOCKED",), "done": ("DONE",)}
STATUS = DocumentSpec(
    name="status",
    file="STATUS.md",
    heading="Team",
    key="Agent",
    columns={"task": "Task", "status": "Status"},
    words=WORDS,
)
LOG = DocumentSpec(
    name="log", file="LOG.md", heading="Log", key="Agent", row={"Agent": "a", "Action": "b", "State": "c"}, words=WORDS
)
BOX = ("─" * 40, "❯ ", "─" * 40, "? for shortcuts")
SCREEN = "\n".join([*(f"  line {n} of what the agent said about its work" for n in range(30)), *BOX, ""])


def report() -> str:
    """Return the table of observing times."""
    rows = [_row(size, log) for size in SIZES for log in (0, ROWS)]
    head = ["agents", "rows of the log", "all anew", "nothing changed", "one screen", "one status row", "one log row"]
    note = "`observe(..., before)`, in memory, with what a pass before it left; every agent holds a task."
    return table("Observing", head, rows, note)


def _row(size: int, log: int) -> list[str]:
    project, record, seen = team(size), held(size), world(size, log)
    kept, record = settled(project, record, seen)
    later = replace(BEGUN, policy=BEGUN.policy + 900.0, wall=BEGUN.wall + 900.0)
    turns = iter(range(1_000_000))

    def again(seen: Seen, before: Observed | None) -> Observed:
        return observe(project, record, seen, later, {}, before)

    def one_row() -> Observed:
        return again(_with(seen, STATUS.file, f"{status(size)}| a0 | T-0 | WORKING {next(turns)} |\n"), kept)

    def one_entry() -> Observed:
        return again(_with(seen, LOG.file, f"{entries(size, log)}| a0 | more {next(turns)} | - |\n"), kept)

    ref = next(iter(seen.captures))
    other = replace(seen, captures={**seen.captures, ref: SCREEN.replace("line 7", "line seven")})
    timings = side_by_side(
        [partial(again, seen, None), partial(again, seen, kept), partial(again, other, kept), one_row, one_entry], 7
    )
    return [f"{size:,}", f"{log:,}", *map(str, timings)]


def settled(project: Project, record: Record, seen: Seen) -> tuple[Observed, Record]:
    """Return what is observed once every screen is known and has stood still, and what is remembered then."""
    made: Observed | None = None
    for passed in (0.0, 200.0, 400.0):
        made = observe(project, record, seen, replace(BEGUN, policy=BEGUN.policy + passed), {}, made)
        memory = made.memory
        record = replace(record, samples=memory.samples, cells=memory.cells, logs=memory.logs)
        record = replace(record, usage={**record.usage, **memory.usage})
    assert made is not None
    return made, record


def team(size: int) -> Project:
    """Return a project of `size` agents with a task each, a status table and a log."""
    project = load_project(str(CONFIG), os.environ).project
    assert project is not None, "configs/practice.yaml is not valid"
    agent, task = next(iter(project.agents.values())), next(iter(project.tasks.values()))
    agents: dict[str, AgentSpec] = {f"a{n}": replace(agent, name=f"a{n}", row=f"a{n}") for n in range(size)}
    tasks: dict[str, TaskSpec] = {f"T-{n}": replace(task, id=f"T-{n}", order=n, needs=()) for n in range(size * 4)}
    return replace(project, agents=agents, tasks=tasks, documents={"status": STATUS, "log": LOG})


def held(size: int) -> Record:
    """Return what is remembered when each agent holds a task."""
    held = (Assignment(id=f"T-{n}#1", agent=f"a{n}", task=f"T-{n}", prompt="p", delivered=9_000.0) for n in range(size))
    return Record(lineage="bench", assignments={one.id: one for one in held})


def world(size: int, log: int) -> Seen:
    """Return what is seen when every agent waits at its prompt."""
    panes = tuple(
        PaneSeen(
            ref=PaneRef(server="1:1", pane=f"%{n}", pid=n),
            session="s",
            window=str(n),
            name=f"a{n}",
            owner=f"practice/agent/a{n}",
            command="python3",
            variables={"pane_current_command": "python3", "pane_title": f"a{n}", "cursor_flag": "1"},
        )
        for n in range(size)
    )
    seen = Seen(
        terminal=Survey(server="1:1", panes=panes),
        captures={pane.ref: f"{pane.name}\n{SCREEN}" for pane in panes},
        globs={"README.md": (PathSeen(path="README.md", size=9, mtime=1.0),)},
    )
    return _with(_with(seen, STATUS.file, status(size)), LOG.file, entries(size, log))


def status(size: int) -> str:
    """Return the status table."""
    rows = "".join(f"| a{n} | T-{n} | WORKING |\n" for n in range(size - 1, 0, -1))
    return f"## Team\n\n| Agent | Task | Status |\n|---|---|---|\n{rows}"


def entries(size: int, log: int) -> str:
    """Return the log."""
    rows = "".join(f"| a{n % size} | T-{n}: wrote another part of it | WORKING |\n" for n in range(log))
    return f"## Log\n\n| Agent | Action | State |\n|---|---|---|\n{rows}"


def _with(seen: Seen, path: str, text: str) -> Seen:
    return replace(seen, files={**seen.files, path: FileSeen(path=path, text=text, digest=f"{hash(text)}")})


if __name__ == "__main__":
    print(report())
