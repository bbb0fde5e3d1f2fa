"""Drift that no action of this pass mends: said in the plan, so that nothing idle or forgotten is silent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from amp_fsm.model.facts import Truth
from amp_fsm.model.observed import Drift
from amp_fsm.model.plan import Change, Held, Step
from amp_fsm.model.project import TaskSpec
from amp_fsm.plan.allowances import allowance_of, passed, spent_by
from amp_fsm.plan.deadlines import overdue
from amp_fsm.plan.golden_rules import idle_seconds, span
from amp_fsm.plan.leading import lead_now
from amp_fsm.plan.offers import attempts_spent
from amp_fsm.plan.reassigning import attempts
from amp_fsm.plan.situation import Situation
from amp_fsm.plan.unmeetable import shadowed, unmeetable


def drift_of(
    situation: Situation, changes: Sequence[Change], steps: Sequence[Step], held: Sequence[Held]
) -> tuple[Drift, ...]:
    """Return the differences between desired and observed that remain after this plan."""
    concerned = {change.address for change in changes} | {step.intent.address for step in steps}
    concerned |= {item.address for item in held}
    found: list[Drift] = []
    for agent in situation.project.agents.values():
        if agent.address not in concerned:
            found.extend(_agent_drift(situation, agent.address, agent.name))
    for task in situation.project.tasks.values():
        if attempts_spent(situation, task) and _waits(situation, task):
            tries = attempts(situation, task.id)
            text = f"handed out {tries} times: not offered again (policies.attempts); `task retry`, or edit it"
            found.append(Drift(address=task.address, kind="attempts", text=text))
        late = overdue(situation, task) if task.deadline is not None else ""
        if late:
            found.append(Drift(address=task.address, kind="deadline", text=late))
    found.extend(_over_budget(situation))
    found.extend((*unmeetable(situation), *shadowed(situation)))
    found.extend(_lead(situation))
    found.extend(
        Drift(address=address, kind="removed", text="no longer in the configuration, but still holds an assignment")
        for address in situation.lost
    )
    return tuple(found)


def _waits(situation: Situation, task: TaskSpec) -> bool:
    return situation.state(task.address) == situation.project.machines[task.machine].initial


def _agent_drift(situation: Situation, address: str, name: str) -> list[Drift]:
    facts = situation.observed.facts.get(address, {})
    turn_over, busy = facts.get("turn_over"), facts.get("busy")
    if name in situation.by_agent:
        return []
    if busy is not None and busy.truth is Truth.TRUE:
        return [Drift(address=address, kind="busy", text="works on something that was not assigned; given nothing")]
    if turn_over is not None and turn_over.truth is Truth.TRUE:
        at_prompt = facts.get("at_prompt")
        why = at_prompt.evidence if at_prompt is not None and at_prompt.truth is Truth.FALSE else "no task for it"
        return [Drift(address=address, kind="idle", text=f"idle without a task{_too_long(situation, name)}: {why}")]
    return []


def _too_long(situation: Situation, name: str) -> str:
    seconds, most = idle_seconds(situation.record, situation.project.agents[name]), situation.project.policies.idle_for
    return f" for more than {span(most)}" if seconds is not None and seconds > most else ""


def _over_budget(situation: Situation) -> Iterator[Drift]:
    """Yield every budget that is passed by somebody who could still use up more."""
    for address in situation.project.budgets and situation.specs:
        said = passed(allowance_of(situation.project, address), spent_by(situation, address))
        if said and not situation.is_final(address):
            yield Drift(address=address, kind="over_budget", text=f"{said}: given nothing more (budgets)")


def _lead(situation: Situation) -> Iterator[Drift]:
    """Yield that the lead is vacant, or on its way to somebody else."""
    lead = lead_now(situation.project, situation.record)
    if lead.agent and lead.text != lead.agent:
        yield Drift(address=f"agent/{lead.agent}", kind="lead", text=f"the lead: {lead.text}")
