"""A working day of the practice team over fakes, in virtual time: its agents do as they are told."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from amp_fsm.engine.reconcile import PassResult, run_pass
from amp_fsm.model.project import Project
from amp_fsm.ports import World
from amp_fsm.wiring import project_at
from tests.fakes.clock import FakeClock
from tests.fakes.files import FakeFiles
from tests.fakes.notifier import FakeNotifier
from tests.fakes.runner import FakeRunner
from tests.fakes.store import MemoryStore
from tests.fakes.terminal import FakePane, FakeTerminal

CONFIG = Path(__file__).parents[2] / "configs" / "practice.yaml"
PROJECT = project_at(CONFIG, {**os.environ, "PRACTICE_ROOT": "."})
STATUS = """\
## Agent Status

| Agent | Task | Status | Last Update |
|---|---|---|---|
| ada | - | IDLE | - |
| ben | - | IDLE | - |
"""
LOG = "## Log\n\n| Time | Agent | Action | Status |\n|---|---|---|---|\n"
MOST_PASSES = 200


@dataclass(slots=True)
class Day:
    """The fakes, and how far the agents' work has come.

    Attributes:
        ports: those that passes get; a test may put something between.
        done: how many of its prompts each agent has worked off.
    """

    project: Project = PROJECT
    terminal: FakeTerminal = field(default_factory=FakeTerminal)
    files: FakeFiles = field(default_factory=lambda: FakeFiles(texts={_path("status"): STATUS, _path("log"): LOG}))
    runner: FakeRunner = field(default_factory=FakeRunner)
    clock: FakeClock = field(default_factory=FakeClock)
    notifier: FakeNotifier = field(default_factory=FakeNotifier)
    store: MemoryStore = field(default_factory=MemoryStore)
    done: dict[str, int] = field(default_factory=dict)

    def world(self, **ports: Any) -> World:
        """Return the ports; `ports` replaces some of them."""
        mine: dict[str, Any] = {
            "terminal": self.terminal,
            "files": self.files,
            "runner": self.runner,
            "clock": self.clock,
            "notifier": self.notifier,
            "store": self.store,
        }
        return World(**(mine | ports))

    def a_pass(self, **ports: Any) -> PassResult:
        return run_pass(self.project, self.world(**ports))

    def go_on(self, **ports: Any) -> int:
        """Let passes and agents take turns until everything is done; return how many passes that took."""
        for number in range(1, MOST_PASSES):
            result = self.a_pass(**ports)
            if not result.acted:
                if set(self.states().values()) == {"COMPLETED"} and not result.plan.pending:
                    return number
                self.clock.pass_time(2.0)
                self.work()
        raise AssertionError(f"the day does not end: {self.states()}, {self.store.record.intents}")

    def work(self) -> None:
        """Let every agent do what it was told and everything that runs end well."""
        for pane in self.terminal.panes.values():
            for prompt in pane.received[self.done.get(pane.name, 0) :]:
                self.done[pane.name] = self.done.get(pane.name, 0) + 1
                self._obey(pane, prompt)
        for key, run in list(self.runner.runs.items()):
            if run.status == "running":
                self.runner.end(key, 0)

    def _obey(self, pane: FakePane, prompt: str) -> None:
        found = re.search(r"^TASK_ID: (\S+)", prompt, re.MULTILINE)
        assert found is not None, prompt
        for deliverable in self.project.tasks[found[1]].deliverables:
            self.files.texts[deliverable.file] = f"{found[1]}: as it was asked for\n"
        status = _path("status")
        row = f"| {pane.name} | {found[1]} | COMPLETED | {self.clock.wall:.0f} |"
        self.files.texts[status] = re.sub(rf"^\| {pane.name} .*$", row, self.files.texts[status], flags=re.MULTILINE)
        pane.busy = False

    def states(self) -> dict[str, str]:
        """Return the state of every task."""
        subjects = self.store.record.subjects
        return {
            task.id: subjects[task.address].state for task in self.project.tasks.values() if task.address in subjects
        }

    def prompts(self) -> list[str]:
        """Return the marker of everything that agents received, whoever received it."""
        texts = [text for pane in self.terminal.panes.values() for text in pane.received]
        return [marker for text in texts for marker in re.findall(r"\[amp:(\w+)\]", text)]

    def log_rows(self) -> list[str]:
        """Return the tasks in the log, in order."""
        return re.findall(r"\| (\S+): ", self.files.texts[_path("log")])


def _path(document: str) -> str:
    return PROJECT.documents[document].file
