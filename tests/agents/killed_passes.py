"""Run passes over a configuration, and die by SIGKILL right before or right after one external call.

    python -m tests.agents.killed_passes CONFIG SECONDS POINT

A POINT is `PORT.METHOD:before|after`, the first call of that method, or `NUMBER:before|after`: the call of that number
since an intent was saved as about to be typed, that one included.  Ends by itself, with exit code 0, once nothing is
open any more.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from amp_fsm.engine.reconcile import run_pass
from amp_fsm.wiring import build, project_at

PORTS = ("terminal", "store")
FIRST = "store.save_intent"


@dataclass(slots=True)
class Death:
    """Where the process dies; counts the calls since `FIRST`."""

    call: str
    moment: str
    count: int = 0

    def around(self, name: str, effect: Callable[[], Any]) -> Any:
        """Do `effect`, and die before or after it if this is the call."""
        if self.count or name == FIRST:
            self.count += 1
        hit = self.call in (name, str(self.count))
        if hit and self.moment == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        answer = effect()
        if hit:
            os.kill(os.getpid(), signal.SIGKILL)
        return answer


class Deadly:
    """A port each of whose calls may be the process's last."""

    def __init__(self, name: str, port: Any, death: Death) -> None:
        self._name, self._port, self._death = name, port, death

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._port, name)
        if name in ("lock", "held", "requests"):
            return found
        return lambda *values, **named: self._death.around(f"{self._name}.{name}", lambda: found(*values, **named))


def main(config: str, seconds: str, point: str) -> int:
    project = project_at(config, os.environ)
    world = build(project, environment=os.environ)
    call, _, moment = point.partition(":")
    death = Death(call=call, moment=moment)
    ports: Any = {name: Deadly(name, getattr(world, name), death) for name in PORTS}
    world = replace(world, **ports)
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
