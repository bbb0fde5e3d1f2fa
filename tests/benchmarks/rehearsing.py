"""How long rehearsals take: the whole day of an example, and days of a larger team, in policy and in real time."""

from __future__ import annotations

import os
import resource
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from amp_fsm.rehearsal.play import play
from tests.benchmarks.measure import spoken, table

CONFIGS = Path(__file__).parents[2] / "configs"
DAYS = ((20, 100, 5.0), (20, 500, 24.0))
"""Agents, tasks, and hours in which they do them."""

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
class Memory:
    """What this process holds, in bytes, whenever something moves in the rehearsal."""

    held: list[int] = field(default_factory=list)

    def __call__(self, _line: str) -> None:
        """Take one sample."""
        self.held.append(psutil.Process().memory_info().rss)

    def __str__(self) -> str:
        tenth = max(1, len(self.held) // 10)
        early, late = (max(part) / 1e6 for part in (self.held[tenth : 2 * tenth], self.held[-tenth:]))
        return f"{early:.0f} MB, {late:.0f} MB"


def report() -> str:
    """Return the table of rehearsals."""
    rows = [row(str(CONFIGS / "palm-oil.yaml"), "whole-day", 4, 28)]
    for agents, tasks, hours in DAYS:
        with tempfile.TemporaryDirectory(prefix="amp-b-") as folder:
            config, scenario = team(Path(folder), agents, tasks, hours)
            rows.append(row(config, scenario, agents, tasks))
    head = [
        "agents",
        "tasks",
        "agents' time",
        "real time",
        "passes",
        "CPU, ours",
        "CPU, what we ran",
        "memory, early and late",
    ]
    return table(
        "Rehearsing",
        head,
        rows,
        "`rehearse` over a real tmux, one run each.  Practice agents are no part of the CPU time.",
    )


def row(config: str, scenario: str, agents: int, tasks: int) -> list[str]:
    """Return the figures of one rehearsal."""
    memory, begun, others = Memory(), time.process_time(), resource.getrusage(resource.RUSAGE_CHILDREN)
    done = play(config, scenario, os.environ, keep=False, progress=memory)
    assert done.exit_code == 0, done.ended
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    children = after.ru_utime + after.ru_stime - others.ru_utime - others.ru_stime
    return [
        f"{agents}",
        f"{tasks}",
        f"{done.policy_seconds / 3600:.1f} h",
        spoken(done.real_seconds),
        f"{done.passes:,}",
        spoken(time.process_time() - begun),
        spoken(children),
        str(memory),
    ]


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
