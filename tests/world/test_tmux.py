"""What only a real tmux can show: silence, strange servers, people at keyboards, odd names.  [n]: row of FAILURES."""

from __future__ import annotations

import json
import os
import pty
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from amp_fsm.errors import NotPossibleError, ProgramMissingError, TerminalUnreachableError
from amp_fsm.model.seen import Failed, PaneRef
from amp_fsm.ports import Launch, Listen
from amp_fsm.world.tmux import TmuxTerminal
from tests.terminal_stage import SESSION, TmuxStage, composed, guard_of, launched, read, see
from tests.tmux_server import DEADLINE, TmuxServer, until

TEXT = "do it\nin two lines\n[amp:aaaaaaaa]"
SQUEEZED = "".join(TEXT.split())


@pytest.fixture
def stage(tmp_path: Path, tmux_server: TmuxServer) -> TmuxStage:
    return TmuxStage(tmp_path, tmux_server)


@contextmanager
def stopped(server: TmuxServer) -> Iterator[None]:
    """Let a server stand still for the time of the block."""
    pid = int(server.tmux("display-message", "-p", "#{pid}"))
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


# ---- silence is not emptiness ------------------------------------------------------------------------------------


def test_24_a_server_that_does_not_answer_is_an_error_and_not_an_empty_survey(stage: TmuxStage) -> None:
    pane = launched(stage)
    hasty = TmuxTerminal(stage.server.socket, timeout=0.3)
    with stopped(stage.server):
        with pytest.raises(TerminalUnreachableError, match=r"did not answer in 0\.3 s"):
            hasty.survey(SESSION, "p/")
        with pytest.raises(TerminalUnreachableError):
            hasty.capture((pane,))
        with pytest.raises(TerminalUnreachableError):
            hasty.start(stage.launch("ben", "start002"))
    assert len(stage.terminal.survey(SESSION, "p/").panes) == 1


def test_24_what_a_server_was_told_before_it_fell_silent_happens_at_most_once(stage: TmuxStage, tmp_path: Path) -> None:
    """The paste is on its way when the server stops; we give up, and it may still happen afterwards."""
    pane = launched(stage)
    guard = guard_of(stage, pane)
    server, _, _ = pane.server.partition(":")
    real = shutil.which("tmux")
    (tmp_path / "bin").mkdir()
    wrapper = tmp_path / "bin" / "tmux"
    wrapper.write_text(f'#!/bin/sh\ncase "$*" in *source-file*) kill -STOP {server};; esac\nexec {real} "$@"\n')
    wrapper.chmod(0o755)
    environment = {**os.environ, "PATH": f"{wrapper.parent}:{os.environ['PATH']}"}
    with pytest.raises(TerminalUnreachableError):
        TmuxTerminal(stage.server.socket, environment=environment, timeout=0.5).paste(pane, TEXT, "aaaaaaaa", guard)
    os.kill(int(server), signal.SIGCONT)
    if see(stage, pane).typed != "aaaaaaaa":
        assert stage.terminal.paste(pane, TEXT, "aaaaaaaa", guard).happened
    assert not stage.terminal.paste(pane, TEXT, "aaaaaaaa", guard).happened
    until(lambda: composed(stage, pane) == SQUEEZED, "the text, once")


@pytest.mark.parametrize("answers", [False, True], ids=["silent", "hangs-up"])
def test_24_something_else_at_the_socket_is_an_error(tmp_path: Path, answers: bool) -> None:
    path = tmp_path / "socket"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()
        terminal = TmuxTerminal(str(path), timeout=0.5)
        if answers:
            listener.settimeout(DEADLINE)
            child = os.fork()
            if not child:
                listener.accept()[0].close()
                os._exit(0)
        with pytest.raises(TerminalUnreachableError):
            terminal.survey(SESSION, "p/")
        if answers:
            os.waitpid(child, 0)


def test_a_missing_tmux_says_how_to_install_it() -> None:
    with pytest.raises(TerminalUnreachableError, match="tmux is not installed") as caught:
        TmuxTerminal("amp-test-none", environment={"PATH": "/nonexistent"}).survey(SESSION, "p/")
    assert "apt install tmux" in caught.value.hint


