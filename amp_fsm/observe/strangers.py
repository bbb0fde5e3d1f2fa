"""What is there and should not be: panes that nobody owns any more or that two claim, programs without their pane.

Reported only; nothing of it is ended.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from amp_fsm.model.observed import Drift
from amp_fsm.model.project import Project
from amp_fsm.model.seen import PaneSeen, Survey, Survivor


def survivor_drift(survivors: Mapping[str, Sequence[Survivor]]) -> tuple[Drift, ...]:
    """Return, for every agent without a pane, the processes of its program that live on."""
    return tuple(
        Drift(address=address, kind="survivor", text=f"{_named(those)} outlived its pane: kill {_ids(those)}")
        for address, those in survivors.items()
    )


def _named(those: Sequence[Survivor]) -> str:
    return ", ".join(f"process {one.pid} ({one.name})" for one in those)


def _ids(those: Sequence[Survivor]) -> str:
    return " ".join(str(one.pid) for one in those)


def pane_drift(project: Project, survey: Survey | None, panes: Mapping[str, PaneSeen]) -> tuple[Drift, ...]:
    """Return what is odd about the panes that carry our mark."""
    if survey is None:
        return ()
    prefix = f"{project.name}/"
    owners = [pane.owner for pane in survey.panes if pane.owner.startswith(prefix) and not pane.dead]
    wanted = {a.address for a in project.agents.values()} | {s.address for s in project.services.values()}
    drift = [
        Drift(
            address=address, kind="duplicate", text=f"{count} panes carry its mark; {panes[address].ref.pane} is used"
        )
        for owner, count in Counter(owners).items()
        if count > 1 and (address := owner.removeprefix(prefix)) in panes
    ]
    drift += [
        Drift(address=owner.removeprefix(prefix), kind="removed", text="runs, but the configuration no longer names it")
        for owner in dict.fromkeys(owners)
        if owner.removeprefix(prefix) not in wanted
    ]
    return tuple(drift)
