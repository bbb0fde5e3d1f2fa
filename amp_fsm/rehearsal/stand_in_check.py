"""`python -m amp_fsm.rehearsal.stand_in_check WORLD NAME`: stands in for a check; ends as the scenario says."""

from __future__ import annotations

import sys
from pathlib import Path

from amp_fsm.rehearsal.practice_agent.outside import Outside


def main(world: str, name: str) -> int:
    """Return 1 while the scenario wants failures or work that this check judges was left broken, else 0."""
    outside = Outside(Path(world), f"check~{name}")
    script = outside.read("tasks.json")
    here = Path.cwd()
    broken = [
        task
        for task, spec in script.get("tasks", {}).items()
        if name in spec["checks"]
        and here == Path(spec.get("folder") or script["root"])
        and (Path(world) / "broken" / task).exists()
    ]
    fails = int(script.get("checks", {}).get(name, {}).get("fails", 0))
    if outside.use(f"check.{name}", fails):
        print(f"{name}: fails, as the scenario asks")
        return 1
    for task in broken:
        print(f"{name}: the work on {task} does not hold yet, as the scenario asks")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
