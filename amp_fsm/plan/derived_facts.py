"""Standard facts that follow from the record, and from what was observed of other subjects.  For `subject_facts`."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from amp_fsm.model.desired import lead_of
from amp_fsm.model.facts import Fact, Truth, Why, known, unknown
from amp_fsm.model.project import AgentSpec, OnLimit, TaskSpec
from amp_fsm.model.workspace import FACTS as WORKSPACE
from amp_fsm.model.workspace import WorkspaceKind
from amp_fsm.plan.allowances import over_budget
from amp_fsm.plan.errands.helping import has_lead, help_answered
from amp_fsm.plan.errands.kinds import moot
from amp_fsm.plan.errands.reviewing import FACTS as REVIEW
from amp_fsm.plan.reassigning import attempts, others_for, refusals
from amp_fsm.plan.situation import DONE, LOST, Situation


def _has_task(situation: Situation, address: str) -> Fact:
    assignment = situation.assignment(address)
    return known("has_task", assignment is not None, assignment.task if assignment else "", "assignment")


def _leads(situation: Situation, address: str) -> Fact:
    lead = lead_of(situation.project, situation.record)
    return known("leads", bool(lead) and address == f"agent/{lead}", lead or "nobody", "assignment")


def _has_holder(situation: Situation, address: str) -> Fact:
    assignment = situation.assignment(address)
    return known("has_holder", assignment is not None, assignment.agent if assignment else "", "assignment")


def _prompt_delivered(situation: Situation, address: str) -> Fact:
    assignment = situation.assignment(address)
    if assignment is not None and assignment.unknown:
        return unknown("prompt_delivered", Why.UNRECOGNISED, f"intent {assignment.prompt} is unknown", "assignment")
    delivered = assignment is not None and assignment.delivered is not None
    return known("prompt_delivered", delivered, assignment.prompt if assignment else "", "assignment")


def _task_returned(situation: Situation, address: str) -> Fact:
    assignment = situation.assignment(address)
    returned = assignment is not None and assignment.returned
    return known("task_returned", returned, assignment.verdict_text if assignment and returned else "", "assignment")


def _holder_busy(situation: Situation, address: str) -> Fact:
    assignment = situation.assignment(address)
    if assignment is None:
        return known("holder_busy", False, "nobody holds it", "assignment")
    seen = situation.observed.facts.get(f"agent/{assignment.agent}", {}).get("busy")
    if seen is None:
        return unknown("holder_busy", Why.UNREACHABLE, "was not looked at")
    return Fact(name="holder_busy", truth=seen.truth, evidence=seen.evidence, source=seen.source, why=seen.why)


def _of_held_task(name: str) -> Callable[[Situation, str], Fact]:
    def derive(situation: Situation, address: str) -> Fact:
        assignment = situation.assignment(address)
        if assignment is None:
            return known(name, False, "no task", "assignment")
        seen = situation.observed.facts.get(f"task/{assignment.task}", {}).get(name)
        return seen if seen is not None else unknown(name, Why.UNREACHABLE, "was not looked at")

    return derive


_NO_NEEDS_MET = known("needs_met", True, "needs nothing", "state")
_NO_NEEDS_LOST = known("needs_lost", False, "needs nothing", "state")


def _needs(situation: Situation, address: str) -> tuple[str, ...]:
    spec = situation.specs[address]
    return spec.needs if isinstance(spec, TaskSpec) else ()


def needs_met(situation: Situation, address: str) -> Fact:
    """Return whether every task that this one needs is completed."""
    wanted = _needs(situation, address)
    if not wanted:
        return _NO_NEEDS_MET
    open_ones = [need for need in wanted if situation.state(f"task/{need}") != DONE]
    return known("needs_met", not open_ones, ", ".join(open_ones), "state")


def _needs_lost(situation: Situation, address: str) -> Fact:
    wanted = _needs(situation, address)
    if not wanted:
        return _NO_NEEDS_LOST
    lost = [need for need in wanted if situation.state(f"task/{need}") in LOST]
    return known("needs_lost", bool(lost), ", ".join(lost), "state")


def _reassign_due(situation: Situation, address: str) -> Fact:
    """Return whether one more refusal would be one too many for the holder, and somebody else may try."""
    assignment, task = situation.assignment(address), situation.specs[address]
    policies = situation.project.policies
    if assignment is None or not isinstance(task, TaskSpec) or not policies.reassign_after:
        return known("reassign_due", False, "", "assignment")
    refused = refusals(situation, task.id, assignment.agent) + 1
    left = not policies.attempts or attempts(situation, task.id) < policies.attempts
    due = refused >= policies.reassign_after and left and bool(others_for(situation, task, assignment.agent))
    return known("reassign_due", due, f"refused {refused} times of {assignment.agent}", "assignment")


def _limit_due(situation: Situation, address: str) -> Fact:
    """Return whether a task may go to somebody else because its holder's allowance is used up.

    Only one in a worktree: a limited agent goes on by itself, and two on the same files are worse than a wait.
    """
    assignment, task = situation.assignment(address), situation.specs[address]
    policies = situation.project.policies
    apart = isinstance(task, TaskSpec) and task.workspace is WorkspaceKind.WORKTREE
    if assignment is None or not isinstance(task, TaskSpec) or policies.on_limit is OnLimit.KEEP or not apart:
        return known("limit_due", False, "", "assignment")
    limited = situation.observed.facts.get(f"agent/{assignment.agent}", {}).get("limited")
    if limited is None or limited.truth is Truth.UNKNOWN:
        return unknown("limit_due", Why.UNREACHABLE, f"{assignment.agent} could not be looked at", "screen")
    left = not policies.attempts or attempts(situation, task.id) < policies.attempts
    due = limited.truth is Truth.TRUE and left and bool(others_for(situation, task, assignment.agent))
    return known("limit_due", due, f"{assignment.agent}: {limited.evidence}", "screen")


def services_up(situation: Situation, address: str) -> Fact:
    """Return whether every service that an agent requires is ready."""
    spec = situation.specs[address]
    required = spec.requires if isinstance(spec, AgentSpec) else ()
    facts = [situation.observed.facts.get(f"service/{name}", {}).get("ready") for name in required]
    truths = {fact.truth if fact is not None else Truth.UNKNOWN for fact in facts}
    if Truth.FALSE in truths:
        down = [n for n, f in zip(required, facts, strict=True) if f is not None and f.truth is Truth.FALSE]
        return known("services_up", False, f"down: {', '.join(down)}", "http")
    if Truth.UNKNOWN in truths:
        return unknown("services_up", Why.UNREACHABLE, "a service could not be looked at", "http")
    return known("services_up", True, ", ".join(required), "http")


def _over_budget(situation: Situation, address: str) -> Fact:
    said = over_budget(situation, address)
    return known("over_budget", bool(said), said, "usage")


def _of_workspace(name: str) -> Callable[[Situation, str], Fact]:
    def derive(situation: Situation, address: str) -> Fact:
        spec = situation.specs[address]
        apart = isinstance(spec, TaskSpec) and spec.workspace is WorkspaceKind.WORKTREE
        if apart and name != "wants_worktree":
            return unknown(name, Why.UNREACHABLE, "its worktree was not looked at", "git")
        return known(name, apart or name == "workspace_ready", "", "git")

    return derive


DERIVED: Mapping[str, Callable[[Situation, str], Fact]] = {
    "has_task": _has_task,
    "leads": _leads,
    "has_holder": _has_holder,
    "prompt_delivered": _prompt_delivered,
    "task_returned": _task_returned,
    "holder_busy": _holder_busy,
    "needs_met": needs_met,
    "needs_lost": _needs_lost,
    "reassign_due": _reassign_due,
    "limit_due": _limit_due,
    "moot": moot,
    **REVIEW,
    "has_lead": has_lead,
    "help_answered": help_answered,
    "services_up": services_up,
    "over_budget": _over_budget,
    "deliverables_present": _of_held_task("deliverables_present"),
    "checks_passed": _of_held_task("checks_passed"),
    "checks_failed": _of_held_task("checks_failed"),
    **{name: _of_workspace(name) for name in WORKSPACE},
}
"""Makers of facts by name: of a situation and the address of the subject."""
