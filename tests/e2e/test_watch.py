"""A watching reconciler and a real team in a private tmux: what agents do is noticed long before its interval ends."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.configured_team import PRACTICE, Home
from tests.tmux_server import until


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Home]:
    """A project whose agents' turns take three seconds, and whose private tmux server is ended afterwards."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    made = Home(tmp_path).write(command=json.dumps([*json.loads(PRACTICE), "--works", "3"]))
    yield made
    made.end()


def state(home: Home, address: str) -> str:
    subject = home.store.load().subjects.get(address)
    return subject.state if subject is not None else ""


def test_what_agents_do_is_noticed_within_seconds_at_an_interval_of_an_hour(home: Home) -> None:
    argv = [sys.executable, "-m", "amp_fsm", "reconcile", home.config, "--watch", "--interval", "1h"]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            until(lambda: state(home, "task/T-1") == "WORKING", "an agent at work")
            (home.folder / "greeting.txt").write_text("hello")
            status = home.folder / "STATUS.md"
            status.write_text(status.read_text().replace("ASSIGNED", "COMPLETED"))
            until(lambda: state(home, "task/T-1") == "COMPLETED", "the claim being verified")
            until(lambda: state(home, "agent/ada") == "IDLE", "the end of the turn being noticed")
        finally:
            process.send_signal(signal.SIGTERM)
            out, err = process.communicate(timeout=30)
    assert (process.returncode, err) == (0, "")
    assert "  done    send code -> agent/ada" in out
    assert "T-1" in (home.folder / "LOG.md").read_text()
