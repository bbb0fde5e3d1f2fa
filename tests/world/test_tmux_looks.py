"""Looks through control mode: they show what processes show, disturb nobody, and never go without an answer."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from amp_fsm.errors import TerminalUnreachableError
from amp_fsm.model.seen import PaneRef
from amp_fsm.world.tmux import TmuxTerminal
from amp_fsm.world.tmux_looks import ControlledLooks
from amp_fsm.world.tmux_process import Answer, TmuxProcess
from tests.tmux_server import TmuxServer, until

SESSION = "team"
NUMBER = "#{session_attached} #{window_width}x#{window_height}"


@dataclass(slots=True)
class Watch:
    """A terminal whose looks are kept open, and what was said about it."""

    server: TmuxServer
    terminal: TmuxTerminal
    said: list[str] = field(default_factory=list)

    def panes(self) -> list[PaneRef]:
        return [pane.ref for pane in self.terminal.survey(SESSION, "p/").panes]

    def clients(self) -> list[str]:
        return self.server.tmux("list-clients", "-F", "#{client_pid} #{client_flags}").splitlines()


@contextmanager
def watching(server: TmuxServer, **how: float) -> Iterator[Watch]:
    watch = Watch(server=server, terminal=TmuxTerminal(server.socket, timeout=how.get("timeout", 15.0)))
    with watch.terminal.kept_open(SESSION, watch.said.append):
        yield watch


@pytest.fixture
def watch(tmux_server: TmuxServer) -> Iterator[Watch]:
    tmux_server.open(SESSION, "sleep", "1000")
    with watching(tmux_server) as made:
        yield made


# ---- the same answers --------------------------------------------------------------------------------------------

SCREENS = [
    pytest.param("printf 'a\\n%%end 1 2 1\\n%%error 1 2 1\\n%%begin 1 3 1\\n%%exit\\n'", id="lines-like-frames"),
    pytest.param("printf '漢字 ✅ ❯ e\\314\\201\\n'", id="22-wide-and-combined"),
    pytest.param("printf '\\033[31mred\\033[0m \\033[2mdim\\033[7m both'", id="colours"),
    pytest.param("for n in $(seq 99); do printf long; done", id="21-a-wrapped-line"),
    pytest.param("printf '\\n\\n   below\\n\\n'", id="blank-lines"),
    pytest.param("seq 200", id="a-full-screen"),
    pytest.param("true", id="nothing-at-all"),
]


@pytest.mark.parametrize("program", SCREENS)
def test_a_screen_is_the_one_that_a_process_captures(watch: Watch, program: str) -> None:
    watch.server.open(SESSION, "sh", "-c", f"{program}; tmux wait-for -S drawn; exec sleep 1000")
    watch.server.tmux("wait-for", "drawn")
    process = TmuxTerminal(watch.server.socket, timeout=15.0)
    panes = [pane.ref for pane in process.survey(SESSION, "p/").panes]
    assert watch.panes() == panes
    until(lambda: watch.terminal.capture(panes) == process.capture(panes), "the same screens")
    assert len(watch.clients()) == 1


def test_a_pane_that_is_gone_is_said_as_a_process_says_it(watch: Watch) -> None:
    (pane,) = watch.panes()
    others = (replace(pane, pane="%99"), replace(pane, pid=1), replace(pane, server="1:1"))
    process = TmuxTerminal(watch.server.socket, timeout=15.0)
    assert watch.terminal.capture((*others, pane)) == process.capture((*others, pane))


def test_a_session_without_our_panes_is_an_empty_survey(watch: Watch) -> None:
    assert watch.panes()
    assert watch.terminal.survey("another", "q/").panes == ()


# ---- nobody is disturbed -----------------------------------------------------------------------------------------


def test_it_is_no_person_has_no_size_and_goes_without_a_trace(tmux_server: TmuxServer) -> None:
    tmux_server.open(SESSION, "sleep", "1000")
    tmux_server.tmux("set-option", "-g", "aggressive-resize", "on")
    with watching(tmux_server) as watch:
        survey = watch.terminal.survey(SESSION, "p/")
        assert [pane.person for pane in survey.panes] == [None]
        (client,) = watch.clients()
        assert {"control-mode", "no-output", "ignore-size"} <= set(client.split()[1].split(","))
        assert tmux_server.tmux("display-message", "-p", "-t", f"={SESSION}:", NUMBER) == "1 100x30\n"
        pane = tmux_server.open(SESSION, "sleep", "1000")
        assert tmux_server.show(pane, "window_width") == "100"
    assert watch.clients() == []
    assert watch.said == []


def test_a_server_that_ends_is_not_kept_alive(watch: Watch) -> None:
    assert watch.panes()
    watch.server.tmux("kill-session", "-t", f"={SESSION}")
    until(lambda: not watch.server.has(SESSION), "the end of the server")
    assert watch.terminal.survey(SESSION, "p/").server == ""
    assert watch.said == []


@pytest.mark.parametrize("option", ["exit-unattached", "destroy-unattached", "focus-events"])
def test_where_a_client_would_be_more_than_a_look_there_is_none(watch: Watch, option: str) -> None:
    with somebody(watch.server):
        watch.server.tmux("set-option", "-g", option, "on")
        assert len(watch.panes()) == 1
        assert [client for client in watch.clients() if "no-output" in client] == []
        watch.server.tmux("set-option", "-g", option, "off")
    assert watch.said == []


@contextmanager
def somebody(server: TmuxServer) -> Iterator[None]:
    """Have another client attached, without which the server would end."""
    argv = ["tmux", "-L", server.socket, "-C", "attach", "-t", f"={SESSION}"]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as client:
        until(lambda: server.show(f"={SESSION}:", "session_attached") == "1", "the client")
        yield
        client.terminate()


HOLDER = """
import sys
from amp_fsm.world.tmux import TmuxTerminal
terminal = TmuxTerminal(sys.argv[1])
with terminal.kept_open("team", print):
    terminal.survey("team", "p/")
    print("looked", flush=True)
    sys.stdin.read()
