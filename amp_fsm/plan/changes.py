"""From a chosen transition or timer to a change: the subject's next record, its intents, its assignment's fate."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from amp_fsm.model.facts import Fact, Truth
from amp_fsm.model.guards import Guard, Op, fact_names, guard_text
from amp_fsm.model.machine import ActionSpec, TransitionSpec, Verb
from amp_fsm.model.plan import Change
from amp_fsm.model.record import Assignment, Intent, SubjectRecord, Use
from amp_fsm.plan.actions import Cause, plan_actions
from amp_fsm.plan.budgets import with_use
from amp_fsm.plan.errands.helping import told
from amp_fsm.plan.errands.kinds import errands_of
from amp_fsm.plan.errands.reviewing import judged as judged_by
from amp_fsm.plan.errands.reviewing import reasons
from amp_fsm.plan.situation import Situation
from amp_fsm.plan.timers import Due

QUOTED_SOURCES = frozenset({"row", "line", "file", "check", "http", "git", "screen", "pane", "state"})
"""Sources whose evidence is worth quoting in one line of a plan."""


def because_of(guard: Guard, facts: Mapping[str, Fact]) -> tuple[str, tuple[Fact, ...]]:
    """Return why a guard holds, in words, and every fact in it."""
    names = tuple(dict.fromkeys(fact_names(guard)))
    found = tuple(facts[name] for name in names)
    quotes = [
        fact.evidence for fact in _telling(guard, facts, Truth.TRUE) if fact.evidence and fact.source in QUOTED_SOURCES
    ]
    text = guard_text(guard)
    return (f"{text} ({quotes[-1]})" if quotes else text), found


def _telling(guard: Guard, facts: Mapping[str, Fact], wanted: Truth) -> Iterator[Fact]:
    """Yield the facts that speak for a guard's being `wanted`; those under a `not` do so by their opposite."""
    if guard.op is Op.FACT:
        if facts[guard.name].truth is wanted:
            yield facts[guard.name]
        return
    if guard.op is Op.NOT:
        wanted = Truth.FALSE if wanted is Truth.TRUE else Truth.TRUE
    for part in guard.of:
        yield from _telling(part, facts, wanted)


def moved(situation: Situation, subject: SubjectRecord, to: str, because: str) -> SubjectRecord:
    """Return the subject in a new stay in `to`."""
    return replace(
        subject,
        state=to,
        entry=subject.entry + 1,
        since=situation.now.policy,
        since_wall=situation.now.wall,
        because=because,
    )


def transition_change(
    situation: Situation,
    address: str,
    chosen: TransitionSpec,
    facts: Mapping[str, Fact],
    *,
    spent: bool = False,
    offered: Assignment | None = None,
) -> Change:
    """Return the change of a transition that fires; `offered` is the assignment that it opens.

    Raises:
        RenderError: one of its texts cannot be rendered.
    """
    subject = situation.subjects[address]
    why, used = because_of(chosen.when, facts)
    because = f"budget of {chosen.name} spent: {why}" if spent else why
    fired = situation.machine(address).fire(subject.state, chosen, spent=spent)
    after = moved(situation, subject, fired.to, because)
    assignment = offered or situation.assignment(address)
    return _change(
        situation,
        Cause(
            address=address,
            name=chosen.name,
            entry=after.entry,
            because=because,
            before=subject.state,
            after=fired.to,
            assignment=assignment,
            mark=_mark(fired.actions),
        ),
        subject,
        _charged(after, subject, chosen.name, situation.now.policy, assignment),
        fired.actions,
        guard=guard_text(chosen.when),
        facts=used,
        opens=offered,
        serious=spent or any(action.verb is Verb.NOTIFY for action in fired.actions),
    )


