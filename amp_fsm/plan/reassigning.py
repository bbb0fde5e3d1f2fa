"""Reassigning: who must not have a task, by its configuration or because its work was refused too often.  Pure."""

from __future__ import annotations

from amp_fsm.model.project import TaskSpec
from amp_fsm.plan.errands.reviewing import able_to_review
from amp_fsm.plan.situation import Situation


def refusals(situation: Situation, task: str, agent: str) -> int:
    """Return how often an agent's claim to have done a task was refused."""
    return situation.record.refusals.get(f"{task}|{agent}", 0)


def is_avoided(situation: Situation, task: TaskSpec, agent: str) -> bool:
    """Return whether an agent must not have a task."""
    most = situation.project.policies.reassign_after
    reserved = situation.record.reserved.get(task.id, agent)
    if task.only not in ("", agent) or reserved != agent or agent in situation.record.barred.get(task.id, ()):
        return True
    if task.review is not None and not able_to_review(situation, task, agent):
        return True  # whoever alone could review it is not to do it
    return agent in task.avoid or (most > 0 and refusals(situation, task.id, agent) >= most)


def cannot_have(situation: Situation, task: TaskSpec, agent: str) -> str:
    """Return why an agent cannot be given a task by hand; empty when it can."""
    spec = situation.project.agents.get(agent)
    if spec is None:
        return f"there is no agent {agent!r}"
    lacking = [skill for skill in task.skills if skill not in spec.skills]
    if lacking:
        return f"{agent} lacks the skills of task/{task.id}: {', '.join(lacking)}"
    if task.only not in ("", agent):
        return f"task/{task.id} is for {task.only} alone"
    if task.review is not None and not able_to_review(situation, task, agent):
        return f"nobody could review task/{task.id} if {agent} did it"
    if agent in task.avoid:
        return f"task/{task.id} says `avoid: [{agent}]`"
    return f"{agent} is {situation.state(spec.address)}" if situation.is_final(spec.address) else ""


def attempts(situation: Situation, task: str) -> int:
    """Return how often a task was handed out, not counting what the operator forgave."""
    return situation.record.attempts.get(task, 0) - situation.record.forgiven.get(task, 0)


def others_for(situation: Situation, task: TaskSpec, holder: str) -> tuple[str, ...]:
    """Return the agents besides its holder who could do a task, at work or not; those retired cannot."""
    return tuple(
        agent.name
        for agent in situation.project.agents.values()
        if agent.name != holder
        and frozenset(task.skills) <= frozenset(agent.skills)
        and not is_avoided(situation, task, agent.name)
        and not situation.is_final(agent.address)
    )
