"""Processes that outlived their pane: found by a variable of their environment.  Ends none of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from amp_fsm.model.panes import OWNER_VARIABLE
from amp_fsm.model.seen import Survivor


def survivors(owners: Collection[str], below: Collection[int] = ()) -> Mapping[str, tuple[Survivor, ...]]:
    """Return the living processes that carry each owner, in the order of their ids; owners without any are left out.

    Processes of other users, whose environment cannot be read, are not found.

    Args:
        owners: values of `OWNER_VARIABLE`, which every program that we start hands on to its children.
        below: ids of living panes' processes, whose descendants are where they belong.
    """
    import psutil  # here, for it is needed only while an agent is gone

    found: dict[str, list[Survivor]] = {}
    for process in psutil.process_iter():
        try:
            owner = process.environ().get(OWNER_VARIABLE, "")
            if owner not in owners or process.status() == psutil.STATUS_ZOMBIE:
                continue
            if not below or not {process.pid, *(parent.pid for parent in process.parents())} & set(below):
                found.setdefault(owner, []).append(Survivor(pid=process.pid, name=process.name()))
        except psutil.Error:
            continue
    return {owner: tuple(sorted(those, key=lambda one: one.pid)) for owner, those in found.items()}
