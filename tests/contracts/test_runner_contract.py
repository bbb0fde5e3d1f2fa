"""What every runner keeps, on the fake and with real processes."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from amp_fsm.errors import ProgramMissingError
from amp_fsm.model.machine import Verb
from amp_fsm.model.record import Action
from amp_fsm.model.seen import RunSeen
from amp_fsm.ports import Runner
from amp_fsm.world.runner import LocalRunner
from tests.fakes.runner import FakeRunner
from tests.world.processes import kill_supervisor, until


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """A runner, and ways to make its runs go on."""

    runner: Runner
    end: Callable[[str], None]
    lose: Callable[[str], None]


@pytest.fixture(params=["fake", "processes"])
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bench]:
    if request.param == "fake":
        fake = FakeRunner(missing_programs={"no-such-program"})
        yield Bench(runner=fake, end=lambda key: fake.end(key, 3, "said\n"), lose=fake.lose)
        return
    runner = LocalRunner(tmp_path / "store", root=tmp_path, environment=dict(os.environ), grace=0.1)
    gate = tmp_path / "gate"

    def end(key: str) -> None:
        gate.touch()
        until(lambda: runner.look([key])[key].status != "running")

    yield Bench(
        runner=runner,
        end=end,
        lose=lambda key: kill_supervisor(tmp_path / "store" / "runs" / key),
    )
    gate.touch()
    until(lambda: all(run.status != "running" for run in runner.look(["k1"]).values()))


def action(key: str = "k1", program: str = sys.executable) -> Action:
    """Wait for the file `gate`, then say something and end with 3; give up after a minute."""
    script = (
        "import time, pathlib\n"
        "for _ in range(1200):\n"
        "    if pathlib.Path('gate').exists(): break\n"
        "    time.sleep(0.05)\n"
        "print('said'); raise SystemExit(3)"
    )
    return Action(verb=Verb.RUN, target="T-1", what="check", argv=(program, "-c", script), key=key, timeout=60.0)


def test_a_key_that_never_ran_is_absent(bench: Bench) -> None:
    assert bench.runner.look(["k1", "k2"]) == {}


def test_a_run_is_seen_running_and_then_with_its_exit_code_and_output(bench: Bench) -> None:
    bench.runner.start(action())
    assert bench.runner.look(["k1"])["k1"].status == "running"
    bench.end("k1")
    assert bench.runner.look(["k1", "k2"]) == {"k1": RunSeen(key="k1", status="ended", exit_code=3, tail="said\n")}


def test_starting_what_runs_or_has_ended_is_nothing(bench: Bench) -> None:
    bench.runner.start(action())
    bench.runner.start(action())
    bench.end("k1")
    ended = bench.runner.look(["k1"])
    bench.runner.start(action(program="no-such-program"))
    assert bench.runner.look(["k1"]) == ended


def test_a_run_whose_supervisor_is_gone_is_lost_until_it_is_forgotten(bench: Bench) -> None:
    bench.runner.start(action())
    bench.lose("k1")
    assert bench.runner.look(["k1"])["k1"].status == "lost"
    bench.runner.start(action())
    assert bench.runner.look(["k1"])["k1"].status == "lost"
    bench.runner.forget("k1")
    assert bench.runner.look(["k1"]) == {}
    bench.runner.start(action())
    assert bench.runner.look(["k1"])["k1"].status == "running"


def test_only_a_lost_run_is_forgotten(bench: Bench) -> None:
    bench.runner.start(action())
    bench.runner.forget("k1")
    assert bench.runner.look(["k1"])["k1"].status == "running"
    bench.end("k1")
    bench.runner.forget("k1")
    bench.runner.forget("k2")
    assert bench.runner.look(["k1"])["k1"].status == "ended"


def test_a_program_that_is_missing_is_said_and_leaves_no_trace(bench: Bench) -> None:
    with pytest.raises(ProgramMissingError, match="no-such-program"):
        bench.runner.start(action(program="no-such-program"))
    assert bench.runner.look(["k1"]) == {}


def test_programs_that_are_not_there_are_named_and_nothing_is_run(bench: Bench) -> None:
    asked = {("no-such-program", ""), ("sh", "")}
    assert bench.runner.missing(asked) == {("no-such-program", "")}
