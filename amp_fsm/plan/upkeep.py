"""Upkeep: what keeps a stay going without leaving it: checks run, rows written again, blindness told.

None of it moves a subject; each has its own bound.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from amp_fsm.model.desired import lead_of
from amp_fsm.model.machine import ActionSpec, Verb
from amp_fsm.model.plan import Change
from amp_fsm.model.project import TaskSpec
from amp_fsm.model.record import Action, CellMemory, Intent, SubjectRecord, Use
from amp_fsm.plan.actions import STATUS, run_action
from amp_fsm.plan.budgets import with_use
from amp_fsm.plan.deadlines import overdue
from amp_fsm.plan.identity import intent_id
from amp_fsm.plan.prompts import RenderError, agent_values, project_values, render
from amp_fsm.plan.settle import line_key
from amp_fsm.plan.situation import Situation

REWRITES = 3
"""How often a cell that fell back to an older text is written again."""


def upkeep(situation: Situation, address: str) -> Change | None:
    """Return the upkeep that a subject needs now, if any."""
    subject = situation.subjects[address]
    spec = situation.specs[address]
    if isinstance(spec, TaskSpec):
        runs = tuple(_missing_runs(situation, spec, subject))
        if runs:
            return _stays(subject, "checks", "its checks have not run on the present files", runs)
        return _told_late(situation, spec, subject)
    if address.startswith("agent/"):
        return _told_blind(situation, subject) or _rewritten(situation, subject) or said_who_leads(situation, subject)
    return None


def _stays(
    subject: SubjectRecord, cause: str, because: str, intents: Sequence[Intent], *, serious: bool = False
) -> Change:
    return Change(
        address=subject.address,
        cause=cause,
        before=subject,
        after=subject,
        because=because,
        intents=tuple(intents),
        serious=serious,
    )


def _missing_runs(situation: Situation, task: TaskSpec, subject: SubjectRecord) -> Iterator[Intent]:
    """Yield a run for every check that never ran, or was lost, on the present inputs of a task that is judged."""
    if not task.checks or not _runs(situation.project.machines[task.machine].states[subject.state].on_enter):
        return
    known = {intent.action.key for intent in situation.record.intents.values() if not intent.settled}
    for name in task.checks:
        check = situation.project.checks[name]
        key = situation.observed.run_keys.get(f"{task.id}|{name}")
        status = situation.observed.run_status.get(f"{task.id}|{name}")
        started = situation.record.run_attempts.get(key or "", 0)
        if key is None or key in known or status not in ("never", "lost") or started >= check.attempts:
            continue
        yield _intent(situation, subject, "checks", started + 1, name, run_action(situation, task, check, key))


def _runs(actions: Sequence[ActionSpec]) -> bool:
    return any(action.verb is Verb.RUN for action in actions)


def _told_late(situation: Situation, task: TaskSpec, subject: SubjectRecord) -> Change | None:
    """Return that the operator is told, once for each deadline, of a task that is late."""
    if task.deadline is None:
        return None
    late = overdue(situation, task)
    name = f"deadline:{task.deadline}"
    if not late or any(use.name == name for use in subject.uses):
        return None
    action = Action(verb=Verb.NOTIFY, target="operator", text=f"{subject.address} {late}")
    tick = sum(use.name.startswith("deadline:") for use in subject.uses)
    intent = _intent(situation, subject, "deadline", tick, "notify", action)
    use = Use(name=name, at=situation.now.policy, entry=subject.entry)
    told = replace(subject, uses=with_use(subject.uses, use))
    return replace(_stays(subject, "deadline", late, (intent,), serious=True), after=told)


def _told_blind(situation: Situation, subject: SubjectRecord) -> Change | None:
    name = subject.address.partition("/")[2]
    now, before = situation.observed.memory.samples.get(name), situation.record.samples.get(name)
    if now is None or now.blind is None or not now.told or (before is not None and before.told):
        return None
    waited = (situation.now.policy - now.blind) / 60
    recognised = situation.observed.facts.get(subject.address, {}).get("recognised")
    what = recognised.evidence if recognised is not None else "no look succeeded"
    text = f"{subject.address} could not be read for {waited:.0f}m: {what}"
    action = Action(verb=Verb.NOTIFY, target="operator", text=text)
    intent = _intent(situation, subject, "blind", int(now.blind), "notify", action)
    return _stays(subject, "blind", text, (intent,), serious=True)


def _rewritten(situation: Situation, subject: SubjectRecord) -> Change | None:
    """Return a row written again when somebody saved an older version over what we wrote."""
    name = subject.address.partition("/")[2]
    agent = situation.project.agents[name]
    document = situation.project.documents.get(STATUS)
    if name not in situation.observed.fallen_rows or document is None or "status" not in document.columns:
        return None
    memory = situation.record.cells.get(f"{document.name}|{name}|status", CellMemory())
    if memory.rewrites >= REWRITES:
        return None
    action = Action(
        verb=Verb.SET_ROW,
        target=document.name,
        row=agent.row or agent.name,
        cells=((document.columns["status"], memory.wrote),),
    )
    intent = _intent(situation, subject, "rewrite", memory.rewrites + 1, "set_row", action)
    return _stays(
        subject, "rewrite", f"the row fell back to {memory.replaced!r}: an older version was saved", (intent,)
    )


def said_who_leads(situation: Situation, subject: SubjectRecord) -> Change | None:
    """Return that the documents say who leads, once for each time that what they should say changes."""
    lead = lead_of(situation.project, situation.record)
    if subject.address != f"agent/{lead}":
        return None
    intents = tuple(_lines(situation, subject))
    because = "nobody leads" if situation.record.stranded else f"{lead} leads"
    return _stays(subject, "lead", because, intents) if intents else None


def _lines(situation: Situation, subject: SubjectRecord) -> Iterator[Intent]:
    agent = situation.project.agents[subject.address.partition("/")[2]]
    row, stranded = str(agent_values(agent)["row"]), bool(situation.record.stranded)
    values = {
        **project_values(situation.project),
        "lead": "" if stranded else row,
        "before": row if stranded else "",
        "now": situation.now.wall,
    }
    open_ones = {i.action.target for i in situation.record.intents.values() if i.action.verb is Verb.SET_LINE}
    for document in situation.project.documents.values():
        text = _rendered(document.lead, values)
        key = line_key(document.name)
        if text and document.name not in open_ones and situation.record.cells.get(key, CellMemory()).wrote != text:
            begins = document.lead.partition("{{")[0].rstrip()
            action = Action(verb=Verb.SET_LINE, target=document.name, what=begins, text=text)
            tick = situation.record.serial  # the same line may be due again in one stay
            yield _intent(situation, subject, "lead", tick, key, action)


def _rendered(template: str, values: Mapping[str, object]) -> str:
    try:
        return render(template, values) if template else ""
    except RenderError:  # lint tried it
        return ""


def _intent(situation: Situation, subject: SubjectRecord, cause: str, tick: int, key: str, action: Action) -> Intent:
    return Intent(
        id=intent_id(situation.record.lineage, subject.address, subject.entry, cause, tick, key),
        address=subject.address,
        entry=subject.entry,
        cause=cause,
        tick=tick,
        key=key,
        action=action,
        at=situation.now.policy,
        at_wall=situation.now.wall,
        changed=situation.now.policy,
    )
