"""How long rehearsals take: the whole day of an example, and days of a larger team, in policy and in real time.

`python -m tests.benchmarks rehearsing` takes all rows, `rehearsing:NAME` one of ROWS.  How far it has come is told on
standard error while it runs.
"""

from __future__ import annotations

import os
import resource
import sys
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from amp_fsm.rehearsal.rehearse import Rehearsal
from amp_fsm.rehearsal.report import Report
from amp_fsm.rehearsal.scenario_files import load_scenario
from amp_fsm.rehearsal.stage import Stage, staged
from amp_fsm.rehearsal.without_secrets import load_for_rehearsal
from tests.benchmarks.measure import spoken, table

CONFIGS = Path(__file__).parents[2] / "configs"
WHOLE_DAY = "whole-day"
DAYS = {"large": (20, 100, 5.0), "large-day": (20, 500, 24.0)}
"""Agents, tasks, and hours in which they do them."""

ROWS = (WHOLE_DAY, *DAYS)
EVERY = 5.0
"""Real seconds between two lines that tell how far a row has come."""

TEAM = """version: 1
project: {{name: large, root: {folder}/root, store: {folder}/store}}
include: ["builtin:profiles", "builtin:machines", "builtin:prompts"]
tmux: {{session: large}}
agents:
{agents}
documents:
  status:
    file: STATUS.md
    table: {{heading: Agent Status, key: Agent}}
    columns: {{task: Task, status: Status, updated: Last Update}}
    words: {{idle: [IDLE], working: [WORKING], blocked: [BLOCKED], done: [COMPLETED]}}
  log:
    file: LOG.md
    table: {{heading: Log, key: Agent}}
    row: {{Agent: '{{{{ agent.name }}}}', Action: '{{{{ task.id }}}}', Status: '{{{{ mark }}}}'}}
kinds:
  code: {{prompt: code, skills: [code]}}
tasks:
{tasks}
"""


@dataclass(slots=True)
class Watch:
    """Watches one rehearsal: what this process holds in bytes whenever something moves, and what others have used.

    Attributes:
        practice, server: processor seconds of the practice programs and of the tmux server, when they were last seen.
    """

    rehearsal: Rehearsal | None = None
    held: list[int] = field(default_factory=list)
    done: int = 0
    practice: dict[int, float] = field(default_factory=dict)
    server: float = 0.0
    told: float = field(default_factory=time.monotonic)

    def __call__(self, line: str) -> None:
        """Take a sample, and tell how far it has come if that was not told lately."""
        self.held.append(psutil.Process().memory_info().rss)
        self.done += "  task/" in line and line.endswith("-> COMPLETED")
        if time.monotonic() - self.told >= EVERY and self.rehearsal is not None:
            self.told = time.monotonic()
            hours, passes = self.rehearsal.stage.clock.elapsed / 3600, self.rehearsal.notes.passes
            print(f"{hours:5.1f} h of the agents, {self.done} tasks done, {passes} passes", file=sys.stderr, flush=True)
            self.look(self.rehearsal.stage)

    def look(self, stage: Stage) -> None:
        """Note what the tmux server and all that runs in it have used so far."""
        for server in psutil.process_iter(["cmdline"]):
            if stage.project.tmux.socket in (server.info["cmdline"] or ()) and server.ppid() == 1:
                self.server = _seconds(server)
                self.practice |= {child.pid: _seconds(child) for child in server.children(recursive=True)}

    @property
    def memory(self) -> str:
        """What was held early and late, at most."""
        tenth = max(1, len(self.held) // 10)
        early, late = (max(part) / 1e6 for part in (self.held[tenth : 2 * tenth], self.held[-tenth:]))
        return f"{early:.0f} MB, {late:.0f} MB"


def _seconds(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return float(times.user + times.system)


def report(only: str = "") -> str:
    """Return the table of rehearsals, or of the one that is named.

    Raises:
        KeyError: no row has that name.
    """
    head = [
        "agents",
        "tasks",
        "agents' time",
        "real time",
        "passes",
        "CPU, ours",
        "CPU, tmux and git",
        "CPU, practice agents",
        "memory, early and late",
    ]
    note = "`rehearse` over a real tmux, one run each."
    return table("Rehearsing", head, list(_rows((only,) if only else ROWS)), note)


def _rows(names: Iterable[str]) -> Iterable[list[str]]:
    for name in names:
        print(f"{name}:", file=sys.stderr, flush=True)
        if name == WHOLE_DAY:
            yield row(str(CONFIGS / "palm-oil.yaml"), name, 4, 28)
            continue
        agents, tasks, hours = DAYS[name]
        with tempfile.TemporaryDirectory(prefix="amp-b-") as folder:
            yield row(*team(Path(folder), agents, tasks, hours), agents, tasks)


def row(config: str, scenario: str, agents: int, tasks: int) -> list[str]:
    """Return the figures of one rehearsal."""
    watch, begun, others = Watch(), time.process_time(), _of_children()
    done = played(config, scenario, watch)
    assert done.exit_code == 0, (done.ended, done.broken, done.failed)
    return [
        f"{agents}",
        f"{tasks}",
        f"{done.policy_seconds / 3600:.1f} h",
        spoken(done.real_seconds),
        f"{done.passes:,}",
        spoken(time.process_time() - begun),
        spoken(_of_children() - others + watch.server),
        spoken(sum(watch.practice.values())),
        watch.memory,
    ]


def played(config: str, scenario: str, watch: Watch) -> Report:
    """Rehearse as the command does, watched."""
    project = load_for_rehearsal(config, os.environ).project
    with staged(project, load_scenario(scenario, project), os.environ, keep=False) as stage:
        watch.rehearsal = Rehearsal.on(stage, watch)
        report = watch.rehearsal.run()
        watch.look(stage)
        return report


def _of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def team(folder: Path, agents: int, tasks: int, hours: float) -> tuple[str, str]:
    """Write a team whose agents share the tasks evenly, each at its own pace, and return configuration and scenario."""
    names = [f"a{number:02}" for number in range(agents)]
    asked = "deliverables: [out/{0:03}.md], brief: {{context: c, objective: o}}"
    text = TEAM.format(
        folder=folder,
        agents="\n".join(
            f"  {name}: {{profile: practice, window: {n}, skills: [code]}}" for n, name in enumerate(names)
        ),
        tasks="\n".join(f"  - {{id: T-{n:03}, kind: code, title: Task {n}, {asked.format(n)}}}" for n in range(tasks)),
    )
    each = hours * 3600 / (tasks / agents)
    paces = "\n".join(
        f"  {name}: {{start: 3s, works: {each * (0.9 + 0.2 * n / agents):.0f}s}}" for n, name in enumerate(names)
    )
    (folder / "large.yaml").write_text(text)
    (folder / "even.yaml").write_text(f"version: 1\nagents:\n{paces}\ntime: 48h\n")
    return str(folder / "large.yaml"), str(folder / "even.yaml")
