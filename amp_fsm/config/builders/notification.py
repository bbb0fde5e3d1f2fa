"""Channels by which the operator is told, from plain data."""

from __future__ import annotations

from amp_fsm.config.builders.machines import MachineBuilder
from amp_fsm.config.builders.values import Tree, convert
from amp_fsm.model.notice import NotificationSpec


def build_notification(data: Tree, place: int, builder: MachineBuilder) -> NotificationSpec:
    """Return the channel that stands at `place` of the notifications."""
    budget = builder.budget({"max": 20, "per": "1h", **data}, ("notifications", place), default="1h")
    rest = {key: value for key, value in data.items() if key not in ("max", "per", "remove")}
    return convert({"url": "", **rest, "most": budget.most, "seconds": budget.seconds or 3600.0}, NotificationSpec)
