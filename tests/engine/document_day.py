"""A day of a team whose tasks move when they are told to: a real configuration, real files, virtual time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from amp_fsm.engine.outlook import is_converged
from amp_fsm.engine.reconcile import PassResult, run_pass
from amp_fsm.model.project import Project
from amp_fsm.model.record import Assignment
from amp_fsm.ports import Files, World
from amp_fsm.world.config_files import load_project
from amp_fsm.world.files import LocalFiles
from tests.fakes.clock import FakeClock
from tests.fakes.notifier import FakeNotifier
from tests.fakes.runner import FakeRunner
from tests.fakes.store import MemoryStore
from tests.fakes.terminal import FakeTerminal

DAYS = Path(__file__).parents[1] / "golden" / "days"
MIDNIGHT = 1_769_040_000.0
"""2026-01-22, UTC."""

MOST_PASSES = 20


class Day:
    """The documents of one team in one folder, while its tasks move."""

    def __init__(self, config: Path, root: Path, files: Files | None = None) -> None:
        loaded = load_project(str(config), {"HOME": "/home/someone"})
        assert loaded.project is not None, loaded.problems
        self.project: Project = replace(loaded.project, root=str(root), store=str(root / ".store"))
        self.root = root
        self.files = files or LocalFiles(root)
        self.clock = FakeClock(wall=MIDNIGHT)
        self.store = MemoryStore()
        self.passes: list[PassResult] = []

    def at(self, clock: str) -> None:
        """Let time pass until that hour and minute."""
        hour, _, minute = clock.partition(":")
        self.clock.pass_time(MIDNIGHT + int(hour) * 3600 + int(minute) * 60 - self.clock.wall)

    def hold(self, task: str, agent: str) -> None:
        """Give a task to an agent."""
        held = Assignment(id=f"{task}#1", agent=agent, task=task)
        self.store.record = replace(self.store.record, assignments={**self.store.record.assignments, held.id: held})

    def fire(self, subject: str, transition: str) -> None:
        """Ask for a transition, as an operator does; the next pass takes it."""
        self.store.request("fire", (subject, transition))

    def settle(self) -> None:
        """Let passes go by until nothing is to be done."""
        for _ in range(MOST_PASSES):
            self.passes.append(run_pass(self.project, self.world))
            assert not self.passes[-1].refused
            if is_converged(self.passes[-1]):
                return
        raise AssertionError(f"no end: {self.passes[-1].plan.changes}")

    def finish(self, task: str) -> None:
        """Let a task go its whole way, up to the verdict."""
        self.hold(task, "amp")
        for transition in ("take", "begin", "claim", "verify"):
            self.fire(f"task/{task}", transition)
            self.settle()

    def text(self, path: str) -> str:
        """Return what a file says now."""
        return (self.root / path).read_bytes().decode("utf-8", "surrogateescape")

    def write(self, texts: Mapping[str, str]) -> None:
        """Write files as somebody else does."""
        for path, text in texts.items():
            (self.root / path).write_bytes(text.encode("utf-8", "surrogateescape"))

    @property
    def held(self) -> list[str]:
        """What the last plan held back, with its address."""
        return [f"{held.address}: {held.text}" for held in self.passes[-1].plan.held]

    @property
    def drift(self) -> list[str]:
        """What the last plan says of the documents."""
        return [f"{item.address}: {item.text}" for item in self.passes[-1].plan.drift if item.kind == "document"]

    @property
    def world(self) -> World:
        return World(
            terminal=FakeTerminal(),
            files=self.files,
            runner=FakeRunner(),
            clock=self.clock,
            notifier=FakeNotifier(),
            store=self.store,
        )