def test_a_tmux_that_may_not_be_run_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "tmux").write_text("#!/nonexistent/interpreter\n")
    with pytest.raises(TerminalUnreachableError):
        TmuxTerminal("amp-test-none", environment={"PATH": str(tmp_path)}).survey(SESSION, "p/")


def test_a_server_without_sessions_is_a_server_without_panes(tmux_server: TmuxServer) -> None:
    tmux_server.tmux("start-server", ";", "set-option", "-g", "exit-empty", "off")
    survey = TmuxTerminal(tmux_server.socket).survey(SESSION, "p/")
    assert (survey.server != "", survey.panes) == (True, ())


def test_a_socket_can_be_given_by_its_path(tmp_path: Path, stage: TmuxStage) -> None:
    launched(stage)
    path = stage.server.tmux("display-message", "-p", "#{socket_path}").strip()
    assert TmuxTerminal(path).survey(SESSION, "p/") == stage.terminal.survey(SESSION, "p/")
    assert TmuxTerminal(str(tmp_path / "none")).survey(SESSION, "p/").server == ""


# ---- looking -----------------------------------------------------------------------------------------------------


def test_names_and_titles_can_hold_anything(stage: TmuxStage) -> None:
    pane = launched(stage)
    hostile = "a|b;c,d}#{pid} %s 'q' \"d\" é✅ pane_id="
    stage.server.tmux("select-pane", "-t", pane.pane, "-T", hostile)
    stage.server.tmux("set-option", "-p", "-t", pane.pane, "@amp_typed", "two\nlines")
    stage.server.tmux("set-option", "-p", "-t", stage.stranger("else").pane, "@amp_agent", "p/\nx")
    seen = see(stage, pane)
    assert seen.typed == "two\nlines"
    assert seen.variables["pane_title"].startswith("a|b;c,d}")
    assert seen.variables["pane_title"].endswith("é✅ pane_id=")
    assert (seen.command, seen.ref) == (stage.server.show(pane.pane, "pane_current_command"), pane)


def test_a_window_that_is_linked_into_two_sessions_is_listed_once(stage: TmuxStage) -> None:
    pane = launched(stage)
    for view in ("a-second-view", "z-third-view"):
        stage.server.tmux("new-session", "-d", "-s", view, "-t", SESSION)
    (seen,) = stage.terminal.survey(SESSION, "p/").panes
    assert (seen.ref, seen.session) == (pane, SESSION)


def test_20_a_pane_is_found_and_typed_into_wherever_its_window_went(stage: TmuxStage) -> None:
    pane = launched(stage)
    guard = guard_of(stage, pane)
    window = see(stage, pane).window
    stage.server.tmux("move-window", "-s", f"={SESSION}:{window}", "-t", f"={SESSION}:17")
    stage.server.tmux("new-window", "-d", "-t", f"={SESSION}:{window}", "sleep", "1000")
    assert (see(stage, pane).window, see(stage, pane).ref) == ("17", pane)
    assert stage.terminal.paste(pane, TEXT, "aaaaaaaa", guard).happened
    until(lambda: composed(stage, pane) == SQUEEZED, "the text in the right pane")


def test_22_a_bare_locale_spoils_no_character(stage: TmuxStage) -> None:
    pane = launched(stage)
    bare = TmuxTerminal(stage.server.socket, environment={"PATH": os.environ["PATH"], "LC_ALL": "C"})
    assert "❯" in str(bare.capture((pane,))[pane])
    assert bare.paste(pane, "né ✅ [amp:aaaaaaaa]", "aaaaaaaa", guard_of(stage, pane)).happened
    until(lambda: composed(stage, pane) == "né✅[amp:aaaaaaaa]", "the text")


def test_21_a_wrapped_line_is_captured_as_one(stage: TmuxStage) -> None:
    line = "x" * 150
    pane = stage.terminal.start(stage.launch("ada", "start001", argv=("sh", "-c", f"echo {line}; exec sleep 1000")))
    until(lambda: line in str(stage.terminal.capture((pane,))[pane]), "the line, whole")


def test_one_gone_pane_does_not_spoil_the_look_at_the_others(stage: TmuxStage) -> None:
    first, second = launched(stage), launched(stage, "ben", "start002")
    stage.server.tmux("kill-pane", "-t", first.pane)
    screens = stage.terminal.capture((first, second))
    assert isinstance(screens[first], Failed)
    assert "practice agent · ben" in str(screens[second])


