"""Answers to dialogs: by an operator's rule, or by the operator's own word.  Without either a dialog is left alone.

An answer names the dialog by its digest: whatever else is up when the key would be pressed gets none.
"""

from __future__ import annotations

import re
from dataclasses import replace

from amp_fsm.errors import NotPossibleError
from amp_fsm.model.dialog import Dialog
from amp_fsm.model.machine import Verb
from amp_fsm.model.panes import owner_of
from amp_fsm.model.plan import Change
from amp_fsm.model.profile import ScreenReading, ScreenState
from amp_fsm.model.project import AgentSpec, ApprovalSpec
from amp_fsm.model.record import Action, Intent, SubjectRecord, Use
from amp_fsm.plan.budgets import allowance, with_use
from amp_fsm.plan.identity import intent_id
from amp_fsm.plan.situation import Situation

BY_HAND = "answered by hand"
"""What an answer is called that the operator gave."""

ANSWERABLE = frozenset({ScreenState.BLOCKED, ScreenState.LIMITED})


def approvals(situation: Situation) -> tuple[Change, ...]:
    """Return the answer of the first rule that fits, for every agent of ours whose dialog is up."""
    if not situation.project.approvals:
        return ()
    found = (_approval(situation, agent) for agent in situation.project.agents.values())
    return tuple(change for change in found if change is not None)


def _approval(situation: Situation, agent: AgentSpec) -> Change | None:
    asked = dialog_of(situation, agent)
    if asked is None or _answering(situation, agent.address) or not _ours(situation, agent):
        return None
    for rule in situation.project.approvals:
        place = asked.place(rule.answer)
        if place >= 0 and fits(rule, agent, asked) and not _spent(situation, agent, rule):
            return _change(situation, agent, asked, place, rule.cause)
    return None


def dialog_of(situation: Situation, agent: AgentSpec) -> Dialog | None:
    """Return the dialog that is up in an agent's pane and could be answered."""
    reading: ScreenReading | None = situation.observed.readings.get(agent.name)
    return reading.asked if reading is not None and reading.state in ANSWERABLE else None


def fits(rule: ApprovalSpec, agent: AgentSpec, asked: Dialog) -> bool:
    """Return whether a rule speaks about this dialog of this agent.

    All of the command must match, and a command that the program itself cut short never does.
    """
    if rule.agents and agent.name not in rule.agents:
        return False
    if rule.dialog and rule.dialog != asked.name:
        return False
    if rule.text and not re.search(rule.text, asked.text):
        return False
    if not rule.command:
        return True
    cut = "…" in asked.command or not asked.command
    return not cut and any(re.fullmatch(rule.command, text) for text in (asked.command, asked.wrapped))


def _answering(situation: Situation, address: str) -> bool:
    intents = situation.record.intents.values()
    return any(i.action.verb is Verb.ANSWER and i.address == address and not i.settled for i in intents)


def _ours(situation: Situation, agent: AgentSpec) -> bool:
    pane = situation.observed.panes.get(agent.address)
    return pane is not None and pane.owner == owner_of(situation.project, agent)


def _spent(situation: Situation, agent: AgentSpec, rule: ApprovalSpec) -> bool:
    assignment = situation.assignment(agent.address)
    held = assignment.id if assignment is not None else ""
    return allowance(rule.budget, rule.cause, situation.subjects[agent.address], held, situation.now.policy).spent


def by_hand(situation: Situation, address: str, label: str, digest: str) -> Change:
    """Return the change that gives an answer which the operator asks for.

    Raises:
        NotPossibleError: no dialog is up, another one than the operator saw, or it has no such answer.
    """
    agent = situation.specs.get(address)
    asked = dialog_of(situation, agent) if isinstance(agent, AgentSpec) else None
    if not isinstance(agent, AgentSpec) or asked is None:
        raise NotPossibleError(f"no dialog that could be answered is up in {address}")
    if not _ours(situation, agent):
        raise NotPossibleError(f"the pane of {address} is not ours", hint="see tmux.adopt")
    if digest and digest != asked.digest:
        raise NotPossibleError(f"another dialog is up in {address} now: {asked.name}", hint="look at it again")
    place = asked.place(label)
    if place < 0:
        listed = ", ".join(repr(option) for option in asked.options)
        raise NotPossibleError(f"{asked.name} has no single answer {label!r}", hint=f"there are: {listed}")
    return _change(situation, agent, asked, place, BY_HAND)


def _change(situation: Situation, agent: AgentSpec, asked: Dialog, place: int, cause: str) -> Change:
    subject = situation.subjects[agent.address]
    assignment = situation.assignment(agent.address)
    # the same question may come again in one stay, and is then another answer
    tick = max((use.tick for use in subject.uses if use.name == cause), default=0) + 1
    use = Use(
        name=cause,
        at=situation.now.policy,
        entry=subject.entry,
        assignment=assignment.id if assignment is not None else "",
        tick=tick,
    )
    about = asked.command or asked.text.partition("\n")[0]
    return Change(
        address=agent.address,
        cause=cause,
        before=subject,
        after=replace(subject, uses=with_use(subject.uses, use)),
        because=f"{asked.name} is up: {about[:160]!r}",
        intents=(_intent(situation, subject, use, asked, place),),
        serious=True,
    )


def _intent(situation: Situation, subject: SubjectRecord, use: Use, asked: Dialog, place: int) -> Intent:
    action = Action(
        verb=Verb.ANSWER,
        target=subject.address,
        what=asked.options[place],
        text="\n".join([asked.text, *(f"  {option}" for option in asked.options)]),
        key=asked.digest,
    )
    lineage = situation.record.lineage
    return Intent(
        id=intent_id(lineage, subject.address, subject.entry, use.name, use.tick, asked.digest),
        address=subject.address,
        entry=subject.entry,
        cause=use.name,
        tick=use.tick,
        key=asked.digest,
        action=action,
        at=situation.now.policy,
        at_wall=situation.now.wall,
        changed=situation.now.policy,
    )
