"""Run passes over a configuration, and die by SIGKILL right before or right after one external call.

    python -m tests.agents.killed_passes CONFIG SECONDS [PORT.METHOD:before|after]

Ends by itself, with exit code 0, once nothing is open any more.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from dataclasses import replace
from typing import Any

from amp_fsm.engine.reconcile import run_pass
from amp_fsm.wiring import build, project_at


class Deadly:
    """A port that kills its process before or after one of its methods."""

    def __init__(self, port: Any, method: str, moment: str) -> None:
        self._port, self._method, self._moment = port, method, moment

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._port, name)
        if name != self._method:
            return found

        def call(*arguments: Any, **named: Any) -> Any:
            if self._moment == "before":
                os.kill(os.getpid(), signal.SIGKILL)
            answer = found(*arguments, **named)
            os.kill(os.getpid(), signal.SIGKILL)
            return answer

        return call


def main(config: str, seconds: str, point: str = "") -> int:
    project = project_at(config, os.environ)
    world = build(project, environment=os.environ)
    if point:
        call, _, moment = point.partition(":")
        port, _, method = call.partition(".")
        deadly: Any = {port: Deadly(getattr(world, port), method, moment)}
        world = replace(world, **deadly)
    deadline = time.monotonic() + float(seconds)
    while time.monotonic() < deadline:
        with world.store.lock(timeout=5.0):
            result = run_pass(project, world)
        waiting = [task for task in project.tasks.values() if result.record.subjects[task.address].state == "PENDING"]
        open_ones = [intent for intent in result.record.intents.values() if not intent.settled]
        if not waiting and not open_ones and not result.acted:
            return 0
        if not result.acted:
            world.clock.pause(0.1)
    return 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
