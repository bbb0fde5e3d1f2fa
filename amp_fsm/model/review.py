"""Reviews: another agent judges work before it counts as done.  Who may, and what its verdict is called."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from amp_fsm.model.project import AgentSpec

LEAD = "lead"
"""`by` of a review that whoever leads makes."""

NOBODY = "nobody"
"""`by` of a task that is not reviewed although tasks of its kind are."""


class Verdict(StrEnum):
    """What a reviewer's answer says.  Its value is what the errand's answer is called."""

    APPROVED = "approved"
    REFUSED = "refused"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewSpec:
    """Who reviews a task.

    Attributes:
        by: an agent, `lead` for whoever leads, `nobody`; empty: any other agent with the skills.
        skills: those that a reviewer needs.
    """

    by: str = ""
    skills: tuple[str, ...] = ()


def reviewers(spec: ReviewSpec, agents: Iterable[AgentSpec], lead: str, author: str) -> tuple[str, ...]:
    """Return the agents that may review what `author` did, in the order of the configuration; never the author."""
    wanted = lead if spec.by == LEAD else spec.by
    if spec.by == LEAD and not lead:
        return ()
    return tuple(
        agent.name
        for agent in agents
        if agent.name != author and wanted in ("", agent.name) and set(spec.skills) <= set(agent.skills)
    )
