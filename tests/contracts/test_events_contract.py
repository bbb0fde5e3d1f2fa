"""What whoever tells of events keeps, on the fake and with a real folder, real threads and real processes."""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from amp_fsm.ports import Events
from amp_fsm.world.events import LocalEvents
from tests.fakes.events import FakeEvents

DEADLINE = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """Events, and ways to make something happen in the folder that they tell of."""

    events: Events
    woken: threading.Event
    write: Callable[[str], None]
    replace: Callable[[str], None]
    remove: Callable[[str], None]
    read: Callable[[str], object]

    def told(self, what: str) -> set[str]:
        """Return all that is told until `what` is."""
        said: set[str] = set()
        while what not in said:
            assert self.woken.wait(DEADLINE), f"{what} was never told, only {said}"
            self.woken.clear()
            said |= self.events.take()
        return said


@pytest.fixture(params=["fake", "folder"])
def stage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stage]:
    woken = threading.Event()
    made = _fake(woken) if request.param == "fake" else _real(woken, tmp_path)
    yield made
    made.events.close()


def _fake(woken: threading.Event) -> Stage:
    fake = FakeEvents(wake=woken.set)

    def nothing(path: str) -> None:
        pass

    return Stage(events=fake, woken=woken, write=fake.changed, replace=fake.changed, remove=fake.changed, read=nothing)


def _real(woken: threading.Event, root: Path) -> Stage:
    def write(path: str) -> None:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text("written")

    def replace(path: str) -> None:
        write(f"{path}~")
        (root / f"{path}~").replace(root / path)

    return Stage(
        events=LocalEvents(root, wake=woken.set),
        woken=woken,
        write=write,
        replace=replace,
        remove=lambda path: (root / path).unlink(),
        read=lambda path: (root / path).read_text(),
    )


def follow(stage: Stage, *patterns: str) -> None:
    """Follow these, and let go by what is told because they are new."""
    assert stage.events.follow(frozenset(patterns)) == ""
    stage.woken.clear()
    assert set(patterns) <= stage.events.take()


def test_a_written_file_is_told_and_wakes(stage: Stage) -> None:
    follow(stage, "S.md", "T.md")
    stage.write("S.md")
    assert stage.told("S.md") == {"S.md"}


def test_an_editor_that_renames_its_copy_over_the_file_is_told(stage: Stage) -> None:
    stage.write("S.md")
    follow(stage, "S.md")
    stage.replace("S.md")
    assert stage.told("S.md") == {"S.md"}


def test_a_removed_file_is_told(stage: Stage) -> None:
    stage.write("S.md")
    follow(stage, "S.md")
    stage.remove("S.md")
    assert stage.told("S.md") == {"S.md"}


def test_what_is_not_followed_is_not_told(stage: Stage) -> None:
    others = ("U.md", "out/a.pdf", "out/.hidden.txt", "out/below/a.txt", "deep/a/b.py", "deep/.hidden/c.rs")
    for path in others:
        stage.write(path)
    follow(stage, "S.md", "out/*.txt", "deep/**/*.rs", "END")
    for path in others:
        stage.write(path)
    stage.write("END")
    assert stage.told("END") == {"END"}


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("out/*.txt", "out/a.txt"),
        ("deep/**/*.rs", "deep/a/b/c.rs"),
        ("deep/**/*.rs", "deep/c.rs"),
        ("deep/**", "deep/a/b.py"),
        ("*/report.md", "amp/report.md"),
        ("spool/*/*.json", "spool/ada/1-2.hook.json"),
    ],
)
def test_a_file_that_a_glob_names_is_told(stage: Stage, pattern: str, path: str) -> None:
    follow(stage, pattern)
    stage.write(path)
    assert stage.told(pattern) == {pattern}


def test_reading_is_not_told(stage: Stage) -> None:
    stage.write("S.md")
    follow(stage, "S.md", "END")
    stage.read("S.md")
    stage.write("END")
    assert stage.told("END") == {"END"}


def test_nothing_is_told_twice_unless_it_happens_twice(stage: Stage) -> None:
    follow(stage, "S.md", "END")
    stage.replace("S.md")  # one event; writing is several
    stage.told("S.md")
    stage.replace("END")
    assert stage.told("END") == {"END"}


def test_what_is_followed_anew_is_told_since_it_may_have_stirred_before(stage: Stage) -> None:
    follow(stage, "S.md")
    stage.events.follow(frozenset({"S.md", "T.md"}))
    assert stage.events.take() == {"T.md"}


