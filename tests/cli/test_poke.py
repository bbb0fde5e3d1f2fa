"""`poke`: whoever watches looks at once, and the operator hears who that is."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.configured_team import Home


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A project whose tmux server does not run."""
    return Home(tmp_path).write()


def signs(home: Home) -> list[str]:
    return [path.name for path in (home.folder / ".amp-fsm" / "crew").glob("wake/*")]


def test_nobody_watches_and_nothing_is_written(home: Home) -> None:
    before = home.files()
    said = home.run("poke")
    assert (said.code, said.out) == (4, f"nobody watches crew\nnext: amp-fsm reconcile {home.config} --watch\n")
    assert home.run("poke", "--json").json["holder"] == ""
    assert home.files() == before


def test_whoever_watches_is_named_and_called(home: Home) -> None:
    with home.store.lock():
        said = home.run("poke")
        assert said.code == 0
        assert re.fullmatch(rf"poked: pid {os.getpid()} since \S+ \S+\n", said.out)
        assert home.run("poke", "--json").json["holder"] == said.out.removeprefix("poked: ").strip()
    assert signs(home) == ["poke"]


def test_a_process_that_ended_with_the_lock_watches_no_more(home: Home) -> None:
    killed = (
        "import os, sys; from amp_fsm.world.sqlite import SqliteStore\n"
        f"with SqliteStore({str(home.folder / '.amp-fsm' / 'crew')!r}).lock(): os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", killed], check=False, timeout=30)
    assert home.run("poke").code == 4


@pytest.mark.parametrize("command", [("pause", "ada"), ("go",), ("fire", "T-1", "retry")])
def test_what_the_operator_asks_for_calls_the_holder_too(home: Home, command: tuple[str, ...]) -> None:
    with home.store.lock():
        assert home.run(command[0], *command[1:]).code == 0
    assert signs(home) == ["poke"]
