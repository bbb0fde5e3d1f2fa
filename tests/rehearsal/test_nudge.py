from __future__ import annotations

import select
import subprocess
import sys
from collections.abc import Iterator

import pytest

from amp_fsm.rehearsal.practice_agent.nudge import nudge


@pytest.fixture
def process() -> Iterator[subprocess.Popen[bytes]]:
    """A program that says when it is ready and when it was nudged."""
    program = (
        "import select\n"
        "from amp_fsm.rehearsal.practice_agent.nudge import nudges\n"
        "nudged = nudges()\n"
        "print('ready', flush=True)\n"
        "select.select([nudged], [], [], 30)\n"
        "print('nudged', len(nudged.recv(99)), flush=True)\n"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) as running:
        yield running
        running.kill()


def test_a_nudge_wakes_a_program_that_waits(process: subprocess.Popen[bytes]) -> None:
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    nudge(process.pid)
    assert select.select([process.stdout], [], [], 10)[0], "it was not woken"
    assert process.stdout.readline() == b"nudged 1\n"


def test_whoever_does_not_know_nudges_is_not_harmed() -> None:
    with subprocess.Popen(["sleep", "30"]) as other:
        nudge(other.pid)
        assert other.poll() is None
        other.kill()


def test_a_program_that_is_gone_is_no_error() -> None:
    with subprocess.Popen(["true"]) as gone:
        gone.wait()
    nudge(gone.pid)
