"""The decision about one subject: at most one change, or why nothing can be decided.  Read it as a table.

Unknown never acts: a transition that is unknown holds back every later one and every timer that moves.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from amp_fsm.model.facts import Truth, Why
from amp_fsm.model.guards import fact_names, guard_text
from amp_fsm.model.machine import TransitionSpec, Verb
from amp_fsm.model.plan import Change, Held
from amp_fsm.model.record import Assignment, SubjectRecord
from amp_fsm.model.step import choose
from amp_fsm.plan.actions import cannot_start
from amp_fsm.plan.budgets import Allowance, allowance
from amp_fsm.plan.changes import timer_change, transition_change
from amp_fsm.plan.prompts import RenderError
from amp_fsm.plan.rules import StateRules
from amp_fsm.plan.situation import Situation
from amp_fsm.plan.subject_facts import SubjectFacts
from amp_fsm.plan.timers import Due, overdue_text, timers_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What one subject does in this pass.

    Attributes:
        due_in: seconds until time alone could change the decision; None: it cannot.
    """

    change: Change | None = None
    held: tuple[Held, ...] = ()
    due_in: float | None = None


NOTHING = Decision()


def decide(
    situation: Situation, address: str, facts: SubjectFacts, *, offered: Assignment | None, busy_sending: bool
) -> Decision:
    """Return the one thing `address` does now.

    `busy_sending`: a prompt of an earlier pass is still on its way, so that nothing that sends may start.
    """
    subject, rules = situation.subjects[address], situation.state_rules(address)
    usable, held, waits = _usable(situation, subject, rules, facts, busy_sending)
    choice = rules.chooser.choose(facts) if usable is rules.leaving else choose(usable, facts)
    try:
        if choice.transition is not None:
            return _fire(situation, address, choice.transition, facts, offered, waits)
        if choice.waiting_for is not None:
            held = (*held, _waiting(situation, subject, choice.waiting_for, facts))
        if not rules.timers:
            return Decision(held=held) if held else NOTHING
        decision = _timers(situation, address, facts, undecided=choice.waiting_for is not None, sending=busy_sending)
    except RenderError as error:
        return Decision(held=(*held, Held(address=address, state=subject.state, mark="?", text=str(error))))
    return replace(decision, held=(*held, *decision.held)) if held else decision


def _usable(
    situation: Situation, subject: SubjectRecord, rules: StateRules, facts: SubjectFacts, busy_sending: bool
) -> tuple[tuple[TransitionSpec, ...], tuple[Held, ...], dict[str, Allowance]]:
    """Return the transitions that may still fire, what is to be said of the others, and the budgets of the first."""
    touched = _touched(subject, rules)
    if not touched and not busy_sending:
        return rules.leaving, (), {}
    held: list[Held] = []
    barred: list[TransitionSpec] = []
    allowances: dict[str, Allowance] = {}
    assignment = situation.assignment(subject.address)
    for transition in rules.leaving if busy_sending else touched:
        budget = transition.budget
        left = allowance(budget, transition.name, subject, assignment.id if assignment else "", situation.now.policy)
        allowances[transition.name] = left
        stopped = _stopped(transition, left, busy_sending)
        if stopped:
            barred.append(transition)
            if not transition.manual and choose((transition,), facts).transition is not None:
                held.append(Held(address=subject.address, state=subject.state, mark="-", text=stopped, pending=False))
    if not barred:
        return rules.leaving, (), allowances
    usable = tuple(one for one in rules.leaving if not any(one is other for other in barred))
    return usable, tuple(held), allowances


def _touched(subject: SubjectRecord, rules: StateRules) -> list[TransitionSpec]:
    """Return the transitions of whose budget something was used, at any time."""
    if not rules.bounded or not subject.uses:
        return []
    used = {use.name for use in subject.uses}
    return [one for one in rules.bounded if one.name in used]


def _stopped(transition: TransitionSpec, left: Allowance, busy_sending: bool) -> str:
    if left.spent and transition.budget.then is None:
        return f"{transition.name}: budget spent ({left.used} of {transition.budget.most})"
    if busy_sending and any(action.verb is Verb.SEND for action in transition.do):
        return f"{transition.name}: an earlier prompt is still on its way"
    return ""


def _fire(
    situation: Situation,
    address: str,
    chosen: TransitionSpec,
    facts: SubjectFacts,
    offered: Assignment | None,
    allowances: dict[str, Allowance],
) -> Decision:
    left = allowances.get(chosen.name)
    if left is not None and left.wait > 0 and not left.spent:
        text = f"{chosen.name}: backing off for {left.wait:.0f}s more"
        state = situation.subjects[address].state
        return Decision(held=(Held(address=address, state=state, mark="-", text=text),), due_in=left.wait)
    if any(action.verb is Verb.START for action in chosen.do) and not (left is not None and left.spent):
        refusal = cannot_start(situation, address)
        if refusal:
            state = situation.subjects[address].state
            return Decision(held=(Held(address=address, state=state, mark="?", text=refusal),))
    assigns = any(action.verb is Verb.ASSIGN for action in chosen.do)
    return Decision(
        change=transition_change(
            situation,
            address,
            chosen,
            facts,
            spent=left is not None and left.spent,
            offered=offered if assigns else None,
        )
    )


def _waiting(situation: Situation, subject: SubjectRecord, transition: TransitionSpec, facts: SubjectFacts) -> Held:
    blanks = [facts[name] for name in dict.fromkeys(fact_names(transition.when)) if facts[name].truth is Truth.UNKNOWN]
    unreachable = situation.observed.unreachable.get(subject.address, "")
    reasons = ", ".join(f"{fact.name} unknown ({fact.evidence or fact.why})" for fact in blanks)
    text = f"cannot tell about {transition.name} [{guard_text(transition.when)}]: {reasons}"
    if unreachable:
        text = f"unreachable ({unreachable}): state kept, timers held"
    return Held(
        address=subject.address,
        state=subject.state,
        mark="x" if unreachable else "?",
        text=text,
        pending=bool(blanks) and all(fact.why is Why.PENDING for fact in blanks),
    )


def _timers(situation: Situation, address: str, facts: SubjectFacts, *, undecided: bool, sending: bool) -> Decision:
    """Return the first timer that is due and may fire.

    An agent that cannot be seen or recognised has its timers held; one about which something else is unknown still gets
    its reminders, but is not moved.
    """
    waits: list[float] = []
    for due in timers_of(situation, address, facts):
        if due.left is None:
            continue
        if due.left > 0:
            waits.append(due.left)
        elif _may_fire(situation, address, due, undecided=undecided, sending=sending):
            why = overdue_text(due, situation.now.policy)
            return Decision(change=timer_change(situation, address, due, facts, why))
    return Decision(due_in=min(waits, default=None))


def _may_fire(situation: Situation, address: str, due: Due, *, undecided: bool, sending: bool) -> bool:
    timer = due.timer
    if due.truth is not Truth.TRUE or (due.spent and timer.budget.then is None):
        return False
    if _blind(situation, address) or (undecided and (timer.to or due.spent)):
        return False
    return not (sending and any(action.verb is Verb.SEND for action in timer.do))


def _blind(situation: Situation, address: str) -> bool:
    if not address.startswith("agent/"):
        return False
    recognised = situation.observed.facts.get(address, {}).get("recognised")
    return recognised is None or recognised.truth is not Truth.TRUE