def timer_change(situation: Situation, address: str, due: Due, facts: Mapping[str, Fact], why: str) -> Change:
    """Return the change of a timer that is due; it moves the subject only when it says where to.

    Raises:
        RenderError: one of its texts cannot be rendered.
    """
    timer, spent = due.timer, due.spent
    subject = situation.subjects[address]
    _, used = because_of(timer.when, facts)
    actions: Sequence[ActionSpec] = timer.do
    after = subject
    if spent or timer.to:
        fired = situation.machine(address).fire(subject.state, timer, spent=spent)
        after, actions = moved(situation, subject, fired.to, why), fired.actions
    assignment = situation.assignment(address)
    return _change(
        situation,
        Cause(
            address=address,
            name=timer.name,
            entry=after.entry,
            because=why,
            before=subject.state,
            after=after.state,
            tick=due.tick,
            number=due.number,
            assignment=assignment,
            mark=_mark(actions),
        ),
        subject,
        _charged(after, subject, timer.name, situation.now.policy, assignment, due.tick),
        actions,
        guard=guard_text(timer.when),
        facts=used,
        opens=None,
        serious=True,
    )


def _charged(
    after: SubjectRecord, before: SubjectRecord, name: str, now: float, assignment: Assignment | None, tick: int = 0
) -> SubjectRecord:
    use = Use(name=name, at=now, entry=before.entry, assignment=assignment.id if assignment else "", tick=tick)
    return replace(after, uses=with_use(after.uses, use))


def _change(
    situation: Situation,
    cause: Cause,
    before: SubjectRecord,
    after: SubjectRecord,
    actions: Sequence[ActionSpec],
    *,
    guard: str,
    facts: tuple[Fact, ...],
    opens: Assignment | None,
    serious: bool,
) -> Change:
    verdict = _verdict(actions)
    judged = _judged(situation, cause, verdict)
    adds = errands_of(situation, cause.address, actions)
    intents = plan_actions(situation, replace(cause, assignment=judged or cause.assignment), actions)
    held = judged or cause.assignment
    briefed = _briefed(held, intents, moves=after.entry != before.entry) if held is not None else None
    closes = any(action.verb is Verb.RELEASE for action in actions) and held is not None
    return Change(
        address=cause.address,
        cause=cause.name,
        before=before,
        after=after,
        because=cause.because,
        guard=guard,
        facts=facts,
        intents=intents,
        opens=briefed or opens if opens is not None else None,
        closes=held.id if closes and held is not None else "",
        updates=None if opens is not None else briefed or judged,
        refused=f"{judged.task}|{judged.agent}" if judged is not None and judged.returned else "",
        adds=adds,
        tells=(*told(situation, cause.address, intents), *(judged_by(situation, cause.address) if verdict else ())),
        serious=serious,
    )


def _judged(situation: Situation, cause: Cause, verdict: str) -> Assignment | None:
    if not verdict or cause.assignment is None:
        return None
    refused = verdict == "refused"
    failed = reasons(situation, cause.address) or situation.observed.failures.get(cause.assignment.task, "")
    return replace(
        cause.assignment,
        verdict=verdict,
        verdict_at=situation.now.policy,
        verdict_text=failed if refused else "",
        returned=refused,
    )


def _briefed(assignment: Assignment, intents: Sequence[Intent], *, moves: bool) -> Assignment | None:
    """Return the assignment waiting for the prompt of a move; a reminder is not a briefing."""
    sent = next((intent for intent in intents if intent.action.verb is Verb.SEND), None)
    if sent is None or not moves:
        return None
    # After a command of the program itself the agent has to be briefed anew.
    prompt = "" if sent.action.command else sent.id
    return replace(assignment, prompt=prompt, delivered=None, delivered_wall=None, unknown=False)


def _verdict(actions: Sequence[ActionSpec]) -> str:
    return next((action.what for action in actions if action.verb is Verb.VERDICT), "")


def _mark(actions: Sequence[ActionSpec]) -> str:
    return {"verified": "✅", "refused": "❌"}.get(_verdict(actions), "🔄")
