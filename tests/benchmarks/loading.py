"""How long a configuration of many tasks takes to load, the first time and when nothing changed."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from amp_fsm.world.config_files import cached_project
from tests.benchmarks.measure import side_by_side, table

CONFIG = Path(__file__).parents[2] / "configs" / "practice.yaml"
SIZES = (10, 100, 1_000)


def report() -> str:
    """Return the table of loading times."""
    rows = []
    for size in SIZES:
        with tempfile.TemporaryDirectory() as folder:
            cold, cached = side_by_side([_cold(Path(folder), size), _warm(Path(folder), size)], 5)
            rows.append([f"{size:,}", str(cold), str(cached)])
    note = (
        "One file: text, merging, schema, references, machine lint.  "
        "Unchanged ones come from the compiled copy in the cache folder."
    )
    return table("Loading a configuration", ["tasks", "first time", "unchanged"], rows, note)


def _cold(folder: Path, size: int) -> Callable[[], None]:
    calls = iter(range(1_000_000))

    def load() -> None:
        path = folder / "cold.yaml"
        path.write_text(f"# a text never seen before: {next(calls)}\n{configuration(size)}", "utf-8")
        _load(path)

    return load


def _warm(folder: Path, size: int) -> Callable[[], None]:
    path = folder / "warm.yaml"
    path.write_text(configuration(size), "utf-8")
    _load(path)
    return lambda: _load(path)


def _load(path: Path) -> None:
    environment = {**os.environ, "XDG_CACHE_HOME": str(path.parent / "cache")}
    loaded = cached_project(str(path), environment, keep=True)
    assert loaded.project is not None, loaded.problems[:3]


def configuration(size: int) -> str:
    """Return the practice team with `size` more tasks, each of a dozen lines as people write them."""
    text = CONFIG.read_text("utf-8")
    before, found, after = text.partition("tasks:\n")
    assert found
    return before + found + "".join(_task(n) for n in range(size)) + after


def _task(n: int) -> str:
    needs = f"    needs: [BENCH-{n - 1}]\n" if n % 3 == 2 else ""
    return (
        f"  - id: BENCH-{n}\n    kind: code\n    title: Step {n} of something long\n    priority: MEDIUM\n{needs}"
        f"    deliverables: [{{file: out/step-{n}.md, min_bytes: 20}}]\n"
        "    brief:\n"
        f"      context: Step {n} follows from the one before.\n"
        "      objective: Do it as the ones before were done.\n"
        "      files: [src/one.py, src/two.py]\n"
    )
