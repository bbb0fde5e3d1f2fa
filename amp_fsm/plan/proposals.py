"""Proposed tasks: what becomes of the files that were read, and when the lead is asked for more.  Pure.

All of it is one change of the lead, which stays where it is: tasks come into the queue and files are done with in one
commit, so that a pass that is killed in between neither loses a proposal nor queues it twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from amp_fsm.model.desired import lead_of
from amp_fsm.model.errand import AddedTask
from amp_fsm.model.machine import Budget, Verb
from amp_fsm.model.plan import Change
from amp_fsm.model.project import Project
from amp_fsm.model.proposal import Proposal, ProposalRule
from amp_fsm.model.record import Action, Intent, Record, SubjectRecord, Use
from amp_fsm.model.time import Now
from amp_fsm.plan.budgets import allowance, with_use
from amp_fsm.plan.errands.errand import Wanted, opened
from amp_fsm.plan.errands.kinds import under_way
from amp_fsm.plan.errands.proposing import coming, is_dry, wanted
from amp_fsm.plan.identity import intent_id
from amp_fsm.plan.situation import Situation

ASKED, RETURNED = "propose", "proposal_returned"
MOST_TOLD = 30
"""Problems that go back to the lead at once."""


def room(project: Project, record: Record, now: Now) -> int:
    """Return how many more tasks may be proposed in this episode, or, outside of one, in the present window."""
    since = _since(project, record, now)
    queued = sum(item.at >= since and not item.task.errand for item in record.added.values())
    return project.policies.proposals_tasks - queued


def refilled(situation: Situation) -> tuple[str, ...]:
    """Return the agents for whose sake the lead was asked, and for whom the queue has tasks again."""
    asked, agents = situation.record.asked, situation.project.agents
    waiting = coming(situation) if asked else ()
    return tuple(name for name in asked if name not in agents or not is_dry(situation, agents[name], waiting))


def with_proposals(situation: Situation, changes: Sequence[Change], idle: Sequence[str]) -> tuple[Change, ...]:
    """Return the changes of a pass with what is done about proposals: the judged files, or the lead asked for more.

    `idle` agents could begin something now and get nothing.
    """
    lead = lead_of(situation.project, situation.record)
    address = f"agent/{lead}"
    if not lead:
        return tuple(changes)
    own = next((change for change in changes if change.address == address), None)
    subject = situation.subjects[address]
    before = own or Change(address=address, cause="", before=subject, after=subject, because="")
    after = _judged(situation, before) if situation.observed.proposals else _asked(situation, before, lead, idle)
    if after is before:
        return tuple(changes)
    return (*(after if change is own else change for change in changes), *(() if own is not None else (after,)))


def _asked(situation: Situation, change: Change, lead: str, idle: Sequence[str]) -> Change:
    policies = situation.project.policies
    new = [name for name in idle if name not in situation.record.asked]
    if not policies.never_idle or not new:
        return change
    waiting, agents = coming(situation), situation.project.agents
    dry = [name for name in new if is_dry(situation, agents[name], waiting)]
    if dry and lead not in (*dry, *situation.record.asked) and is_dry(situation, agents[lead], waiting):
        dry.append(lead)  # it will have nothing to do as soon as it has answered
    errand = wanted(situation, dry) if dry else None
    if errand is None or under_way(situation, errand) or _spent(situation, change):
        return change
    because = f"the queue is dry for {', '.join(dry)}"
    return _more(situation, change, ASKED, because, adds=(opened(situation, errand),), asks=tuple(dry), uses=(ASKED,))


def _spent(situation: Situation, change: Change) -> bool:
    policies = situation.project.policies
    budget = Budget(most=policies.proposals_max, per="", seconds=policies.proposals_per)
    return allowance(budget, ASKED, change.after, "", situation.now.policy).spent


def _judged(situation: Situation, change: Change) -> Change:
    read = situation.observed.proposals
    queued = tuple(item for one in read for item in _added(situation, one))
    refused = [one for one in read if one.problems]
    errand = _return(situation, change, refused)
    back = (opened(situation, errand),) if errand is not None else ()
    return _more(
        situation,
        change,
        "proposals",
        "; ".join(f"{one.file} {_became(one)}" for one in read),
        adds=(*queued, *back),
        judged=read,
        uses=(RETURNED,) if back else (),
        told="\n".join(_told(queued, refused if errand is None else ())),
    )


def _became(one: Proposal) -> str:
    if one.again:
        return "was judged before"
    if one.problems:
        return f"is refused: {one.problems[0].removeprefix(one.file).lstrip(': ')}"
    return f"proposes {', '.join(task.id for task in one.tasks) or 'nothing'}"


def _added(situation: Situation, one: Proposal) -> tuple[AddedTask, ...]:
    now, waits = situation.now, situation.project.policies.proposals == ProposalRule.REVIEW
    tasks = (replace(task, order=0) for task in one.tasks)
    return tuple(AddedTask(task=task, by=one.file, at=now.policy, at_wall=now.wall, waits=waits) for task in tasks)


def _return(situation: Situation, change: Change, refused: Sequence[Proposal]) -> Wanted | None:
    """Return the errand that takes what was refused back to the lead; None: there is none, or no more may be."""
    since = _since(situation.project, situation.record, situation.now)
    returned = sum(use.name == RETURNED and use.at >= since for use in change.after.uses)
    if not refused or returned >= situation.project.policies.proposals_returns:
        return None
    problems = [text for one in refused for text in one.problems]
    more = [f"... and {len(problems) - MOST_TOLD} more"] if len(problems) > MOST_TOLD else []
    dry = [name for name in situation.record.asked if name in situation.project.agents]
    return wanted(situation, dry, [*problems[:MOST_TOLD], *more])


def _told(queued: Sequence[AddedTask], refused: Sequence[Proposal]) -> Sequence[str]:
    lines = [
        f"{item.task.id} is proposed by {item.by}: {item.task.title}; `amp-fsm task approve`, or `task cancel`"
        for item in queued
        if item.waits
    ]
    return [*lines, *(f"{one.file} {_became(one)}; it is not returned any more" for one in refused)]


def _since(project: Project, record: Record, now: Now) -> float:
    """Return the policy time at which the present episode began; outside of one, of the window that counts."""
    return min(record.asked.values(), default=now.policy - project.policies.proposals_per)


def _more(
    situation: Situation,
    change: Change,
    cause: str,
    because: str,
    *,
    adds: tuple[AddedTask, ...] = (),
    judged: tuple[Proposal, ...] = (),
    asks: tuple[str, ...] = (),
    uses: Sequence[str] = (),
    told: str = "",
) -> Change:
    """Return a change of the lead with this besides; one that was empty is called after it."""
    after = change.after
    for name in uses:
        use = Use(name=name, at=situation.now.policy, entry=change.before.entry)
        after = replace(after, uses=with_use(after.uses, use))
    notice = (_notice(situation, after, told, judged),) if told else ()
    return replace(
        change,
        cause=change.cause or cause,
        because=change.because or because,
        after=after,
        intents=(*change.intents, *notice),
        adds=(*change.adds, *adds),
        judged=judged,
        asks=asks,
        serious=change.serious or bool(told) or any(one.problems for one in judged),
    )


def _notice(situation: Situation, lead: SubjectRecord, text: str, judged: Sequence[Proposal]) -> Intent:
    now, key = situation.now, "+".join(one.digest[:12] for one in judged)
    return Intent(
        id=intent_id(situation.record.lineage, lead.address, lead.entry, "proposals", 0, key),
        address=lead.address,
        entry=lead.entry,
        cause="proposals",
        key=f"0:notify:{key}",
        action=Action(verb=Verb.NOTIFY, target="operator", text=text),
        at=now.policy,
        at_wall=now.wall,
        changed=now.policy,
    )
