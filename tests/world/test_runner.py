"""What only real processes show: bounds, groups, orphans, and that nothing of ours outlives its use."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from amp_fsm.errors import ProgramMissingError
from amp_fsm.model.machine import Verb
from amp_fsm.model.record import Action
from amp_fsm.model.seen import RunSeen
from amp_fsm.world.runner import LocalRunner
from amp_fsm.world.supervise import OUTPUT_BYTES
from tests.world.processes import command_of, kill_supervisor, runs, until


@pytest.fixture
def runner(tmp_path: Path) -> Iterator[LocalRunner]:
    """A runner whose runs are ended after the test."""
    made = LocalRunner(tmp_path / "store", root=tmp_path, environment=dict(os.environ), grace=0.1)
    yield made
    for run in (tmp_path / "store" / "runs").glob("k*"):
        if made.look([run.name])[run.name].status == "running":
            kill_supervisor(run)
        made.forget(run.name)


def python(script: str, key: str = "k1", *, timeout: float = 60.0, exclusive: str = "", cwd: str = "") -> Action:
    argv = (sys.executable, "-c", script)
    return Action(
        verb=Verb.RUN, target="T-1", what="check", argv=argv, key=key, timeout=timeout, exclusive=exclusive, cwd=cwd
    )


def ended(runner: LocalRunner, key: str = "k1") -> RunSeen:
    until(lambda: runner.look([key])[key].status != "running")
    return runner.look([key])[key]


def test_both_streams_are_kept_in_order(runner: LocalRunner) -> None:
    runner.start(python("import os; os.write(1, b'one\\n'); os.write(2, b'two\\n'); os.write(1, b'\\xff\\n')"))
    assert ended(runner) == RunSeen(key="k1", status="ended", exit_code=0, tail="one\ntwo\n\ufffd\n")


def test_the_end_of_a_run_leaves_a_sign_for_whoever_watches(runner: LocalRunner, tmp_path: Path) -> None:
    runner.start(python("pass"))
    ended(runner)
    until(lambda: (tmp_path / "store" / "wake" / "run").exists())
    assert [path.name for path in (tmp_path / "store" / "wake").iterdir()] == ["run"]


def test_only_the_end_of_much_output_is_kept(runner: LocalRunner, tmp_path: Path) -> None:
    runner.start(python("import sys; sys.stdout.write('x' * 1_000_000); sys.stdout.write('the end')"))
    tail = ended(runner).tail
    assert len(tail) == OUTPUT_BYTES
    assert tail.endswith("xthe end")
    assert (tmp_path / "store/runs/k1/output").stat().st_size == OUTPUT_BYTES


def test_a_command_runs_in_the_project_with_its_environment_and_no_input(runner: LocalRunner, tmp_path: Path) -> None:
    script = "import os, sys; print(os.getcwd(), os.environ['A'], repr(sys.stdin.read()), os.getsid(0) == os.getpid())"
    (tmp_path / "sub").mkdir()
    action = python(script, cwd="sub")
    runner.start(replace(action, env=(("A", "b"),)))
    assert ended(runner).tail == f"{tmp_path.resolve()}/sub b '' True\n"


def test_a_module_of_the_project_is_not_taken_for_the_standard_library(tmp_path: Path) -> None:
    (tmp_path / "json.py").write_text("raise SystemExit('the wrong json')")
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    runner = LocalRunner(tmp_path / "store", root=tmp_path, environment=environment)
    runner.start(python("print('ran')"))
    assert ended(runner).tail == "ran\n"


def test_the_environment_is_not_written_down(tmp_path: Path) -> None:
    runner = LocalRunner(tmp_path / "store", root=tmp_path, environment={**os.environ, "TOKEN": "s3cr3t"})
    runner.start(python("pass"))
    ended(runner)
    assert not [path for path in (tmp_path / "store").rglob("*") if path.is_file() and b"s3cr3t" in path.read_bytes()]


def test_a_command_above_its_time_is_ended_with_its_children(runner: LocalRunner, tmp_path: Path) -> None:
    script = (
        "import signal, subprocess, sys, pathlib, time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import signal, time; "
        "signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)'])\n"
        "pathlib.Path('child').write_text(str(child.pid)); print('begun', flush=True); time.sleep(600)"
    )
    runner.start(python(script, timeout=1.0))
    seen = ended(runner)
    assert (seen.status, seen.exit_code) == ("ended", 124)
    assert seen.tail == "begun\n\namp-fsm: timed out after 1 s\n"
    child = int((tmp_path / "child").read_text())
    until(lambda: not runs(child))


def test_a_command_above_its_time_may_clean_up(tmp_path: Path) -> None:
    runner = LocalRunner(tmp_path / "store", root=tmp_path, environment=dict(os.environ), grace=20.0)
    script = (
        "import signal, time\n"
        "def clean(*_): print('cleaned up'); raise SystemExit(0)\n"
        "signal.signal(signal.SIGTERM, clean); time.sleep(600)"
    )
    runner.start(python(script, timeout=1.0))
    assert ended(runner).tail == "\namp-fsm: timed out after 1 s\ncleaned up\n"
    assert ended(runner).exit_code == 124


def test_what_a_command_leaves_behind_ends_with_it(runner: LocalRunner, tmp_path: Path) -> None:
    script = (
        "import subprocess, sys, pathlib\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        "pathlib.Path('child').write_text(str(child.pid))"
    )
    runner.start(python(script))
    assert ended(runner).exit_code == 0
    child = int((tmp_path / "child").read_text())
    until(lambda: not runs(child))


def test_a_command_that_a_signal_ends_has_a_negative_code(runner: LocalRunner) -> None:
    runner.start(python("import os; os.kill(os.getpid(), 9)"))
    assert ended(runner).exit_code == -9


def test_a_command_that_cannot_be_executed_ends_with_127_and_says_why(runner: LocalRunner, tmp_path: Path) -> None:
    program = tmp_path / "check"
    program.write_bytes(b"\x7fELF but not really")
    program.chmod(0o755)
    runner.start(Action(verb=Verb.RUN, target="T-1", argv=("./check",), key="k1"))
    seen = ended(runner)
    assert seen.exit_code == 127
    assert "cannot run" in seen.tail


def test_a_file_that_is_not_executable_is_a_missing_program(runner: LocalRunner, tmp_path: Path) -> None:
    (tmp_path / "check").write_text("#!/bin/sh\n")
    with pytest.raises(ProgramMissingError):
        runner.start(Action(verb=Verb.RUN, target="T-1", argv=("./check",), key="k1"))


def test_programs_are_looked_up_on_the_path_of_the_command(runner: LocalRunner, tmp_path: Path) -> None:
    (tmp_path / "own-check").write_text("#!/bin/sh\necho own\n")
    (tmp_path / "own-check").chmod(0o755)
    action = Action(verb=Verb.RUN, target="T-1", argv=("own-check",), key="k1", env=(("PATH", str(tmp_path)),))
    runner.start(action)
    assert ended(runner).tail == "own\n"


def test_runs_of_one_group_never_overlap(runner: LocalRunner, tmp_path: Path) -> None:
    script = (
        "import os, time\n"
        "os.mkdir('inside')\n"  # fails when another is inside
        "time.sleep(0.1)\n"
        "os.rmdir('inside')"
    )
    for n in range(4):
        runner.start(python(script, f"k{n}", exclusive="cargo"))
    assert [ended(runner, f"k{n}").exit_code for n in range(4)] == [0, 0, 0, 0]


def test_the_time_of_a_run_counts_from_its_turn(runner: LocalRunner) -> None:
    runner.start(python("import time; time.sleep(1.5)", "k1", exclusive="cargo"))
    runner.start(python("pass", "k2", exclusive="cargo", timeout=1.0))
    assert runner.look(["k2"])["k2"].status == "running"
    assert ended(runner, "k2").exit_code == 0


def test_forgetting_a_lost_run_ends_the_command_that_outlived_its_supervisor(
    runner: LocalRunner, tmp_path: Path
) -> None:
    runner.start(python("import time; time.sleep(600)"))
    run = tmp_path / "store/runs/k1"
    kill_supervisor(run)
    command = command_of(run)
    assert runs(command)
    runner.forget("k1")
    until(lambda: not runs(command))
    assert runner.look(["k1"]) == {}


def test_a_process_of_the_same_number_that_is_not_ours_is_left_alone(runner: LocalRunner, tmp_path: Path) -> None:
    run = tmp_path / "store/runs/k1"
    run.mkdir(parents=True)
    script = "import pathlib, time\nwhile not pathlib.Path('gate').exists(): time.sleep(0.05)"
    runner.start(python(script, "k2"))
    stranger = command_of(tmp_path / "store/runs/k2")
    (run / "command").write_text(f'{{"pid": {stranger}, "start": "1"}}')
    runner.forget("k1")
    (tmp_path / "gate").touch()
    assert ended(runner, "k2").exit_code == 0


def test_of_many_ended_runs_the_newest_are_kept_and_a_running_one_always(tmp_path: Path) -> None:
    runner = LocalRunner(tmp_path / "store", root=tmp_path, environment=dict(os.environ), kept=2)
    gate = "import pathlib, time\nwhile not pathlib.Path('gate').exists(): time.sleep(0.05)"
    runner.start(python(gate, "k0"))
    for n in range(1, 5):
        runner.start(python("pass", f"k{n}"))
        ended(runner, f"k{n}")
        os.utime(tmp_path / f"store/runs/k{n}/exit", (n, n))
    runner.start(python("pass", "k5"))
    assert set(runner.look([f"k{n}" for n in range(6)])) == {"k0", "k3", "k4", "k5"}
    (tmp_path / "gate").touch()
    ended(runner, "k0")


def test_looking_changes_nothing(runner: LocalRunner, tmp_path: Path) -> None:
    runner.start(python("print('x')"))
    ended(runner)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    runner.look(["k1", "k2"])
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before