def test_a_screen_cannot_pass_for_anothers(stage: TmuxStage) -> None:
    """A program that prints what looks like our marks is captured as just that."""
    noise = "0123456789abcdef 1:1 %0 1"
    pane = stage.terminal.start(stage.launch("ada", "start001", argv=("sh", "-c", f"echo '{noise}'; exec sleep 1000")))
    until(lambda: noise in str(stage.terminal.capture((pane,))[pane]), "the noise")
    assert len(stage.terminal.capture((pane,))) == 1


@contextmanager
def somebody_at(server: TmuxServer, *options: str, session: str = SESSION) -> Iterator[int]:
    """Attach a person's terminal; gives the descriptor to type into."""
    ours, theirs = pty.openpty()
    argv = ["tmux", "-u", "-L", server.socket, "attach", "-t", f"={session}", *options]
    environment = {**os.environ, "TERM": "xterm-256color"}
    person = subprocess.Popen(argv, stdin=theirs, stdout=theirs, stderr=theirs, env=environment, start_new_session=True)
    try:
        until(lambda: server.tmux("list-clients", "-F", "x") != "", "the person")
        yield ours
    finally:
        person.kill()
        person.wait(DEADLINE)
        os.close(ours)
        os.close(theirs)


def test_a_person_is_seen_in_the_pane_in_front_of_him_and_nowhere_else(stage: TmuxStage) -> None:
    front, behind = launched(stage), launched(stage, "ben", "start002")
    assert see(stage, front).person is None
    with somebody_at(stage.server) as keyboard:
        os.write(keyboard, b"x")
        until(lambda: composed(stage, front) == "x", "the key")
        pressed = see(stage, front).person
        assert pressed is not None
        assert -2 < pressed < DEADLINE
        assert see(stage, behind).person is None


def test_a_person_who_looks_through_a_second_view_is_seen_too(stage: TmuxStage) -> None:
    pane = launched(stage)
    stage.server.tmux("new-session", "-d", "-s", "view", "-t", SESSION)
    with somebody_at(stage.server, session="view"):
        assert see(stage, pane).person is not None


def test_a_spectator_is_no_person_at_the_keyboard(stage: TmuxStage) -> None:
    pane = launched(stage)
    with somebody_at(stage.server, "-r"):
        assert see(stage, pane).person is None


# ---- starting ----------------------------------------------------------------------------------------------------

REPORT = (
    "import json, os, sys, pathlib, time; "
    "draft = pathlib.Path(sys.argv[1] + '.draft'); "
    "draft.write_text(json.dumps([sys.argv[2:], os.environ.get('ODD'), os.getcwd(), os.environ['PATH']])); "
    "draft.rename(sys.argv[1]); time.sleep(1000)"
)
ODD = (
    "two words",
    "semi;",
    "back\\;",
    "a;b",
    "#{pid}",
    "$HOME",
    "~",
    "~/x",
    "é✅",
    "'",
    '"',
    "line\n  indented",
    "",
    "%1",
    "{}",
)


def report(stage: TmuxStage, launch: Launch, path: Path) -> tuple[PaneRef, list[object]]:
    pane = stage.terminal.start(launch)
    until(path.exists, "the program's report")
    said: list[object] = json.loads(path.read_text())
    return pane, said


def test_4_a_program_gets_its_arguments_environment_and_folder_to_the_letter(stage: TmuxStage, tmp_path: Path) -> None:
    folder = tmp_path / "a #{pid} folder; with 'quotes'"
    folder.mkdir()
    first, second = tmp_path / "first", tmp_path / "second"

    def launch(intent: str, path: Path) -> Launch:
        argv = (sys.executable, "-c", REPORT, str(path), *ODD)
        return stage.launch("ada", intent, argv=argv, env={"ODD": "a=b; $c"}, cwd=str(folder))

    pane, said = report(stage, launch("start001", first), first)
    expected = [list(ODD), "a=b; $c", str(folder), os.environ["PATH"]]
    assert said == expected
    stage.die(pane)
    again, said = report(stage, replace(launch("start002", second), replace=pane), second)
    assert (said, again.pane) == (expected, pane.pane)


