"""A store on a full disk: a clear error, exit 1, nothing half done, and all goes on once there is room again."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.configured_team import LOG, STATUS, Home

MANY = "".join(
    f"  - {{id: M-{number}, kind: code, title: More of it, brief: {{context: c, objective: o}}}}\n"
    for number in range(300)
)


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """A project whose store has a disk of its own, of half a megabyte."""
    made = Home(tmp_path).write()
    store = tmp_path / ".amp-fsm"
    store.mkdir()
    argv = ["mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", str(store)]
    ran = subprocess.run(argv, capture_output=True, text=True, check=False)
    if ran.returncode:
        pytest.skip(f"nothing may be mounted here: {ran.stderr.strip()}")
    yield made
    made.end()
    subprocess.run(["umount", "--lazy", str(store)], check=True)


def fill(path: Path) -> None:
    """Write a file until its disk is full."""
    with suppress(OSError), path.open("wb", buffering=0) as file:
        while file.write(b"x" * 512):
            pass


def documents(home: Home) -> tuple[str, str]:
    return (home.folder / "STATUS.md").read_text(), (home.folder / "LOG.md").read_text()


def test_before_there_is_a_store(home: Home) -> None:
    fill(home.folder / ".amp-fsm" / "filler")
    said = home.run("reconcile")
    assert said.code == 1
    assert "the lock" in said.err
    assert "No space left on device" in said.err
    assert "This is a bug" not in said.err
    assert home.tmux("list-sessions") == ""
    assert documents(home) == (STATUS, LOG)
    (home.folder / ".amp-fsm" / "filler").unlink()
    assert home.run("reconcile").code == 0
    assert home.run("status").code == 0


def test_when_a_pass_has_more_to_remember_than_there_is_room(home: Home) -> None:
    assert home.run("pause").code == 0
    assert home.run("reconcile").code == 0
    before = home.store.load()
    config = Path(home.config)
    config.write_text(config.read_text().replace("policies:", f"{MANY}policies:"))
    assert home.run("go").code == 0
    fill(home.folder / ".amp-fsm" / "filler")
    said = home.run("reconcile")
    assert said.code == 1
    assert "disk is full" in said.err
    assert home.tmux("list-sessions") == ""
    assert (home.store.load().subjects, home.store.load().serial) == (before.subjects, before.serial)
    (home.folder / ".amp-fsm" / "filler").unlink()
    assert home.run("reconcile").code == 0
    assert len(home.store.load().subjects) == len(before.subjects) + 300
