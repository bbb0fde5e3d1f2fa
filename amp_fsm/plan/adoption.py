"""Adoption: taking over a pane that we did not start.  The pass that adopts a pane sends nothing to it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from amp_fsm.model.facts import Truth
from amp_fsm.model.machine import Verb
from amp_fsm.model.naming import names_task
from amp_fsm.model.panes import owner_of
from amp_fsm.model.plan import Change
from amp_fsm.model.project import AgentSpec, ServiceSpec, TaskSpec
from amp_fsm.model.record import Action, Assignment, Intent
from amp_fsm.plan.identity import intent_id
from amp_fsm.plan.offers import held_groups
from amp_fsm.plan.situation import Situation


def adoptions(situation: Situation) -> tuple[Change, ...]:
    """Return the adoption of every running pane in a window of ours that carries nobody's mark."""
    if not situation.project.tmux.adopt:
        return ()
    project = situation.project
    specs: tuple[AgentSpec | ServiceSpec, ...] = (*project.services.values(), *project.agents.values())
    bound: list[str] = []
    changes: list[Change] = []
    for spec in sorted(specs, key=lambda spec: spec.address):
        change = _adopt(situation, spec, bound)
        if change is not None:
            changes.append(change)
            bound += [change.opens.task] if change.opens is not None else []
    return tuple(changes)


def _adopt(situation: Situation, spec: AgentSpec | ServiceSpec, taken: Collection[str]) -> Change | None:
    pane = situation.observed.panes.get(spec.address)
    gone = situation.observed.facts.get(spec.address, {}).get("gone")
    if pane is None or pane.owner or gone is None or gone.truth is not Truth.FALSE:
        return None
    subject = situation.subjects[spec.address]
    tick = pane.ref.pid
    name = intent_id(situation.record.lineage, spec.address, subject.entry, "adopt", tick, f"{pane.ref.pane}")
    bound = _bound_task(situation, spec, taken)
    intent = Intent(
        id=name,
        address=spec.address,
        entry=subject.entry,
        cause="adopt",
        tick=tick,
        key="adopt",
        action=Action(verb=Verb.ADOPT, target=spec.address, text=owner_of(situation.project, spec)),
        pane=pane.ref,
        at=situation.now.policy,
        at_wall=situation.now.wall,
        changed=situation.now.policy,
    )
    because = f"runs in window {pane.window} of {pane.session} ({pane.ref.pane}), not started by us"
    if bound is not None:
        because += f"; busy with {bound.task}, as its row says"
    return Change(
        address=spec.address,
        cause="adopt",
        before=subject,
        after=replace(subject, because=because),
        because=because,
        intents=(intent,),
        opens=bound,
    )


def _bound_task(situation: Situation, spec: AgentSpec | ServiceSpec, taken: Collection[str]) -> Assignment | None:
    """Return the assignment of a busy agent whose row names exactly one waiting task, whose groups nobody holds."""
    busy = situation.observed.facts.get(spec.address, {}).get("busy")
    if not isinstance(spec, AgentSpec) or busy is None or busy.truth is not Truth.TRUE:
        return None
    said = situation.observed.row_tasks.get(spec.name, "")
    named = [task for task in situation.project.tasks.values() if names_task(said, task.id)]
    if len(named) != 1 or named[0].id in situation.by_task or spec.name in situation.by_agent:
        return None
    if situation.state(named[0].address) != situation.project.machines[named[0].machine].initial:
        return None
    if named[0].id in taken or not held_groups(situation, taken).isdisjoint(named[0].exclusive):
        return None
    return new_assignment(situation, spec.name, named[0], delivered=True)


def new_assignment(situation: Situation, agent: str, task: TaskSpec, *, delivered: bool = False) -> Assignment:
    """Return the assignment that gives `task` to `agent` now; `delivered`: it is known to be briefed already."""
    attempt = situation.record.attempts.get(task.id, 0) + 1
    return Assignment(
        id=f"{task.id}#{attempt}",
        agent=agent,
        task=task.id,
        attempt=attempt,
        since=situation.now.policy,
        since_wall=situation.now.wall,
        delivered=situation.now.policy if delivered else None,
        delivered_wall=situation.now.wall if delivered else None,
    )


def looked_at_only(situation: Situation, address: str) -> str:
    """Return what to say of a running pane that is not ours and may not be adopted; empty when there is none."""
    pane = situation.observed.panes.get(address)
    if pane is None or pane.owner or situation.project.tmux.adopt:
        return ""
    return f"pane {pane.ref.pane} in window {pane.window} is not ours: only looked at (tmux.adopt is false)"
