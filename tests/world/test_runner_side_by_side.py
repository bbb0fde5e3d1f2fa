"""Two tasks with the same check on the same files ask for one run at the same moment: it is started once."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

from amp_fsm.model.machine import Verb
from amp_fsm.model.record import Action
from amp_fsm.world.runner import LocalRunner
from tests.world.processes import until

SIDE_BY_SIDE = 8


def test_a_key_that_many_start_at_once_runs_once(tmp_path: Path) -> None:
    runner = LocalRunner(tmp_path / "store", root=tmp_path, environment=dict(os.environ))
    ready = Barrier(SIDE_BY_SIDE)
    script = f"echo ran >>{tmp_path}/runs.txt"

    def start(key: str) -> None:
        ready.wait()
        runner.start(Action(verb=Verb.RUN, target="check", key=key, argv=("sh", "-c", script), timeout=60.0))

    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        for number in range(5):
            key = f"k{number}"
            assert list(pool.map(start, [key] * SIDE_BY_SIDE)) == [None] * SIDE_BY_SIDE
            until(lambda key=key: runner.look([key])[key].status == "ended")  # type: ignore[misc]  # a default binds the key
    assert (tmp_path / "runs.txt").read_text().splitlines() == ["ran"] * 5
