"""Help: an agent that is blocked asks the lead, and gets the answer back, once.  Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from amp_fsm.model.desired import lead_of
from amp_fsm.model.errand import AddedTask, Errand
from amp_fsm.model.facts import Fact, Truth, Why, known, unknown
from amp_fsm.model.machine import Verb
from amp_fsm.model.project import TaskSpec
from amp_fsm.model.record import Intent
from amp_fsm.plan.errands.errand import Wanted, errands_about, state_of
from amp_fsm.plan.needs import ANSWERED
from amp_fsm.plan.prompts import variables
from amp_fsm.plan.situation import Situation

ANSWER = "answer"
"""The variable by which a prompt passes an answer on, and the name of the built-in prompt that does."""

STUCK = frozenset({"BLOCKED", "LIMITED", "ESCALATED"})
"""States of the built-in machine in which a lead answers nobody."""


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
        assignment=held.id,
        to=lead,
        lead=True,
        avoid=(held.agent,),
        brief={
            "agent": held.agent,
            "task": task.id,
            "title": task.title,
            "question": question_of(situation, address),
            "folder": folder_of(situation, task),
            "deliverables": tuple(item.file for item in task.deliverables),
        },
    )


def folder_of(situation: Situation, task: TaskSpec) -> str:
    """Return the folder in which a task is worked on."""
    workspace = situation.project.workspace(task)
    return situation.project.root if workspace is None else workspace.folder


def moot(situation: Situation, item: AddedTask) -> str:
    """Return why nobody waits for the answer any more."""
    held = situation.assignment(item.about)
    return "" if held is not None and held.agent == item.by else f"{item.by} no longer holds {item.about}"


def question_of(situation: Situation, address: str) -> str:
    """Return what an agent asks for now, or asked for last about the task that it holds; empty for nothing."""
    asks = situation.observed.facts.get(address, {}).get("asks_help")
    if asks is not None and asks.truth is Truth.TRUE and asks.value:
        return asks.value
    asked = [item.task.brief.get("question", "") for item in _asked(situation, address)]
    return str(asked[-1]) if asked else ""


def has_lead(situation: Situation, address: str) -> Fact:
    """Return whether somebody else leads and could be asked now."""
    lead = lead_of(situation.project, situation.record)
    name = address.partition("/")[2]
    if lead in ("", name):
        return known("has_lead", False, f"{name} leads itself" if lead else "nobody leads", "assignment")
    state = situation.state(f"agent/{lead}")
    paused = {lead, "*"} & situation.record.paused
    able = state not in STUCK and not paused and not situation.is_final(f"agent/{lead}")
    return known("has_lead", able, f"{lead} is {'paused' if paused else state}", "assignment")


def help_answered(situation: Situation, address: str) -> Fact:
    """Return whether there is an answer to what the agent asked, and it was not given it yet."""
    waiting = _unread(situation, address)
    if waiting is None:
        return known("help_answered", False, "", "file")
    seen = situation.observed.answers.get(waiting.task.id)
    if seen is None:
        return unknown("help_answered", Why.UNREACHABLE, f"{waiting.task.id} was not looked at", "file")
    return replace(seen, name="help_answered")


def answer_of(situation: Situation, address: str) -> str:
    """Return the answer that an agent was not given yet; empty when there is none."""
    fact = help_answered(situation, address)
    return fact.value if fact.truth is Truth.TRUE else ""


def told(situation: Situation, address: str, intents: Sequence[Intent]) -> tuple[AddedTask, ...]:
    """Return the errand whose answer one of an agent's new prompts passes on, as it is to be remembered."""
    waiting = _unread(situation, address)
    if waiting is None or not answer_of(situation, address):
        return ()
    prompts = situation.project.prompts
    sends = (intent for intent in intents if intent.action.verb is Verb.SEND)
    telling = next((one for one in sends if ANSWER in variables(prompts.get(one.action.what, ""))), None)
    return (replace(waiting, told=telling.id),) if telling is not None else ()


def _unread(situation: Situation, address: str) -> AddedTask | None:
    """Return the newest errand of an agent's about the task it holds that was answered; None: it knows the answer."""
    answered = [item for item in _asked(situation, address) if state_of(situation, item) == ANSWERED]
    return answered[-1] if answered and not answered[-1].told else None


def _asked(situation: Situation, address: str) -> list[AddedTask]:
    held = situation.assignment(address) if address.startswith("agent/") else None
    if held is None:
        return []
    about = errands_about(situation, Errand.HELP, f"task/{held.task}")
    return [item for item in about if item.assignment == held.id]
