"""`python -m tests.benchmarks [NAME...]`: measure, and print the tables of docs/performance.md.

`NAME:PART` measures one part of a benchmark that has several.
"""

from __future__ import annotations

import importlib
import os
import sys

from tests.benchmarks.measure import machine

NAMES = (
    "starting",
    "passing",
    "loading",
    "observing",
    "planning",
    "remembering",
    "looking",
    "looking_again",
    "watching",
    "reacting",
    "rehearsing",
)


def main(names: list[str]) -> None:
    """Print one section per benchmark as soon as it is measured."""
    os.environ.pop(
        "PYTHONDONTWRITEBYTECODE", None
    )  # modules are compiled beforehand, as they are where it is installed
    print(f"Measured on {machine()}: median (fastest to slowest).\n", flush=True)
    for name in names or NAMES:
        module, _, part = name.partition(":")
        print(importlib.import_module(f"tests.benchmarks.{module}").report(*filter(None, [part])), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
