"""Who leads, from plain data."""

from __future__ import annotations

from amp_fsm.config.builders.values import Tree, convert
from amp_fsm.model.project import SuccessionSpec


def build_succession(data: Tree) -> SuccessionSpec:
    """Return who leads and who comes after."""
    at = data.get("hand_over_at")
    usage = {"usage": float(str(at["usage"]).rstrip("%"))} if at and "usage" in at else {}
    return convert({**data, "hand_over_at": None if at is None else {**at, **usage}}, SuccessionSpec)