def test_a_program_of_one_word_is_not_given_to_a_shell(stage: TmuxStage, tmp_path: Path) -> None:
    program = tmp_path / "my agent; really"
    program.write_text("#!/bin/sh\nexec sleep 1000\n")
    program.chmod(0o755)
    pane = stage.terminal.start(stage.launch("ada", "start001", argv=(str(program),)))
    until(lambda: see(stage, pane).command == "sleep", "the program itself")
    assert not see(stage, pane).dead


def test_a_program_is_found_on_our_path_though_the_server_has_another(stage: TmuxStage, tmp_path: Path) -> None:
    stage.stranger(SESSION)
    program = tmp_path / "bin" / "only-here"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\nexec sleep 1000\n")
    program.chmod(0o755)
    environment = {**os.environ, "PATH": f"{program.parent}:{os.environ['PATH']}"}
    terminal = TmuxTerminal(stage.server.socket, environment=environment)
    pane = terminal.start(stage.launch("ada", "start001", argv=("only-here",)))
    until(lambda: see(stage, pane).command == "sleep", "the program")


def test_a_program_can_be_named_from_its_folder(stage: TmuxStage, tmp_path: Path) -> None:
    program = tmp_path / "tools" / "agent"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\nexec sleep 1000\n")
    program.chmod(0o755)
    pane = stage.terminal.start(stage.launch("ada", "start001", argv=("tools/agent",), cwd=str(tmp_path)))
    until(lambda: see(stage, pane).command == "sleep", "the program")