def test_what_is_no_longer_followed_is_not_told(stage: Stage) -> None:
    follow(stage, "S.md", "END")
    stage.events.follow(frozenset({"END"}))
    stage.write("S.md")
    stage.write("END")
    assert stage.told("END") == {"END"}


def test_whoever_else_knows_of_something_tells_it_too(stage: Stage) -> None:
    teller = threading.Thread(target=stage.events.tell, args=("pane %3",))
    teller.start()
    assert stage.told("pane %3") == {"pane %3"}
    teller.join()


def test_the_end_of_a_process_is_told_once(stage: Stage) -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        stage.events.follow(frozenset(), frozenset({process.pid}))
        stage.events.take()
        process.communicate(b"\n", timeout=DEADLINE)
        if isinstance(stage.events, FakeEvents):
            stage.events.ended(process.pid)
        assert stage.told(f"pid {process.pid}") == {f"pid {process.pid}"}
        stage.events.follow(frozenset(), frozenset({process.pid}))
        assert stage.events.take() == frozenset()


# ---- what only a real folder can do ----------------------------------------------------------------------------------


@pytest.fixture
def real(tmp_path: Path) -> Iterator[Stage]:
    made = _real(threading.Event(), tmp_path)
    yield made
    made.events.close()


def follow_on(stage: Stage, *patterns: str) -> set[str]:
    """Do as a watch does whenever something was told: follow again, then see what else is."""
    stage.events.follow(frozenset(patterns))
    return set(stage.events.take())


@pytest.mark.parametrize("pattern", ["out/S.md", "out/*.md", "out/**/*.md"])
def test_a_folder_that_is_removed_and_made_again_is_found(real: Stage, tmp_path: Path, pattern: str) -> None:
    real.write("out/S.md")
    follow(real, pattern)
    for _ in range(3):
        shutil.rmtree(tmp_path / "out")
        real.told(pattern)
        follow_on(real, pattern)
        (tmp_path / "out").mkdir()
        real.told(pattern)
        follow_on(real, pattern)
        real.write("out/S.md")
        real.told(pattern)


def test_a_folder_that_was_replaced_between_two_calls_is_told(real: Stage, tmp_path: Path) -> None:
    """Nothing tells that a folder itself was moved away; the next call sees another one in its place."""
    real.write("a/out/S.md")
    follow(real, "a/out/S.md")
    (tmp_path / "a" / "out").rename(tmp_path / "gone")
    real.write("a/out/S.md")
    assert follow_on(real, "a/out/S.md") == {"a/out/S.md"}
    real.write("a/out/S.md")
    real.told("a/out/S.md")


def test_the_file_that_a_link_leads_to_is_followed(real: Stage, tmp_path: Path) -> None:
    real.write("far/away.md")
    (tmp_path / "S.md").symlink_to("far/away.md")
    follow(real, "S.md")
    real.replace("far/away.md")
    assert real.told("S.md") == {"S.md"}


def test_a_dead_thread_is_replaced(real: Stage) -> None:
    follow(real, "S.md")
    events = real.events
    assert isinstance(events, LocalEvents)
    assert events._observer is not None
    events._observer.stop()
    events._observer.join(DEADLINE)
    real.write("S.md")
    assert follow_on(real, "S.md") == {"S.md"}
    real.write("S.md")
    real.told("S.md")


def test_whoever_missed_something_begins_anew(real: Stage) -> None:
    follow(real, "S.md")
    real.events.follow(frozenset({"S.md"}), anew=True)
    assert real.events.take() == {"S.md"}
    real.write("S.md")
    real.told("S.md")


def test_a_system_that_tells_nothing_is_said_and_not_asked_again(real: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[None] = []

    def refuse(_events: LocalEvents) -> None:
        begun.append(None)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(LocalEvents, "_begin", refuse)
    said = [real.events.follow(frozenset({"S.md"})) for _ in range(3)]
    assert said == ["the system does not tell of files: No space left on device"] * 3
    assert len(begun) == 1


def test_a_vast_tree_is_said_and_the_rest_is_followed(real: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("amp_fsm.world.followed.MOST_FOLDERS", 2)
    for name in ("a", "b", "c"):
        real.write(f"vast/{name}/x")
    assert "folders are below" in real.events.follow(frozenset({"vast/**/*.rs", "S.md"}))
    real.events.take()
    real.write("S.md")
    assert real.told("S.md") == {"S.md"}
