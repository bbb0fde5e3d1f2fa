"""`python -m amp_fsm.rehearsal.practice_service WORLD NAME`: stands in for a service.  Opens no port.

It says in its state file when it is ready; the rehearsal answers health checks from that.
"""

from __future__ import annotations

import os
import select
import signal
import sys
from pathlib import Path

from amp_fsm.rehearsal.practice_agent.nudge import nudges
from amp_fsm.rehearsal.practice_agent.outside import Outside

POLL_SECONDS = 0.5


def folder_of(name: str) -> str:
    """Return the name under which a service keeps its state in the world; agents use their own names."""
    return f"service~{name}"


def main(world: str, name: str) -> int:
    """Be up until the scenario ends it; return 1 then."""
    outside = Outside(Path(world), folder_of(name))
    spec = outside.read("tasks.json").get("services", {}).get(name, {})
    begun = outside.now().policy
    ready_at = begun + float(spec.get("start", 0.0))
    dies = spec.get("dies")
    dies_at = None
    if dies is not None and outside.use(f"dies.{folder_of(name)}", int(dies.get("times", 1))):
        dies_at = begun + float(dies.get("after", 600.0))
    print(f"practice service {name}", flush=True)
    signal.signal(signal.SIGHUP, lambda *_: sys.exit(0))
    nudged = nudges()
    try:
        while dies_at is None or outside.now().policy < dies_at:
            _say(outside, ready_at, dies_at)
            if select.select([nudged], [], [], POLL_SECONDS)[0]:
                nudged.recv(4096)
    finally:
        # its process may outlive it as a zombie: say that it is over
        _tell(outside, ready=False, wakes_at=None)
    return 1


def _say(outside: Outside, ready_at: float, dies_at: float | None) -> None:
    policy = outside.now().policy
    ahead = [at for at in (ready_at, dies_at) if at is not None and at > policy]
    _tell(outside, ready=policy >= ready_at, wakes_at=min(ahead, default=None))


def _tell(outside: Outside, *, ready: bool, wakes_at: float | None) -> None:
    said = {"pid": os.getpid(), "tick": outside.now().tick, "ready": ready}
    outside.write_state({**said, "wakes_at": wakes_at, "draws_at": wakes_at})


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
