"""Whole documents before and after a day: real files, a real configuration, tasks that move when they are told to."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from amp_fsm.config.yaml_text import parse
from amp_fsm.engine.outlook import is_converged
from amp_fsm.engine.reconcile import PassResult, run_pass
from amp_fsm.model.project import Project
from amp_fsm.model.record import Assignment
from amp_fsm.ports import World
from amp_fsm.world.config_files import load_project
from amp_fsm.world.files import LocalFiles
from tests.fakes.clock import FakeClock
from tests.fakes.notifier import FakeNotifier
from tests.fakes.runner import FakeRunner
from tests.fakes.store import MemoryStore
from tests.fakes.terminal import FakeTerminal

FOLDER = Path(__file__).parents[1] / "golden" / "days"
CASES = sorted(path.parent for path in FOLDER.glob("*/config.yaml"))
MIDNIGHT = 1_769_040_000.0
"""2026-01-22, UTC."""

MOST_PASSES = 20


@pytest.fixture(autouse=True)
def in_utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


class Day:
    """One case while it is played in a copy of its folder."""

    def __init__(self, case: Path, root: Path) -> None:
        loaded = load_project(str(case / "config.yaml"), {"HOME": "/home/someone"})
        assert loaded.project is not None, loaded.problems
        self.project: Project = replace(loaded.project, root=str(root), store=str(root / ".store"))
        self.root = root
        self.clock = FakeClock(wall=MIDNIGHT)
        self.store = MemoryStore()
        self.files = LocalFiles(root)
        self.plans: list[PassResult] = []

    def play(self, step: dict[str, Any]) -> None:
        """Let one thing happen at its time, and passes go by until nothing is to be done."""
        hour, _, minute = str(step["at"]).partition(":")
        self.clock.pass_time(MIDNIGHT + int(hour) * 3600 + int(minute) * 60 - self.clock.wall)
        for path, (old, new) in step.get("write", {}).items():
            text = (self.root / path).read_bytes().decode("utf-8", "surrogateescape")
            assert old in text, f"{old!r} is not in {path}"
            (self.root / path).write_bytes(text.replace(old, new, 1).encode("utf-8", "surrogateescape"))
        for task, agent in step.get("hold", {}).items():
            held = Assignment(id=f"{task}#1", agent=agent, task=task)
            self.store.record = replace(self.store.record, assignments={**self.store.record.assignments, held.id: held})
        for subject, transition in step.get("fire", {}).items():
            self.store.request("fire", (subject, transition))
        self.settle()

    def settle(self) -> None:
        for _ in range(MOST_PASSES):
            result = run_pass(self.project, self.world)
            self.plans.append(result)
            assert not result.refused
            if is_converged(result):
                return
        raise AssertionError(f"no end: {self.plans[-1].plan.changes}")

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


def parsed(path: Path) -> list[dict[str, Any]]:
    found = parse(path.read_bytes(), path.name)
    assert found.value is not None, found.problems
    return list(found.value["steps"])


def test_there_are_days() -> None:
    assert len(CASES) >= 2


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_documents_of_a_day(case: Path, tmp_path: Path) -> None:
    for before in (case / "before").iterdir():
        (tmp_path / before.name).write_bytes(before.read_bytes())
    day = Day(case, tmp_path)
    for step in parsed(case / "day.yaml"):
        day.play(step)
    made = {
        str(path.relative_to(tmp_path)): path.read_bytes().decode("utf-8", "surrogateescape")
        for path in sorted(tmp_path.rglob("*"))
        if path.is_file()
    }
    if os.environ.get("UPDATE_GOLDENS"):
        for name, text in made.items():
            (case / "after" / name).parent.mkdir(parents=True, exist_ok=True)
            (case / "after" / name).write_bytes(text.encode("utf-8", "surrogateescape"))
    after = case / "after"
    wanted = {
        str(path.relative_to(after)): path.read_bytes().decode("utf-8", "surrogateescape")
        for path in sorted(after.rglob("*"))
        if path.is_file()
    }
    assert made == wanted