def test_22_a_server_that_we_start_gives_its_programs_a_utf8_locale(stage: TmuxStage, tmp_path: Path) -> None:
    bare = TmuxTerminal(stage.server.socket, environment={"PATH": os.environ["PATH"], "LC_ALL": "C"})
    path = tmp_path / "locale"
    bare.start(
        stage.launch("ada", "start001", argv=("sh", "-c", f"echo $LC_ALL > {path}.draft; mv {path}.draft {path}"))
    )
    until(path.exists, "the program's report")
    assert path.read_text() == "C.UTF-8\n"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        pytest.param({"argv": ()}, "no command is configured", id="no-command"),
        pytest.param({"argv": ("./no-such",)}, r"\./no-such not found", id="not-in-its-folder"),
        pytest.param({"argv": ("/etc/passwd",)}, "not found", id="not-executable"),
        pytest.param({"cwd": "/no/such/folder"}, "its folder /no/such/folder does not exist", id="no-folder"),
        pytest.param({"env": {"PATH": "/nonexistent"}, "argv": ("sleep", "1")}, "sleep not found", id="its-own-path"),
    ],
)
def test_what_cannot_be_started_is_said_before_anything_is_opened(
    stage: TmuxStage, changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(ProgramMissingError, match=message) as caught:
        stage.terminal.start(stage.launch("ada", "start001", **changes))
    assert caught.value.hint
    assert stage.terminal.survey(SESSION, "p/").server == ""


def test_a_session_name_that_tmux_cannot_have_is_said(stage: TmuxStage) -> None:
    stage.stranger("other")
    with pytest.raises(NotPossibleError, match=r"cannot have a session 'a\.b'"):
        stage.terminal.start(stage.launch("ada", "start001", session="a.b"))


def test_21_the_size_is_fixed_at_the_start_for_every_window(stage: TmuxStage) -> None:
    panes = [stage.terminal.start(stage.launch(name, f"start-{name}", columns=133, rows=44)) for name in ("ada", "ben")]
    sizes = [(see(stage, pane).variables["pane_width"], see(stage, pane).variables["pane_height"]) for pane in panes]
    assert sizes == [("133", "44"), ("133", "44")]


def test_20_somebodys_base_index_does_not_move_our_windows(stage: TmuxStage) -> None:
    stage.server.tmux(
        "start-server", ";", "set-option", "-g", "exit-empty", "off", ";", "set-option", "-g", "base-index", "1"
    )
    windows = [
        see(stage, stage.terminal.start(stage.launch(name, f"start-{name}", window=window))).window
        for name, window in (("ada", "3"), ("ben", "1"), ("cyd", "1"))
    ]
    assert windows == ["3", "1", "4"]


def test_a_program_that_ends_leaves_its_pane_for_us_to_see(stage: TmuxStage) -> None:
    pane = stage.terminal.start(stage.launch("ada", "start001", argv=("sh", "-c", "exit 3")))
    until(lambda: see(stage, pane).dead, "the dead pane")
    assert (see(stage, pane).ref, see(stage, pane).started) == (pane, "start001")


# ---- typing ------------------------------------------------------------------------------------------------------


def buffers(stage: TmuxStage) -> str:
    return stage.server.tmux("list-buffers", "-F", "#{buffer_name}")


def test_no_text_is_left_in_a_buffer(stage: TmuxStage) -> None:
    pane = launched(stage)
    guard = guard_of(stage, pane)
    stage.server.tmux("set-buffer", "-b", "amp-aaaaaaaa-0000", "what a killed pass left")
    stage.server.tmux("set-buffer", "-b", "mine", "somebody's")
    assert not stage.terminal.paste(pane, TEXT, "aaaaaaaa", replace(guard, command="zsh")).happened
    assert buffers(stage) == "mine\n"
    assert stage.terminal.paste(pane, TEXT, "aaaaaaaa", guard).happened
    assert buffers(stage) == "mine\n"


def test_18_a_program_with_an_odd_name_is_known_again(stage: TmuxStage, tmp_path: Path) -> None:
    program = tmp_path / "a,b}#{c} d"
    program.symlink_to("/bin/cat")
    argv = ("sh", "-c", 'exec "$0" -', str(program))  # before it runs, tmux names a pane after its first word
    pane = stage.terminal.start(stage.launch("ada", "start001", argv=argv))
    until(lambda: see(stage, pane).command.startswith("a,b"), "the program in front")
    guard = guard_of(stage, pane)
    assert not stage.terminal.paste(pane, TEXT, "aaaaaaaa", replace(guard, command="a")).happened
    assert stage.terminal.paste(pane, TEXT, "aaaaaaaa", replace(guard, no_dialog="")).happened


def test_a_paste_into_a_pane_that_just_died_does_not_end_the_server(stage: TmuxStage) -> None:
    panes = [launched(stage, name, f"start-{name}") for name in ("ada", "ben")]
    guard = guard_of(stage, panes[0])
    os.kill(panes[0].pid, signal.SIGKILL)
    stage.terminal.paste(panes[0], TEXT, "aaaaaaaa", guard)
    until(lambda: see(stage, panes[0]).dead, "the dead pane")
    assert stage.terminal.paste(panes[0], TEXT, "bbbbbbbb", guard).reason.startswith("the pane is dead")
    assert read(stage, panes[1]).state == "idle"


# ---- listening to what a program's output tells -------------------------------------------------------------------


def listeners(spool: str) -> list[bytes]:
    """Return the command lines of the processes that listen for a spool."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            found.append(path.read_bytes())
        except OSError:
            continue
    return [line for line in found if b"--osc" in line and spool.encode() in line]


def test_a_pane_that_we_start_is_listened_to_and_again_when_it_is_started_anew(stage: TmuxStage) -> None:
    spool = stage.folder / "50%Y of #S"
    listen = Listen(osc=7501, spool=str(spool), agent="ada")
    tells = ("sh", "-c", "printf '\\033]7501;state=working:app=x\\033\\\\'; read line")

    def told() -> int:
        return len(list(spool.glob("ada/[0-9]*.osc.json")))

    launch = replace(stage.launch("ada", "start001"), argv=tells, listen=listen)
    pane = stage.terminal.start(launch)
    until(lambda: told() == 1, "the state of the first program")
    stage.server.tmux("send-keys", "-t", pane.pane, "Enter")
    until(lambda: see(stage, pane).dead, "its end")
    again = stage.terminal.start(replace(launch, intent="start002", replace=pane))
    until(lambda: told() == 2, "the state of the second program")
    until(lambda: len(listeners(str(spool))) == 1, "the end of the first listener")
    stage.terminal.start(replace(stage.launch("ben", "start003"), argv=tells))
    assert again.pane == pane.pane
    assert stage.server.show(again.pane, "pane_pipe") == "1"
    stage.server.tmux("kill-pane", "-t", again.pane)
    until(lambda: not listeners(str(spool)), "the end of its listener")
    assert told() == 2
