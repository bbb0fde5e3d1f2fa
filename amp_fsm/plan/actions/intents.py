"""From the actions of a change to intents: one verb after the other, each intent with an identity."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from amp_fsm.model.document import Rows
from amp_fsm.model.machine import COMMIT_ONLY, ActionSpec, Verb
from amp_fsm.model.project import TaskSpec
from amp_fsm.model.record import Action, Intent
from amp_fsm.plan.actions.cause import Cause
from amp_fsm.plan.actions.rows import append_row, set_row
from amp_fsm.plan.actions.send import send_action
from amp_fsm.plan.actions.start import start_action
from amp_fsm.plan.actions.values import values_of
from amp_fsm.plan.actions.work import git_step, run_checks
from amp_fsm.plan.errands.hand_over_file import before_assignment
from amp_fsm.plan.identity import intent_id, marker
from amp_fsm.plan.prompts import render
from amp_fsm.plan.situation import Situation


def plan_actions(situation: Situation, cause: Cause, specs: Sequence[ActionSpec]) -> tuple[Intent, ...]:
    """Return the intents of `specs`, in order.  Verbs that take effect at commit make none.

    Raises:
        RenderError: a text cannot be rendered with the values of this moment.
    """
    values = values_of(situation, cause)
    intents = list(_papers(situation, cause, specs))
    for place, spec in enumerate(specs):
        if spec.verb not in COMMIT_ONLY:
            for part, action in _actions(situation, cause, spec, values):
                intents.append(_intent(situation, cause, action, f"{place}:{spec.verb}:{part}"))
        elif (spec.verb, spec.what) == (Verb.VERDICT, "verified"):
            for name, action in _completed(situation, cause.address, values):
                intents.append(_intent(situation, cause, action, f"{place}:{Verb.APPEND_ROW}:{name}"))
    return tuple(intents)


def _completed(situation: Situation, address: str, values: Mapping[str, object]) -> Iterator[tuple[str, Action]]:
    """Yield the entries of completion logs about a task whose work was verified; errands leave none."""
    task = situation.specs[address]
    errand = isinstance(task, TaskSpec) and task.errand
    for document in situation.project.documents.values():
        if document.kind is Rows.VERIFIED and not errand:
            yield document.name, append_row(document, values)


def _papers(situation: Situation, cause: Cause, specs: Sequence[ActionSpec]) -> Iterator[Intent]:
    """Yield what must be written before an assigned task is told to its agent."""
    assigned = cause.assignment if any(spec.verb is Verb.ASSIGN for spec in specs) else None
    action = before_assignment(situation, assigned.task) if assigned is not None else None
    if action is not None:
        yield _intent(situation, cause, action, "-1:write:")


def _intent(situation: Situation, cause: Cause, action: Action, key: str) -> Intent:
    lineage = situation.record.lineage
    name = intent_id(lineage, cause.address, cause.entry, cause.name, cause.tick, key)
    if action.verb is Verb.SEND:
        text = action.text if action.command else f"{action.text.strip()}\n\n{marker(name)}"
        digest = hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()
        action = replace(action, text=text, digest=digest)
    return Intent(
        id=name,
        address=cause.address,
        entry=cause.entry,
        cause=cause.name,
        tick=cause.tick,
        key=key,
        action=action,
        assignment=cause.assignment.id if cause.assignment else "",
        at=situation.now.policy,
        at_wall=situation.now.wall,
        changed=situation.now.policy,
    )


def _actions(
    situation: Situation, cause: Cause, spec: ActionSpec, values: Mapping[str, object]
) -> Iterator[tuple[str, Action]]:
    match spec.verb:
        case Verb.SEND:
            yield "", send_action(situation, cause, spec, values)
        case Verb.START:
            yield "", start_action(situation, cause.address)
        case Verb.SET_ROW:
            yield from set_row(situation, cause, spec, values)
        case Verb.APPEND_ROW:
            yield "", append_row(situation.project.documents[spec.what], values)
        case Verb.NOTIFY:
            text = spec.text or "{{ before }} -> {{ after }} ({{ because }})"
            yield "", Action(verb=Verb.NOTIFY, target=spec.what, text=render(text, values), severity=spec.severity)
        case Verb.RUN:
            yield from run_checks(situation, cause)
        case Verb.GIT:
            yield from git_step(situation, cause, spec, values)
        case _:
            return
