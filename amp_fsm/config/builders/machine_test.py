"""Promises about machines, from plain data.  `config.machine_tests` holds the machines to them."""

from __future__ import annotations

from amp_fsm.config.builders.values import Tree, as_texts
from amp_fsm.model.project import MachineTest


def build_test(data: Tree, place: int) -> MachineTest:
    """Return the promise that stands at `place` of the tests."""
    return MachineTest(
        machine=data["machine"],
        state=data["state"],
        facts=as_texts(data["facts"]),
        fires=data.get("fires") or "",
        place=str(place),
    )
