"""Hand-over: the lead goes to the next agent of the succession, by an errand that is pinned to it.  Pure.

The errand is opened when the lead nears its limit, or is limited or gone for a while, or when the operator asks for it.
The lead moves when its prompt has arrived (`plan.settle`); until then the one who leads keeps it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from amp_fsm.errors import NotPossibleError
from amp_fsm.model.desired import AWAY, is_open_hand_over, lead_of
from amp_fsm.model.errand import AddedTask, Errand
from amp_fsm.model.facts import Truth
from amp_fsm.model.machine import Verb
from amp_fsm.model.notice import Severity
from amp_fsm.model.plan import Change
from amp_fsm.model.record import Action, Intent, Sample
from amp_fsm.model.usage import Usage
from amp_fsm.plan.errands.errand import Wanted, is_over, opened
from amp_fsm.plan.errands.hand_over_file import write_action
from amp_fsm.plan.identity import intent_id
from amp_fsm.plan.prompts import RenderError
from amp_fsm.plan.situation import Situation

CAUSE = "hand_over"
ALONE = "no_successor"
"""What the changes are called by which a hand-over is opened, and by which the operator is told that nobody is left."""

OPERATOR = "the operator"


def hand_overs(situation: Situation) -> tuple[Change, ...]:
    """Return the opening of a hand-over that is due, or that the operator is told that nobody is left."""
    lead = lead_of(situation.project, situation.record)
    if not lead or under_way(situation) is not None:
        return ()
    reason = reason_of(situation, lead)
    if not reason:
        return ()
    taker = next((name for name in _others(situation, lead) if is_able(situation, name) is Truth.TRUE), "")
    if taker:
        return (_opening(situation, lead, taker, reason, by=reason),)
    return _alone(situation, lead, reason)


def under_way(situation: Situation) -> AddedTask | None:
    """Return the hand-over by which the present lead is about to go to somebody else, if there is one."""
    current = (one for one in situation.record.added.values() if is_open_hand_over(situation.record, one))
    return next((item for item in current if not is_over(situation, item)), None)


def reason_of(situation: Situation, lead: str) -> str:
    """Return why the lead should be handed over by now; empty: it should not, or that cannot be told."""
    at = situation.project.succession.hand_over_at
    if at is None:
        return ""
    state, waited = _away(situation, lead)
    if state and waited >= at.away:
        return f"{lead} is {state}"
    used = _used(situation, lead)
    return f"{lead} has used {used:g}% of its allowance" if at.usage and used is not None and used >= at.usage else ""


def due_in(situation: Situation) -> float | None:
    """Return in how many seconds the lead will have been away for long enough; None: it is not away, or has been."""
    lead, at = lead_of(situation.project, situation.record), situation.project.succession.hand_over_at
    if at is None or not lead or under_way(situation) is not None:
        return None
    state, waited = _away(situation, lead)
    return at.away - waited if state and waited < at.away else None


def _away(situation: Situation, lead: str) -> tuple[str, float]:
    """Return how the lead is away (`limited`, `gone`) and for how many seconds; an empty word when it is not."""
    sample = situation.observed.memory.samples.get(lead, situation.record.samples.get(lead, Sample()))
    away = sample.state in AWAY and _is(situation, lead, sample.state) is Truth.TRUE
    return (str(sample.state), situation.now.policy - sample.since) if away else ("", 0.0)


def is_able(situation: Situation, name: str) -> Truth:
    """Return whether an agent could take over, busy or not."""
    address = f"agent/{name}"
    used, at = _used(situation, name), situation.project.succession.hand_over_at
    spent = at is not None and bool(at.usage) and used is not None and used >= at.usage
    away = {_is(situation, name, word) for word in AWAY}
    if situation.is_final(address) or spent or Truth.TRUE in away:
        return Truth.FALSE
    return Truth.UNKNOWN if Truth.UNKNOWN in away else Truth.TRUE


def moot(situation: Situation, item: AddedTask) -> str:
    """Return why a hand-over is no longer wanted: who gave the lead away is back, or who was to take it is away."""
    giver, taker = str(item.task.brief["from"]), item.task.only
    if lead_of(situation.project, situation.record) != giver:
        return f"{giver} does not lead any more"
    if item.by == OPERATOR:
        return ""
    if is_able(situation, giver) is Truth.TRUE:
        return f"{giver} is back"
    return f"{taker} cannot take over now" if is_able(situation, taker) is Truth.FALSE else ""


def by_hand(situation: Situation, to: str) -> Change:
    """Return the opening of a hand-over that the operator asks for; without `to`, to whoever is next.

    Raises:
        NotPossibleError: nobody leads, one is under way, or that agent cannot take over.
    """
    lead, item = lead_of(situation.project, situation.record), under_way(situation)
    order = situation.project.succession.order
    if not lead:
        raise NotPossibleError("nobody leads", hint="say who does, and who is next: succession.order")
    if item is not None:
        hint = f"take it back first: amp-fsm task cancel {situation.project.source} {item.task.id}"
        raise NotPossibleError(f"{item.task.id} is under way: {lead} to {item.task.only}", hint=hint)
    if to and (to == lead or to not in order):
        why = "leads already" if to == lead else "is not in succession.order"
        raise NotPossibleError(f"{to} {why}", hint=f"who can take over: {', '.join(_others(situation, lead))}")
    taker = to or _next(situation, lead)
    return _opening(situation, lead, taker, "the operator asks for it", by=OPERATOR)


def _next(situation: Situation, lead: str) -> str:
    """Return who is next; who could not be looked at comes after those who surely can."""
    able = {name: is_able(situation, name) for name in _others(situation, lead)}
    for wanted in (Truth.TRUE, Truth.UNKNOWN):
        for name, truth in able.items():
            if truth is wanted:
                return name
    raise NotPossibleError(
        f"nobody can take over from {lead}: all others are limited, gone or spent",
        hint="name one all the same: --to AGENT",
    )


def stranded(situation: Situation, changes: tuple[Change, ...]) -> str:
    """Return the lead after which nobody is left, as the record is to keep it: until it is back or somebody is able."""
    lead = lead_of(situation.project, situation.record)
    if any(change.cause == ALONE for change in changes):
        return lead
    kept = situation.record.stranded
    if not kept:
        return ""
    back = kept != lead or (not reason_of(situation, lead) and is_able(situation, lead) is Truth.TRUE)
    helped = any(is_able(situation, name) is Truth.TRUE for name in _others(situation, lead))
    return "" if back or helped else kept


def _opening(situation: Situation, lead: str, taker: str, reason: str, *, by: str) -> Change:
    wanted = Wanted(
        kind=Errand.HAND_OVER,
        title=f"Take the lead over from {lead}",
        about=f"agent/{lead}",
        by=by,
        to=taker,
        brief={"from": lead, "to": taker, "reason": reason},
    )
    return replace(_stays(situation, lead, CAUSE, reason), adds=(opened(situation, wanted),))


def _alone(situation: Situation, lead: str, reason: str) -> tuple[Change, ...]:
    """Return, once for as long as it lasts, that everything is documented and the operator told to restart the lead."""
    abilities = {is_able(situation, name) for name in _others(situation, lead)}
    if situation.record.stranded == lead or abilities - {Truth.FALSE} or situation.observed.background is None:
        return ()
    change = _stays(situation, lead, ALONE, f"{reason}, and nobody is left to take over")
    actions = tuple(_last_words(situation, lead, reason))
    tick = int(situation.now.policy)
    intents = (_intent(situation, change, tick, f"{place}:{one.verb}", one) for place, one in enumerate(actions))
    return (replace(change, intents=tuple(intents)),)


def _last_words(situation: Situation, lead: str, reason: str) -> Iterator[Action]:
    """Yield what is done when nobody is left: the operator is told first, whether the file can be written or not."""
    try:
        written = [write_action(situation, giver=lead, taker="", reason=reason)]
    except RenderError:  # lint tried it
        written = []
    said = f"{reason}, and nobody is left to take the lead over: restart {lead}"
    said += "".join(f"; what it has to know is in {one.target}" for one in written)
    yield Action(verb=Verb.NOTIFY, target="operator", text=said, severity=Severity.CRITICAL)
    yield from written


def _stays(situation: Situation, lead: str, cause: str, because: str) -> Change:
    subject = situation.subjects[f"agent/{lead}"]
    return Change(address=subject.address, cause=cause, before=subject, after=subject, because=because, serious=True)


def _intent(situation: Situation, change: Change, tick: int, key: str, action: Action) -> Intent:
    subject, now = change.before, situation.now
    return Intent(
        id=intent_id(situation.record.lineage, subject.address, subject.entry, change.cause, tick, key),
        address=subject.address,
        entry=subject.entry,
        cause=change.cause,
        tick=tick,
        key=key,
        action=action,
        at=now.policy,
        at_wall=now.wall,
        changed=now.policy,
    )


def _others(situation: Situation, lead: str) -> tuple[str, ...]:
    return situation.project.succession.after(lead)


def _is(situation: Situation, name: str, word: str) -> Truth:
    fact = situation.observed.facts.get(f"agent/{name}", {}).get(word)
    return fact.truth if fact is not None else Truth.UNKNOWN


def _used(situation: Situation, name: str) -> float | None:
    remembered = situation.record.usage.get(name, Usage())
    return situation.observed.memory.usage.get(name, remembered).last.usage_percent
