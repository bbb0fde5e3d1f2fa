"""One turn of work: how long it takes and what happens on the way, in seconds of work.  Values and arithmetic only."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

Json = Mapping[str, Any]
INCIDENTS = ("dies", "limited", "errored", "asks", "blocks")
SAYS_EVERY = 300.0
"""Seconds of work between two lines that show progress: by the built-in machine ten minutes without one are a stall."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Station:
    """Something on the way.

    Attributes:
        at: seconds of work after which it happens.
        kind: one of INCIDENTS, `says` (a line that shows progress) or `done`.
        spec: what the scenario says about it.
    """

    at: float
    kind: str
    spec: Json = field(default_factory=dict)


def timeline(behaviour: Json, works: float, may: Callable[[str, Json], bool]) -> tuple[Station, ...]:
    """Return what happens in a turn that takes `works` seconds, in order, `done` last.

    Args:
        works: seconds of work, incidents not counted.
        behaviour: incident name to its spec; `silent` leaves the progress lines out.
        may: asked once per incident whether it happens (again); it counts.
    """
    return (*sorted(_incidents(behaviour, works, may), key=lambda station: station.at), Station(at=works, kind="done"))


def _incidents(behaviour: Json, works: float, may: Callable[[str, Json], bool]) -> Iterator[Station]:
    for kind in INCIDENTS:
        spec = behaviour.get(kind)
        if spec is not None and may(kind, spec):
            yield Station(at=min(float(spec.get("after", works / 2)), works), kind=kind, spec=spec)
    if not behaviour.get("silent"):
        yield from (Station(at=n * SAYS_EVERY, kind="says") for n in range(1, int(works / SAYS_EVERY - 1e-9) + 1))


def behaviour_of(task: Json, agent: Json) -> dict[str, Any]:
    """Return how an agent behaves on a task: what is said of the task comes before what is said of the agent."""
    return {**agent.get("behaviour", {}), **task.get("behaviour", {})}
