"""Help: an agent that is blocked asks the lead, and gets the answer back.  Pure."""

from __future__ import annotations

from amp_fsm.model.desired import lead_of
from amp_fsm.model.errand import AddedTask, Errand
from amp_fsm.plan.errands.errand import Wanted
from amp_fsm.plan.situation import Situation


def wanted(situation: Situation, address: str) -> Wanted | None:
    """Return the errand by which the lead answers an agent's question; None when there is nobody else to ask."""
    held, lead = situation.assignment(address), lead_of(situation.project, situation.record)
    if held is None or lead in ("", held.agent):
        return None
    task = situation.project.tasks[held.task]
    return Wanted(
        kind=Errand.HELP,
        title=f"Help {held.agent} with {task.id}",
        about=task.address,
        by=held.agent,
        to=lead,
        brief={"agent": held.agent, "task": task.id, "title": task.title},
    )


def moot(situation: Situation, item: AddedTask) -> str:
    """Return why nobody waits for the answer any more."""
    held = situation.assignment(item.about)
    return "" if held is not None and held.agent == item.by else f"{item.by} no longer holds {item.about}"
