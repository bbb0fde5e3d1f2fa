"""Answers to dialogs that need no person, from plain data."""

from __future__ import annotations

from amp_fsm.config.builders.machines import MachineBuilder
from amp_fsm.config.builders.values import Tree, convert
from amp_fsm.model.project import ApprovalSpec


def build_approval(data: Tree, place: int, builder: MachineBuilder) -> ApprovalSpec:
    """Return the answer that stands at `place` of the approvals."""
    budget = builder.budget({"max": 10, "per": "1h", **data}, ("approvals", place), default="1h")
    rest = {key: value for key, value in data.items() if key not in ("max", "per", "remove")}
    return convert({"answer": "", **rest, "budget": budget}, ApprovalSpec)
