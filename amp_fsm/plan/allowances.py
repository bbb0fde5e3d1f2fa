"""Budgets of tokens and cost: what was used up of them, and by whom they are passed.  Pure."""

from __future__ import annotations

from amp_fsm.model.project import Allowance, Project
from amp_fsm.model.usage import Spent
from amp_fsm.plan.situation import Situation


def over_budget(situation: Situation, address: str) -> str:
    """Return what was passed by an agent (or on the task it holds) or on a task; empty when nothing was."""
    if not situation.project.budgets:
        return ""
    held = situation.assignment(address) if address.startswith("agent/") else None
    for one in (address, *((f"task/{held.task}",) if held is not None else ())):
        said = passed(allowance_of(situation.project, one), spent_by(situation, one))
        if said:
            return f"{one} {said}"
    return ""


def spent_by(situation: Situation, address: str) -> Spent:
    """Return what an agent or a task has used up, this look included."""
    fresh = situation.observed.memory.spent.get(address)
    return fresh if fresh is not None else situation.record.spent.get(address, Spent())


def allowance_of(project: Project, address: str) -> Allowance:
    """Return what an agent or a task may use up: its own budget, or that of every one of its kind."""
    kind = address.partition("/")[0]
    return project.budgets.get(address) or project.budgets.get(f"{kind}/*") or Allowance()


def passed(allowance: Allowance, spent: Spent) -> str:
    """Return which part of a budget is used up, in words; empty: none is."""
    if allowance.tokens and spent.tokens >= allowance.tokens:
        return f"used {spent.tokens:.0f} of {allowance.tokens:.0f} tokens"
    if allowance.cost and spent.cost >= allowance.cost:
        return f"used ${spent.cost:.2f} of ${allowance.cost:.2f}"
    return ""
