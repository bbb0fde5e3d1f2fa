"""`reconcile --watch` as a service: what it tells systemd, its log lines, its metrics, and how it ends."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.cli.test_reconcile import GREETED
from tests.configured_team import Home
from tests.tmux_server import until


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Home]:
    """A project whose only task is completed when its file is there."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    made = Home(tmp_path).write(more=GREETED)
    yield made
    made.end()


@contextmanager
def watching(home: Home, *options: str, **environment: str) -> Iterator[subprocess.Popen[str]]:
    """A process that watches, ended by SIGTERM if the test has not ended it."""
    argv = [sys.executable, "-m", "amp_fsm", "reconcile", home.config, "--watch", "--interval", "1h", *options]
    import os

    out = (home.folder / "out").open("w")
    err = (home.folder / "err").open("w")
    with (
        out,
        err,
        subprocess.Popen(argv, stdout=out, stderr=err, text=True, env={**os.environ, **environment}) as process,
    ):
        try:
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(30)


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[Callable[[str], str]]:
    """A service manager's socket; returns the first message that holds a text."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(tmp_path / "notify"))
        listening.settimeout(15.0)

        def heard(text: str) -> str:
            while True:
                said = listening.recv(4096).decode()
                if text in said:
                    return said

        yield heard


def test_systemd_hears_of_readiness_life_reloading_and_the_end(
    home: Home, tmp_path: Path, manager: Callable[[str], str]
) -> None:
    with watching(home, NOTIFY_SOCKET=str(tmp_path / "notify")) as process:
        assert manager("READY=1") == "READY=1\nSTATUS=watching crew"
        manager("WATCHDOG=1")
        process.send_signal(signal.SIGHUP)
        assert manager("RELOADING=1").startswith("RELOADING=1\nMONOTONIC_USEC=")
        manager("READY=1")
    manager("STOPPING=1")
    assert process.returncode == 0
    assert (home.folder / "err").read_text() == f"amp-fsm: {home.config} was read anew: it did not change\n"


def test_a_wrong_configuration_is_refused_on_sighup_and_the_watch_goes_on(home: Home) -> None:
    with watching(home) as process:
        until(lambda: "task/T-1" in home.store.load().subjects, "the first pass")
        good = Path(home.config).read_text()
        Path(home.config).write_text(good.replace("kind: code", "kind: none-such"))
        process.send_signal(signal.SIGHUP)
        until(lambda: "none-such" in (home.folder / "err").read_text(), "its problem")
        (home.folder / "greeting.txt").write_text("hello")
        until(lambda: home.store.load().subjects["task/T-1"].state == "COMPLETED", "the old one being at work")
    assert process.returncode == 0


def test_every_log_line_is_json_and_says_what_happened(home: Home) -> None:
    with watching(home, "--log-format", "json") as process:
        until(lambda: "task/T-1" in home.store.load().subjects, "the first pass")
        (home.folder / "greeting.txt").write_text("hello")
        until(lambda: home.store.load().subjects["task/T-1"].state == "COMPLETED", "the task being completed")
        process.send_signal(signal.SIGHUP)
        until(lambda: "notice" in (home.folder / "out").read_text(), "the notice")
    lines: list[dict[str, Any]] = [json.loads(line) for line in (home.folder / "out").read_text().splitlines()]
    assert {line["event"] for line in lines} == {"plan", "pass", "notice", "end"}
    assert all(line["at"].endswith("Z") for line in lines)
    changes = [change for line in lines if line["event"] == "plan" for change in line["changes"]]
    assert [(change["address"], change["transition"], change["to"]) for change in changes] == [
        ("task/T-1", "finished", "COMPLETED")
    ]
    assert lines[-1]["exit_code"] == 0
    assert lines[-1]["ended"].startswith("stopped after ")
    assert (home.folder / "err").read_text() == ""


def test_metrics_are_served_on_loopback(home: Home) -> None:
    with watching(home, "--metrics", "0") as process:
        until(lambda: "metrics at" in (home.folder / "err").read_text(), "the address")
        until(lambda: "task/T-1" in home.store.load().subjects, "the first pass")
        address = (home.folder / "err").read_text().split()[-1]
        assert address.startswith("http://127.0.0.1:")

        def scraped() -> dict[str, float]:
            with urllib.request.urlopen(address, timeout=5) as answer:
                lines = [line for line in answer.read().decode().splitlines() if not line.startswith("#")]
            return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}

        until(lambda: scraped().get('amp_fsm_subjects{kind="task",state="PENDING"}') == 1.0, "the task")
        before = scraped()
        (home.folder / "greeting.txt").write_text("hello")
        until(lambda: scraped().get('amp_fsm_subjects{kind="task",state="COMPLETED"}') == 1.0, "the task being done")
        after = scraped()
    assert after['amp_fsm_passes_total{moved="true"}'] > before['amp_fsm_passes_total{moved="true"}']
    assert after["amp_fsm_look_seconds_count"] > before["amp_fsm_look_seconds_count"]
    assert after["amp_fsm_idle_agents"] == 0.0
    assert process.returncode == 0


def test_a_port_that_is_taken_is_an_error_before_anything_is_done(home: Home) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        said = home.run("reconcile", "--watch", "--metrics", f"127.0.0.1:{port}")
    assert said.code == 1
    assert said.err == (
        f"amp-fsm: --metrics: cannot listen on 127.0.0.1:{port}: Address already in use\n  name another port\n"
    )
    assert home.store.load().subjects == {}


@pytest.mark.parametrize(
    "options",
    [
        ("--watch", "--metrics", "nowhere"),
        ("--metrics", "9464"),
        ("--json", "--log-format", "json"),
        ("--dry-run", "--log-format", "json"),
    ],
)
def test_options_that_do_not_fit_are_refused(home: Home, options: tuple[str, ...]) -> None:
    assert home.run("reconcile", *options).code == 1


def test_one_pass_is_logged_too(home: Home) -> None:
    said = home.run("reconcile", "--log-format", "json")
    assert [json.loads(line)["event"] for line in said.out.splitlines()] == ["plan", "pass", "end"]
