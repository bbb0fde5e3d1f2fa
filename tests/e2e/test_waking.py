"""What wakes a watching reconciler, with real files, real threads and a real record: at once, and not for nothing."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from amp_fsm.engine.calls import Calls
from amp_fsm.engine.ending import LoopResult, Mode
from amp_fsm.engine.listener import Listener
from amp_fsm.engine.loops import run_until
from amp_fsm.engine.reconcile import PassResult
from amp_fsm.engine.rouse import rouse
from amp_fsm.ports import World
from amp_fsm.wiring import build, project_at
from amp_fsm.world.events import LocalEvents
from tests.cli.test_reconcile import GREETED
from tests.configured_team import STATUS, Home
from tests.tmux_server import until


@dataclass(slots=True)
class Loop:
    """A watching loop in a thread of its own; cheap looks are an hour apart, so that only events wake it."""

    home: Home
    world: World
    calls: Calls = field(default_factory=Calls)
    passes: list[PassResult] = field(default_factory=list)
    resting: threading.Event = field(default_factory=threading.Event)
    ended: list[LoopResult] = field(default_factory=list)
    thread: threading.Thread | None = None

    def start(self) -> None:
        project = project_at(self.home.config, os.environ)
        listener = Listener(on_pass=self._passed)

        def run() -> None:
            made = run_until(project, self.world, Mode.WATCH, interval=3600.0, calls=self.calls, listener=listener)
            self.ended.append(made)

        self.thread = threading.Thread(target=run, daemon=True)
        self.thread.start()
        until(self.resting.is_set, "the first passes")

    def _passed(self, result: PassResult, wait: float) -> None:
        self.passes.append(result)
        if wait:
            self.resting.set()
        else:
            self.resting.clear()

    def end(self) -> None:
        self.calls.ended_by = signal.SIGTERM
        assert self.world.events is not None
        self.world.events.tell("the end")
        assert self.thread is not None
        self.thread.join(15.0)
        assert self.ended

    def until_passes(self, more: int) -> None:
        """Wait until that many passes were made since the loop rests."""
        until(lambda: len(self.passes) >= more and self.resting.is_set(), f"{more} passes")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Home]:
    """A project whose only task is completed when its file is there."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr("amp_fsm.engine.watch.WATCH_SECONDS", 3600.0)
    made = Home(tmp_path / "home")
    made.folder.mkdir()
    yield made.write(more=GREETED)
    made.end()


@pytest.fixture
def loop(home: Home) -> Iterator[Loop]:
    made = Loop(home=home, world=build(project_at(home.config, os.environ), environment=os.environ))
    made.start()
    yield made
    made.end()


def edited(home: Home, word: str) -> None:
    """Write something into the status table as an editor does: beside it, then over it."""
    beside = home.folder / "STATUS.md~"
    beside.write_text(STATUS.replace("| ben | - | IDLE | - |", f"| ben | - | IDLE | {word} |"))
    beside.replace(home.folder / "STATUS.md")


def test_an_editor_that_renames_its_copy_over_a_document_wakes(loop: Loop) -> None:
    before = len(loop.passes)
    edited(loop.home, "noon")
    loop.until_passes(before + 1)


def test_the_same_text_written_again_wakes_nobody(loop: Loop) -> None:
    before = len(loop.passes)
    edited(loop.home, "-")
    edited(loop.home, "noon")
    loop.until_passes(before + 1)
    assert len(loop.passes) == before + 1


def test_a_deliverable_completes_its_task_at_once(loop: Loop) -> None:
    (loop.home.folder / "greeting.txt").write_text("hello")
    until(lambda: loop.home.store.load().subjects["task/T-1"].state == "COMPLETED", "the task being completed")


def test_a_burst_of_a_thousand_events_makes_few_passes(loop: Loop) -> None:
    before = len(loop.passes)
    for number in range(1000):
        edited(loop.home, f"noon {number}")
    loop.until_passes(before + 1)
    seen = loop.passes[-1].seen.files["STATUS.md"]
    until(lambda: "| noon 999 |" in repr(loop.passes[-1].seen.files["STATUS.md"]), f"the last text, not {seen}")
    assert len(loop.passes) - before < 50


def test_a_sign_in_the_wake_folder_wakes_and_so_does_its_second_coming(loop: Loop) -> None:
    project = project_at(loop.home.config, os.environ)
    for _ in range(2):
        before = len(loop.passes)
        assert rouse(project, loop.world).startswith("pid ")
        loop.until_passes(before + 1)


def test_the_wake_folder_is_found_again_when_it_was_removed(loop: Loop) -> None:
    project = project_at(loop.home.config, os.environ)
    rouse(project, loop.world)
    folder = loop.home.folder / ".amp-fsm" / "crew" / "wake"
    for _ in range(2):
        before = len(loop.passes)
        until(folder.is_dir, "the folder")
        shutil.rmtree(folder)
        loop.until_passes(before + 1)
        before = len(loop.passes)
        rouse(project, loop.world)
        loop.until_passes(before + 1)


def test_the_watch_goes_on_when_the_thread_of_its_events_dies(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("amp_fsm.engine.watch.WATCH_SECONDS", 0.2)
    loop = Loop(home=home, world=build(project_at(home.config, os.environ), environment=os.environ))
    loop.start()
    events = loop.world.events
    assert isinstance(events, LocalEvents)
    assert events._observer is not None
    events._observer.stop()
    events._observer.join(15.0)  # what is told until then would leave nothing to be missed
    for word in ("one", "two"):
        before = len(loop.passes)
        edited(home, word)
        loop.until_passes(before + 1)
    until(lambda: events._observer is not None and events._observer.is_alive(), "a new thread")
    loop.end()


def test_without_events_looking_alone_goes_on(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("amp_fsm.engine.watch.WATCH_SECONDS", 0.2)
    monkeypatch.setitem(sys.modules, "watchdog.observers", None)
    loop = Loop(home=home, world=build(project_at(home.config, os.environ), environment=os.environ))
    loop.start()
    before = len(loop.passes)
    edited(home, "one")
    loop.until_passes(before + 1)
    loop.end()


# ---- the whole program -----------------------------------------------------------------------------------------------


def test_a_signal_and_poke_reach_a_process_that_watches(home: Home) -> None:
    argv = [sys.executable, "-m", "amp_fsm", "reconcile", home.config, "--watch", "--interval", "1h"]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            until(lambda: "task/T-1" in home.store.load().subjects, "the first pass")
            for call in (lambda: home.run("poke"), lambda: process.send_signal(signal.SIGUSR1)):
                before = home.store.load().reading
                call()
                until(lambda before=before: home.store.load().reading != before, "a pass at once")  # type: ignore[misc]  # a lambda with a default
        finally:
            process.send_signal(signal.SIGTERM)
            _, err = process.communicate(timeout=30)
    assert (process.returncode, err) == (0, "")
