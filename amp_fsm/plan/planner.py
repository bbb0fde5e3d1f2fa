"""The plan: `plan(project, observed, record, now)`, pure.  The same values always make the same plan.

Recovery of open intents first, then adoptions, offers, and for every subject at most one transition or timer.  All
guards of a pass read one snapshot, so the order of subjects never matters.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from amp_fsm.model.calm import NO_CALM, Calm
from amp_fsm.model.desired import lead_of
from amp_fsm.model.facts import Truth, Why
from amp_fsm.model.machine import Verb
from amp_fsm.model.observed import Observed
from amp_fsm.model.plan import Change, Held, Plan, Recovery, Step
from amp_fsm.model.project import AgentSpec, Project, TaskSpec
from amp_fsm.model.record import Assignment, Intent, Record
from amp_fsm.model.time import Now
from amp_fsm.plan.adoption import adoptions, looked_at_only, new_assignment
from amp_fsm.plan.approvals import approvals
from amp_fsm.plan.calm import Calming
from amp_fsm.plan.decide import Decision, decide
from amp_fsm.plan.documents import DocumentsPlan, plan_documents
from amp_fsm.plan.drift import drift_of
from amp_fsm.plan.errands.errand import forgotten
from amp_fsm.plan.errands.handing import due_in as hand_over_due_in
from amp_fsm.plan.errands.handing import hand_overs, stranded
from amp_fsm.plan.offers import free_agents, make_offers
from amp_fsm.plan.open_intents import due_steps, unknown_intents
from amp_fsm.plan.proposals import refilled, with_proposals
from amp_fsm.plan.situation import Situation, renamed, situate
from amp_fsm.plan.subject_facts import EverybodysFacts
from amp_fsm.plan.upkeep import upkeep

EVERYTHING = "*"


def plan(project: Project, observed: Observed, record: Record, now: Now, before: Calm | None = None) -> Plan:
    """Return what one pass does about `project`, given what was observed and what is remembered.

    `before` is what the last plan of a loop left (`Plan.calm`; `NO_CALM` for its first): it spares work and changes
    nothing.  None: nothing is to be left for another one.
    """
    situation = situate(project, observed, record, now)
    made = _Made.of(situation, before)
    return Plan(
        project=project.name,
        source=project.source,
        digest=project.digest,
        lineage=record.lineage,
        serial=record.serial,
        policy=now.policy,
        observed_at=now.wall,
        subjects=situation.subjects,
        facts=made.facts,
        readings={f"agent/{name}": reading for name, reading in observed.readings.items()},
        born=situation.born,
        dropped=situation.dropped,
        stranded=stranded(situation, made.changes),
        forgotten=forgotten(situation),
        refilled=refilled(situation),
        steps=made.steps,
        changes=made.changes,
        held=made.held,
        drift=(*observed.drift, *drift_of(situation, made.changes, made.steps, made.held)),
        complete=not observed.unreachable
        and not any(item.mark in ("?", "x") and not item.pending for item in made.held),
        pending=_pending(situation, made),
        due_in=made.due_in,
        calm=made.calm,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Made:
    """The parts of a plan that depend on each other."""

    facts: EverybodysFacts
    steps: tuple[Step, ...]
    changes: tuple[Change, ...]
    held: tuple[Held, ...]
    due_in: float | None
    calm: Calm

    @staticmethod
    def of(situation: Situation, before: Calm | None) -> _Made:
        steps = due_steps(situation)
        stopped = _stopped(situation)
        if situation.now.gap:
            stopped = dict.fromkeys(situation.subjects, "the clock jumped: looked now, acting in the next pass")
        steps = tuple(step for step in steps if step.intent.address not in stopped or _only_notes(step))
        adopted = tuple(change for change in adoptions(situation) if change.address not in stopped)
        answered = tuple(change for change in approvals(situation) if change.address not in stopped)
        engaged = {change.address for change in (*adopted, *answered)} | set(stopped)
        handed = tuple(change for change in hand_overs(situation) if change.address not in engaged)
        acting = {step.intent.address for step in steps if _acts(step)}
        settling = {step.intent.address for step in steps if _settles(step)}
        busy = engaged | {change.address for change in handed} | acting | settling
        bound = {change.opens.task: change.opens for change in adopted if change.opens is not None}
        offers = make_offers(situation, busy | {f"task/{task}" for task in bound}, bound)
        opened = _opened(situation, offers)
        facts = EverybodysFacts(situation, {**_partners(opened), **{f"task/{t}": a.agent for t, a in bound.items()}})
        calming = Calming(situation=situation, before=before) if before is not None else None
        decisions = _decisions(situation, facts, opened, steps, busy, calming)
        changes = (*adopted, *answered, *handed, *(d.change for d in decisions.values() if d.change is not None))
        held_back = situation.now.gap or EVERYTHING in situation.record.paused
        papers = DocumentsPlan() if held_back else plan_documents(situation)
        ahead = (
            situation.observed.due_in,
            papers.due_in,
            hand_over_due_in(situation),
            *(d.due_in for d in decisions.values()),
        )
        kept = _with_proposals(situation, _with_upkeep(situation, changes, busy), busy, stopped)
        return _Made(
            facts=facts,
            steps=steps,
            changes=(*papers.changes, *kept),
            held=(*_held(situation, stopped), *papers.held, *(item for d in decisions.values() for item in d.held)),
            due_in=min((wait for wait in ahead if wait is not None), default=None),
            calm=calming.calm() if calming is not None else NO_CALM,
        )


def _only_notes(step: Step) -> bool:
    return step.recovery in (Recovery.DONE, Recovery.ASK, Recovery.WAIT)


def _settles(step: Step) -> bool:
    """Whether this pass finds out what became of a prompt: until that is recorded, whether it arrived is not known."""
    return step.intent.action.verb in (Verb.SEND, Verb.ANSWER) and step.recovery in (Recovery.DONE, Recovery.ASK)


def _acts(step: Step) -> bool:
    typing = step.intent.action.verb in (Verb.SEND, Verb.START, Verb.ANSWER)
    return typing and step.recovery in (Recovery.PERFORM, Recovery.ENTER)


def _stopped(situation: Situation) -> dict[str, str]:
    """Return the subjects that the operator holds, or whose state their machine does not know, and why."""
    stopped: dict[str, str] = {}
    paused = situation.record.paused
    everything = EVERYTHING in paused
    for address, subject in situation.subjects.items():
        spec = situation.specs[address]
        if isinstance(spec, TaskSpec):
            hold = spec.held or ("paused by the operator" if everything else "")
        else:
            hold = "paused by the operator" if everything or spec.name in paused else ""
        if hold:
            stopped[address] = hold
        elif (now_called := renamed(situation, subject)) is None:
            stopped[address] = f"state {subject.state} is not one of its machine's (see `renamed`)"
        elif now_called is not subject:
            stopped[address] = f"called {now_called.state} from now on; acting in the next pass"
    return stopped


def _opened(situation: Situation, offers: Mapping[str, str]) -> dict[str, Assignment]:
    """Return the assignment of every offer, by the address of the agent and of the task."""
    opened: dict[str, Assignment] = {}
    for agent, task in offers.items():
        assignment = new_assignment(situation, agent, situation.project.tasks[task])
        opened[f"agent/{agent}"] = assignment
        opened[f"task/{task}"] = assignment
    return opened


def _partners(opened: Mapping[str, Assignment]) -> dict[str, str]:
    """Return, by the address of who is offered something, the task or the agent that it is."""
    return {address: held.task if address.startswith("agent/") else held.agent for address, held in opened.items()}


def _decisions(
    situation: Situation,
    facts: EverybodysFacts,
    opened: Mapping[str, Assignment],
    steps: Collection[Step],
    busy: Collection[str],
    calming: Calming | None,
) -> dict[str, Decision]:
    sending = {step.intent.address for step in steps if step.intent.action.verb is Verb.SEND and _unsettled(step)}
    decisions: dict[str, Decision] = {}
    for address in situation.subjects:
        if address in busy or situation.is_final(address):
            continue
        ledger = None if address in sending or address in facts.offered else calming
        decision = ledger.still(address) if ledger is not None else None
        if decision is None:
            offered, sends = opened.get(address), address in sending
            decision = decide(situation, address, facts[address], offered=offered, busy_sending=sends)
            if ledger is not None:
                ledger.add(address, decision)
        decisions[address] = decision
    return _consistent(decisions, opened)


def _unsettled(step: Step) -> bool:
    return step.recovery in (Recovery.PERFORM, Recovery.ENTER, Recovery.WAIT)


def _consistent(decisions: dict[str, Decision], opened: Mapping[str, Assignment]) -> dict[str, Decision]:
    """Drop the half of an offer whose other half did not fire: an assignment moves both subjects or none."""
    for assignment in {item.id: item for item in opened.values()}.values():
        agent, task = f"agent/{assignment.agent}", f"task/{assignment.task}"
        halves = [decisions.get(address, Decision()).change for address in (agent, task)]
        if halves[0] is None or halves[0].opens is None or halves[1] is None:
            for address in (agent, task):
                if address in decisions:
                    decisions[address] = replace(decisions[address], change=None)
    return decisions


def _with_upkeep(situation: Situation, changes: tuple[Change, ...], busy: Collection[str]) -> tuple[Change, ...]:
    taken = {change.address for change in changes} | set(busy)
    kept = [
        change
        for address in situation.subjects
        if address not in taken
        and not situation.is_final(address)
        and (change := upkeep(situation, address)) is not None
    ]
    migrated = tuple(change for change in _migrations(situation) if change.address not in {c.address for c in changes})
    return (*migrated, *changes, *kept)


def _with_proposals(
    situation: Situation, changes: tuple[Change, ...], busy: Collection[str], stopped: Collection[str]
) -> tuple[Change, ...]:
    if f"agent/{lead_of(situation.project, situation.record)}" in stopped:
        return changes
    idle = free_agents(situation, {change.address for change in changes} | set(busy))
    return with_proposals(situation, changes, [agent.name for agent in idle])


def _migrations(situation: Situation) -> tuple[Change, ...]:
    if not any(rules.machine.spec.renamed for rules in situation.rules.values()):
        return ()
    found: list[Change] = []
    for subject in situation.subjects.values():
        now_called = renamed(situation, subject)
        if now_called is not None and now_called is not subject:
            because = f"the configuration renamed {subject.state} to {now_called.state}"
            found.append(
                Change(address=subject.address, cause="renamed", before=subject, after=now_called, because=because)
            )
    return tuple(found)


def _held(situation: Situation, stopped: Mapping[str, str]) -> tuple[Held, ...]:
    held = [
        Held(address=address, state=situation.subjects[address].state, mark="-", text=text)
        for address, text in stopped.items()
        if not (address.startswith("task/") and situation.is_final(address))
    ]
    for address, spec in situation.specs.items():
        text = looked_at_only(situation, address) if isinstance(spec, AgentSpec) else ""
        if text:
            held.append(Held(address=address, state=situation.subjects[address].state, mark="-", text=text))
    held += [_unknown(situation, intent) for intent in unknown_intents(situation)]
    return tuple(held)


def _unknown(situation: Situation, intent: Intent) -> Held:
    command = f"amp-fsm resolve {situation.project.source} {intent.id} --delivered|--not-delivered"
    text = f"whether {intent.action.what or intent.action.verb} was delivered is unknown: {command}"
    return Held(address=intent.address, state=situation.state(intent.address), mark="?", text=text)


def _pending(situation: Situation, made: _Made) -> bool:
    if any(item.pending for item in made.held) or "running" in situation.observed.run_status.values():
        return True
    samples = (facts.get("turn_over") for facts in situation.observed.facts.values())
    return any(fact is not None and fact.truth is Truth.UNKNOWN and fact.why is Why.PENDING for fact in samples)
