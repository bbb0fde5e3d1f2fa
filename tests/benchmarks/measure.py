"""Timing things fairly, and printing what came out as a table."""

from __future__ import annotations

import gc
import os
import platform
import resource
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """Seconds of several runs of the same thing."""

    seconds: tuple[float, ...]

    @property
    def median(self) -> float:
        """The middle one."""
        return statistics.median(self.seconds)

    def __str__(self) -> str:
        """Median and range, in the unit that suits them."""
        low, high = min(self.seconds), max(self.seconds)
        return f"{spoken(self.median)} ({spoken(low)} to {spoken(high)}, {len(self.seconds)} runs)"


def spoken(seconds: float) -> str:
    """Return a duration as people write it."""
    if seconds >= 1:
        return f"{seconds:.2f} s"
    return f"{seconds * 1e3:.3g} ms" if seconds >= 1e-3 else f"{seconds * 1e6:.0f} µs"


def side_by_side(
    actions: Sequence[Callable[[], object]],
    rounds: int,
    measured: Callable[[Callable[[], object]], float] | None = None,
) -> tuple[Timing, ...]:
    """Time each action `rounds` times in turn, so that a busy moment of the machine hits all of them alike."""
    measured = measured or timed
    seconds: list[list[float]] = [[] for _ in actions]
    for _ in range(rounds):
        for action, taken in zip(actions, seconds, strict=True):
            taken.append(measured(action))
    return tuple(Timing(seconds=tuple(taken)) for taken in seconds)


def timed(action: Callable[[], object]) -> float:
    """Return how long one run takes, what earlier runs left behind collected beforehand."""
    gc.collect()
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def computed(action: Callable[[], object]) -> float:
    """Return how long processors work for the processes that one run starts and waits for, whoever else is at work."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    action()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def ratio(ours: Timing, other: Timing) -> str:
    """Return the median of the ratios of paired runs, and their range."""
    ratios = [mine / theirs for mine, theirs in zip(ours.seconds, other.seconds, strict=True)]
    return f"{statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"


def table(title: str, head: Sequence[str], rows: Sequence[Sequence[str]], note: str = "") -> str:
    """Return a Markdown section with one table."""
    lines = [f"## {title}", "", *([note, ""] if note else [])]
    lines += [f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *rows)]
    return "\n".join([*lines, ""])


def machine() -> str:
    """Return on what this was measured."""
    cpu = next((line.split(":")[1].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")), "")
    python = f"{platform.python_implementation()} {platform.python_version()}"
    return f"{os.cpu_count()} cores{f' of {cpu}' if cpu else ''}, {platform.system()} {platform.release()}, {python}"


def _lines(path: str) -> list[str]:
    try:
        return Path(path).read_text("utf-8").splitlines()
    except OSError:
        return []
