"""The operator's hands on the queue: tasks cancelled, tried anew, given to somebody else.  Pure.

Each function returns the record as it becomes and the changes of the subjects; whoever carries it out writes both down
in one commit.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from amp_fsm.errors import NotPossibleError
from amp_fsm.model.facts import Truth
from amp_fsm.model.machine import TransitionSpec
from amp_fsm.model.plan import Change
from amp_fsm.model.project import Project
from amp_fsm.model.record import Record
from amp_fsm.plan.changes import moved, transition_change
from amp_fsm.plan.reassigning import cannot_have
from amp_fsm.plan.situation import DONE, LOST, Situation
from amp_fsm.plan.subject_facts import SubjectFacts

CANCELLED = "CANCELLED"
Outcome = tuple[Record, tuple[Change, ...]]


def cancel(situation: Situation, task: str, *, dependents: bool) -> Outcome:
    """Return how a task is cancelled, and with it, if asked for, every one that needs it, directly or not.

    Raises:
        NotPossibleError: it is done, or its machine has no way to cancel it.
    """
    changes = [_by_hand(situation, task, CANCELLED)]
    if dependents:
        also = [name for name in needing(situation.project, task) if _way(situation, name, CANCELLED) is not None]
        changes += [_by_hand(situation, name, CANCELLED) for name in also]
    return situation.record, tuple(changes)


def needing(project: Project, task: str) -> tuple[str, ...]:
    """Return the tasks that need `task`, directly or through others, in the order of the configuration."""
    found = {task}
    while more := {name for name, spec in project.tasks.items() if name not in found and found & set(spec.needs)}:
        found |= more
    return tuple(name for name in project.tasks if name in found and name != task)


def approve(situation: Situation, task: str) -> Outcome:
    """Return how a task that was proposed comes into the queue.

    Raises:
        NotPossibleError: it waits for no approval.
    """
    record, subject = situation.record, situation.subjects[f"task/{task}"]
    item = record.added.get(task)
    if item is None or not item.waits or not situation.project.tasks[task].by:
        waiting = ", ".join(name for name, one in record.added.items() if one.waits) or "none does"
        raise NotPossibleError(f"task/{task} waits for no approval", hint=f"those that do: {waiting}")
    because = "approved by the operator"
    change = Change(address=subject.address, cause="approve", before=subject, after=subject, because=because)
    return replace(record, added={**record.added, task: replace(item, waits=False)}), (change,)


def retry(situation: Situation, task: str) -> Outcome:
    """Return how a task that failed or was cancelled comes back into the queue, as if nobody had had it.

    Raises:
        NotPossibleError: it neither failed nor was cancelled, nor was it handed out too often.
    """
    record, state = situation.record, situation.state(f"task/{task}")
    initial = _initial(situation, task)
    if state not in LOST and not (state == initial and record.attempts.get(task, 0)):
        message = f"task/{task} is {state}: only a task that failed, was cancelled or was handed out before is retried"
        raise NotPossibleError(message, hint=f"see: amp-fsm task show {situation.project.source} {task}")
    changes = () if state == initial else (_back(situation, task, "retry", "retried by the operator"),)
    refusals = {name: count for name, count in record.refusals.items() if name.partition("|")[0] != task}
    forgiven = {**record.forgiven, task: record.attempts.get(task, 0)}
    return replace(record, refusals=refusals, forgiven=forgiven), changes


def reassign(situation: Situation, task: str, to: str = "") -> Outcome:
    """Return how a task is taken from its holder and kept for `to`; empty: for anybody else.

    Raises:
        NotPossibleError: its holder may still be at work on it, or `to` cannot have it.
    """
    record, spec = situation.record, situation.project.tasks[task]
    refusal = cannot_have(situation, spec, to) if to else ""
    if refusal:
        raise NotPossibleError(refusal)
    reserved = {name: agent for name, agent in record.reserved.items() if name != task}
    reserved |= {task: to} if to else {}
    held = situation.by_task.get(task)
    if held is None:
        if not to:
            raise NotPossibleError(f"nobody holds task/{task}", hint="say who shall have it: --to AGENT")
        if _is_over(situation, task):
            raise NotPossibleError(f"task/{task} is {situation.state(spec.address)}")
        return replace(record, reserved=reserved), ()
    if held.agent == to:
        raise NotPossibleError(f"{to} holds task/{task} already")
    _must_be_gone(situation, held.agent, task)
    barred = {**record.barred, task: tuple(dict.fromkeys((*record.barred.get(task, ()), held.agent)))}
    barred[task] = tuple(agent for agent in barred[task] if agent != to)
    change = _back(situation, task, "reassign", f"taken from {held.agent}, whose program is gone, by the operator")
    return replace(record, reserved=reserved, barred=barred), (replace(change, closes=held.id),)


def _must_be_gone(situation: Situation, agent: str, task: str) -> None:
    """Refuse while an agent could go on with a task: two on the same files are worse than a wait."""
    gone = situation.observed.facts.get(f"agent/{agent}", {}).get("gone")
    if gone is not None and gone.truth is Truth.TRUE:
        return
    source = situation.project.source
    runs = "whether its program still runs is not known" if gone is None or gone.truth is Truth.UNKNOWN else "it runs"
    hint = f"end it first: amp-fsm pause {source} {agent} && amp-fsm agent stop {source} {agent}"
    raise NotPossibleError(f"{agent} holds task/{task} and may go on with it: {runs}", hint=hint)


def _back(situation: Situation, task: str, cause: str, because: str) -> Change:
    subject = situation.subjects[f"task/{task}"]
    after = moved(situation, subject, _initial(situation, task), because)
    return Change(address=subject.address, cause=cause, before=subject, after=after, because=because)


def _initial(situation: Situation, task: str) -> str:
    return situation.machine(f"task/{task}").spec.initial


def _is_over(situation: Situation, task: str) -> bool:
    state = situation.state(f"task/{task}")
    return state == DONE or state in LOST


def _by_hand(situation: Situation, task: str, to: str) -> Change:
    address = f"task/{task}"
    chosen = _way(situation, task, to)
    if chosen is None:
        state = situation.state(address)
        message = f"no manual transition leads from {state} of {address} to {to}"
        raise NotPossibleError(message, hint="its machine decides: see `amp-fsm graph`")
    return transition_change(situation, address, chosen, SubjectFacts(situation, address))


def _way(situation: Situation, task: str, to: str) -> TransitionSpec | None:
    leaving: Iterator[TransitionSpec] = iter(
        situation.machine(f"task/{task}").leaving.get(situation.state(f"task/{task}"), ())
    )
    return next((one for one in leaving if one.manual and one.to == to), None)
