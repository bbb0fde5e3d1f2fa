"""Rules of the house, and how much anybody may use up."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class OnLimit(StrEnum):
    """What becomes of the task of an agent whose allowance is used up."""

    KEEP = "keep"  # the agent goes on with it after the reset
    REASSIGN = "reassign"  # another one gets it, if it is worked on in a worktree of its own; else as `keep`


@dataclass(frozen=True, slots=True, kw_only=True)
class Policies:
    """Rules of the house.

    Attributes:
        resync: seconds after which a watching reconciler looks again at the latest.
        prompt_min_lines: of a kind's prompt; a shorter one is a lint error.
        blind_for: seconds of not being able to see an agent after which the operator is told, once.
        attempts: how often a task is handed out before it waits for the operator.
        on_limit: what becomes of the task of an agent whose allowance is used up.
        reassign_after: refused verdicts after which a task goes to another agent; 0: it never does.
        person: seconds for which an attached client's last key press gives a person the right of way.
        hint: seconds for which what a channel told of an agent's state holds it back from being idle.
        idle_for: seconds for which an agent may be idle without a task.
        fresh_for: seconds after which a document that nobody wrote is no longer fresh; 0: it always is.
        never_idle: the lead is asked to propose tasks when the queue runs dry for an idle agent.
        proposals: `auto` queues what is proposed, `review` waits for the operator's word.
        proposals_max: how often the lead is asked within `proposals_per` seconds; 0: no limit.
        proposals_returns: how often what it proposed is returned to it in one episode, with what is wrong.
        proposals_tasks: the most tasks of one file, and of one episode.
    """

    resync: float = 150.0
    prompt_min_lines: int = 15
    blind_for: float = 300.0
    attempts: int = 3
    on_limit: OnLimit = OnLimit.KEEP
    reassign_after: int = 0
    person: float = 10.0
    hint: float = 30.0
    idle_for: float = 600.0
    fresh_for: float = 0.0
    never_idle: bool = False
    proposals: str = "review"
    proposals_max: int = 6
    proposals_per: float = 3600.0
    proposals_returns: int = 2
    proposals_tasks: int = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """How much an agent, or everybody on a task, may use up; 0: no limit."""

    tokens: float = 0.0
    cost: float = 0.0
