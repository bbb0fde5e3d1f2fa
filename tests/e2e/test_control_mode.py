"""A watch keeps one quiet client in its tmux server, and nothing of it stays, however the watch ends."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.configured_team import Home
from tests.tmux_server import until


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Home]:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    made = Home(tmp_path).write()
    yield made
    made.end()


def clients(home: Home) -> list[str]:
    return home.tmux("list-clients", "-F", "#{client_session} #{client_flags}").splitlines()


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_a_watch_keeps_one_client_and_leaves_none(home: Home, how: signal.Signals) -> None:
    argv = [sys.executable, "-m", "amp_fsm", "reconcile", home.config, "--watch", "--interval", "1s"]
    with subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
        try:
            until(lambda: len(clients(home)) == 1, "the watch's client")
            assert clients(home)[0].startswith("crew ")
            assert "control-mode" in clients(home)[0]
            until(lambda: "agent/ada" in home.store.load().subjects, "a pass")
        finally:
            process.send_signal(how)
            _, err = process.communicate(timeout=30)
    until(lambda: clients(home) == [], "the end of the client")
    assert err == ""
    assert home.tmux("list-panes", "-s", "-t", "=crew", "-F", "#{@amp_agent}").split()
