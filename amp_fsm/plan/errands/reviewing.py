"""Review: another agent judges work that passed its checks, and its verdict is read from a file.  Pure."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping
from dataclasses import replace

from amp_fsm.model.desired import lead_of
from amp_fsm.model.errand import AddedTask, Errand
from amp_fsm.model.facts import Fact, Truth, Why, known, unknown
from amp_fsm.model.project import TaskSpec
from amp_fsm.model.review import LEAD, Verdict, reviewers
from amp_fsm.plan.errands.errand import Wanted, errands_about, is_over, state_of
from amp_fsm.plan.errands.helping import folder_of
from amp_fsm.plan.needs import ANSWERED
from amp_fsm.plan.situation import Situation


def wanted(situation: Situation, address: str) -> Wanted | None:
    """Return the errand by which a task is reviewed; None when nobody can."""
    task, held = situation.specs[address], situation.assignment(address)
    if not isinstance(task, TaskSpec) or task.review is None or held is None:
        return None
    able = able_to_review(situation, task, held.agent)
    if not able:
        return None
    return Wanted(
        kind=Errand.REVIEW,
        title=f"Review {task.id} of {held.agent}",
        about=address,
        by=held.agent,
        assignment=held.id,
        to=able[0] if task.review.by else "",
        lead=task.review.by == LEAD,
        skills=task.review.skills,
        avoid=(held.agent,),
        brief=_brief(situation, task, held.agent),
    )


def _brief(situation: Situation, task: TaskSpec, author: str) -> Mapping[str, str | tuple[str, ...]]:
    project = situation.project
    checks = [project.checks[name] for name in task.checks if name in project.checks]
    objective = task.brief.get("objective", task.title)
    return {
        "agent": author,
        "task": task.id,
        "title": task.title,
        "objective": objective if isinstance(objective, str) else "; ".join(objective),
        "folder": folder_of(situation, task),
        "deliverables": tuple(item.file for item in task.deliverables),
        "checks": tuple(f"{check.name}: {shlex.join(check.run)}" for check in checks),
        "diff": f"amp-fsm task diff {project.source} {task.id}" if project.workspace(task) is not None else "",
    }


def able_to_review(situation: Situation, task: TaskSpec, author: str) -> tuple[str, ...]:
    """Return who may review a task of `author`'s and has not left for good; never the author."""
    if task.review is None:
        return ()
    project = situation.project
    staying = (agent for agent in project.agents.values() if not situation.is_final(agent.address))
    return reviewers(task.review, staying, lead_of(project, situation.record), author)


def moot(situation: Situation, item: AddedTask) -> str:
    """Return why nobody waits for the verdict any more."""
    held = situation.assignment(item.about)
    if held is not None and held.id != item.assignment:
        return f"{item.about} is {held.agent}'s by now"
    return "" if held is not None or not _settled(situation, item.about) else f"{item.about} is over"


def _settled(situation: Situation, address: str) -> bool:
    machine = situation.machine(address).spec if address in situation.specs else None
    state = situation.state(address)
    return machine is None or state == machine.initial or (state in machine.states and machine.states[state].final)


def wants_review(situation: Situation, address: str) -> Fact:
    """Return whether a task is reviewed before it counts as done."""
    task = situation.specs[address]
    return known("wants_review", isinstance(task, TaskSpec) and task.review is not None, "", "assignment")


def _verdict_fact(verdict: Verdict) -> Callable[[Situation, str], Fact]:
    """Return how one of the three facts about a verdict is derived."""
    name = f"review_{verdict}"

    def derive(situation: Situation, address: str) -> Fact:
        item = newest(situation, address)
        if wants_review(situation, address).truth is Truth.FALSE:
            return known(name, False, "is not reviewed", "file")
        if item is None:
            return known(name, verdict is Verdict.UNCLEAR, "nobody who could review it was found", "file")
        if not is_over(situation, item):
            return known(name, False, f"{item.task.id} is not answered yet", "file")
        if state_of(situation, item) != ANSWERED:
            return known(name, verdict is Verdict.UNCLEAR, f"{item.task.id} is {state_of(situation, item)}", "file")
        seen = situation.observed.answers.get(item.task.id)
        if seen is None or seen.truth is Truth.UNKNOWN:
            return unknown(name, Why.UNREACHABLE, seen.evidence if seen else f"{item.task.id} was not read", "file")
        said = seen.name if seen.truth is Truth.TRUE else Verdict.UNCLEAR
        if said == Verdict.UNCLEAR and verdict is not Verdict.UNCLEAR:
            return unknown(name, Why.UNRECOGNISED, f"{item.given}: {seen.evidence}", "file")
        return known(name, said == verdict, f"{item.given}: {seen.evidence}", "file")

    return derive


FACTS: Mapping[str, Callable[[Situation, str], Fact]] = {
    "wants_review": wants_review,
    **{f"review_{verdict}": _verdict_fact(verdict) for verdict in Verdict},
}
"""The facts of a task about its review."""


def newest(situation: Situation, address: str) -> AddedTask | None:
    """Return the last review of a task that has not brought a verdict yet."""
    found = [item for item in errands_about(situation, Errand.REVIEW, address) if not item.told]
    return found[-1] if found else None


def judged(situation: Situation, address: str) -> tuple[AddedTask, ...]:
    """Return the review that a verdict on a task rests on, as it is to be remembered; empty: it rests on none."""
    item = newest(situation, address) if address.startswith("task/") else None
    seen = situation.observed.answers.get(item.task.id) if item is not None else None
    if item is None or seen is None or seen.name not in (Verdict.APPROVED, Verdict.REFUSED):
        return ()
    return (replace(item, told=seen.name),)


def reasons(situation: Situation, address: str) -> str:
    """Return why a reviewer refused a task, for the `fix` prompt; empty when none did."""
    for item in judged(situation, address):
        if item.told == Verdict.REFUSED:
            return f"{item.given} reviewed it and refused it:\n\n{situation.observed.answers[item.task.id].value}"
    return ""


def reviewer_of(situation: Situation, address: str) -> str:
    """Return who reviewed a task; empty when nobody did."""
    return next((item.given for item in judged(situation, address)), "")
