"""Garbage collection: seldom while the program is loaded, and in a loop that lives long.

Nearly all values of a pass are trees, which reference counting frees; looking for circles among them, in which the
whole configuration took part each time, was measured to be an eighth of a pass of 60 agents.
"""

from __future__ import annotations

import gc

YOUNG = 50_000
"""New objects after which circles among them are looked for; Python's own measure is 700."""

OLDER = 20
"""Collections of the younger after which the older take part."""


def spare_loading() -> None:
    """Make collections seldom, before anything is loaded: modules are made of many objects, and none is garbage."""
    gc.set_threshold(YOUNG, OLDER, OLDER)


def collect_seldom() -> None:
    """Leave what is loaded by now out of all collections, and make them seldom.  Called once everything is loaded."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, OLDER, OLDER)