"""


def test_killed_at_once_we_leave_nothing_behind(tmux_server: TmuxServer) -> None:
    tmux_server.open(SESSION, "sleep", "1000")
    argv = [sys.executable, "-c", HOLDER, tmux_server.socket]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "looked\n"
        (client,) = tmux_server.tmux("list-clients", "-F", "#{client_pid}").split()
        holder.kill()
    until(lambda: tmux_server.tmux("list-clients") == "", "the client's end")
    until(lambda: not Path(f"/proc/{client}").exists(), "the end of the client's process")


# ---- it goes on without ------------------------------------------------------------------------------------------


def test_24_a_client_that_died_is_told_once_and_tried_again(watch: Watch) -> None:
    for _ in range(2):
        until(lambda: len(watch.panes()) == 1 and len(watch.clients()) == 1, "a client")
        os.kill(int(watch.clients()[0].split()[0]), signal.SIGKILL)
        until(lambda: watch.clients() == [], "its death")
        assert len(watch.panes()) == 1
    assert len(watch.said) == 1
    assert "ended: looking with a tmux process each time, and trying again" in watch.said[0]


def test_a_server_that_was_started_again_is_another_server(watch: Watch) -> None:
    (before,) = watch.panes()
    watch.server.end()
    assert watch.terminal.survey(SESSION, "p/").server == ""
    watch.server.open(SESSION, "sleep", "1000")
    (after,) = watch.panes()
    assert (before.pane, before.server != after.server) == (after.pane, True)
    until(lambda: watch.panes() == [after] and len(watch.clients()) == 1, "another client")
    assert watch.said == []


STRANGE = {
    "is-silent": "exec sleep 1000",
    "says-something-else": 'while read line; do echo nonsense; echo "$line" | tr -d "\'" | sed s/.*-p.//; done',
    "talks-without-end": "exec yes",
    "ends-at-once": "exit 0",
}
SHIM = '#!/bin/sh\necho "$*" >>"{log}"\ncase " $* " in *" -C "*) {strange} ;; esac\nexec "{tmux}" "$@"\n'


@pytest.fixture
def shimmed(tmp_path: Path, tmux_server: TmuxServer, request: pytest.FixtureRequest) -> tuple[TmuxProcess, Path]:
    """A tmux that is odd in control mode, and what it was run with."""
    program, log = tmp_path / "tmux", tmp_path / "log"
    strange = STRANGE.get(getattr(request, "param", ""), ":")
    program.write_text(SHIM.format(log=log, strange=strange, tmux=shutil.which("tmux")))
    program.chmod(0o755)
    tmux_server.open(SESSION, "sleep", "1000")
    environment = {**os.environ, "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"}
    return TmuxProcess(tmux_server.socket, environment=environment, timeout=15.0), log


@pytest.mark.parametrize("shimmed", STRANGE, indirect=True)
def test_24_whatever_is_wrong_with_control_mode_a_process_answers(
    shimmed: tuple[TmuxProcess, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("amp_fsm.world.tmux_looks.ANSWER_SECONDS", 0.5)
    process, log = shimmed
    said: list[str] = []
    now = 100.0
    looks = ControlledLooks(process, SESSION, said.append, now=lambda: now)
    for _ in range(20):
        assert looks.run("display-message", "-p", "here") == Answer(code=0, said="here\n", complaint="")
        now += 1.0
    looks.close()
    tries = sum(" -C " in line for line in log.read_text().splitlines())
    assert tries == 5  # 0, 1, 3, 7 and 15 seconds after the first
    assert 1 <= len(said) == len(set(said)) <= 2


def test_25_a_look_runs_no_process(shimmed: tuple[TmuxProcess, Path]) -> None:
    process, log = shimmed
    looks = ControlledLooks(process, SESSION, pytest.fail)
    looks.run("display-message", "-p", "first")
    before = log.read_text()
    for number in range(20):
        assert looks.run("display-message", "-p", str(number)).said == f"{number}\n"
    assert log.read_text() == before
    looks.close()


def test_a_megabyte_of_screens_comes_whole(shimmed: tuple[TmuxProcess, Path]) -> None:
    looks = ControlledLooks(shimmed[0], SESSION, pytest.fail)
    screen = f"display-message -p '{'x' * 1000}'\n"
    script = "".join(f"display-message -p 'NONCE {number}'\n{screen}" for number in range(1_000))
    said = looks.run_script(f"{script}display-message -p 'NONCE end'\n", "NONCE").said.split("NONCE ")
    assert [line.split()[0] for line in said[1:]] == [*map(str, range(1_000)), "end"]
    looks.close()


def test_24_a_server_that_stands_still_is_unreachable(watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("amp_fsm.world.tmux_looks.ANSWER_SECONDS", 0.5)
    with watching(watch.server, timeout=0.5) as hasty:
        (pane,) = hasty.panes()
        os.kill(int(pane.server.split(":")[0]), signal.SIGSTOP)
        try:
            with pytest.raises(TerminalUnreachableError, match=r"did not answer in 0\.5 s"):
                hasty.panes()
        finally:
            os.kill(int(pane.server.split(":")[0]), signal.SIGCONT)
        until(lambda: answers(hasty) == [pane], "an answer")


def answers(watch: Watch) -> list[PaneRef]:
    """Return the panes; none while the server still has the questions of clients that are no more before it."""
    try:
        return watch.panes()
    except TerminalUnreachableError:
        return []


def test_a_missing_session_is_looked_at_with_processes(tmux_server: TmuxServer) -> None:
    with watching(tmux_server) as watch:
        assert watch.terminal.survey(SESSION, "p/").server == ""
        tmux_server.open("another", "sleep", "1000")
        assert watch.terminal.survey(SESSION, "p/").panes == ()
        assert (watch.clients(), watch.said) == ([], [])
        tmux_server.open(SESSION, "sleep", "1000")
        until(lambda: len(watch.panes()) == 1 and len(watch.clients()) == 1, "a client")
