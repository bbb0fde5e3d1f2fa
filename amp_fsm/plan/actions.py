"""From the actions of a transition to intents: rendered, addressed, with an identity.  Nothing is performed here."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from amp_fsm.model.channel_files import AGENT_VARIABLE, SPOOL_VARIABLE, channels_of, spool_of
from amp_fsm.model.document import DocumentSpec, RowEdit, RowMemory, Rows
from amp_fsm.model.errand import Errand
from amp_fsm.model.machine import COMMIT_ONLY, ActionSpec, Verb
from amp_fsm.model.panes import start_command
from amp_fsm.model.profile import COMPACT
from amp_fsm.model.project import AgentSpec, CheckSpec, KindSpec, Project, ServiceSpec, TaskSpec
from amp_fsm.model.record import Action, Assignment, Intent
from amp_fsm.plan.errands.hand_over_file import before_assignment, file_of
from amp_fsm.plan.errands.helping import answer_of, question_of
from amp_fsm.plan.errands.reviewing import reviewer_of
from amp_fsm.plan.identity import intent_id, marker
from amp_fsm.plan.prompts import NO_AGENT, agent_values, kind_values, project_values, render, task_values
from amp_fsm.plan.situation import Situation

STATUS = "status"
"""The document that `set_row` writes when it names none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """What brings actions about: a transition or timer of one subject in one stay.

    Attributes:
        entry: number of the stay that the actions belong to (the new one, when the subject moves).
        number: for a timer, how often it will have happened within its budget.
        assignment: the assignment that they concern, if any.
        mark: how it went, for log rows.
    """

    address: str
    name: str
    entry: int
    because: str
    before: str
    after: str
    tick: int = 0
    number: int = 0
    assignment: Assignment | None = None
    mark: str = "🔄"


RESUME = "resume"
"""The prompt after an interruption."""

RESUME_AGAIN = 600.0
"""Seconds after a start in which a program that ended again is started without its old session."""


def plan_actions(situation: Situation, cause: Cause, specs: Sequence[ActionSpec]) -> tuple[Intent, ...]:
    """Return the intents of `specs`, in order.  Verbs that take effect at commit make none.

    Raises:
        RenderError: a text cannot be rendered with the values of this moment.
    """
    values = _values(situation, cause)
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
            yield document.name, _append_row(document, values)


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
            yield "", _send(situation, cause, spec, values)
        case Verb.START:
            yield "", start_action(situation, cause.address)
        case Verb.SET_ROW:
            yield from _set_row(situation, cause, spec, values)
        case Verb.APPEND_ROW:
            yield "", _append_row(situation.project.documents[spec.what], values)
        case Verb.NOTIFY:
            text = spec.text or "{{ before }} -> {{ after }} ({{ because }})"
            yield "", Action(verb=Verb.NOTIFY, target=spec.what, text=render(text, values), severity=spec.severity)
        case Verb.RUN:
            yield from _runs(situation, cause)
        case Verb.GIT:
            yield from _git(situation, cause, spec, values)
        case _:
            return


def _send(situation: Situation, cause: Cause, spec: ActionSpec, values: Mapping[str, object]) -> Action:
    agent = situation.specs[cause.address]
    profile = situation.project.profiles[agent.profile] if isinstance(agent, AgentSpec) else None
    prompt = _prompt(situation, cause, render(spec.what, values))
    command = prompt == COMPACT and COMPACT not in situation.project.prompts
    own = profile.compact if profile is not None else ""
    text = own if command else render(situation.project.prompts.get(prompt, ""), values)
    return Action(
        verb=Verb.SEND,
        target=cause.address,
        what=prompt,
        text=text,
        command=command,
        submit=profile.submit if profile else "Enter",
        settle=profile.settle if profile else 0.3,
        queue=isinstance(agent, AgentSpec) and agent.queue and profile is not None and profile.queues,
    )


def _prompt(situation: Situation, cause: Cause, name: str) -> str:
    """Return which prompt is sent: who was interrupted at an errand is told the whole errand again."""
    held = cause.assignment
    task = situation.project.tasks.get(held.task) if held is not None else None
    return task.errand if name == RESUME and task is not None and task.errand else name


def start_action(situation: Situation, address: str) -> Action:
    """Return the action that starts the program of an agent or a service."""
    spec = situation.specs[address]
    project = situation.project
    if isinstance(spec, TaskSpec):  # lint refuses it: a task has no program
        return Action(verb=Verb.START, target=address)
    env = _agent_env(project, spec) if isinstance(spec, AgentSpec) else spec.env
    return Action(
        verb=Verb.START,
        target=address,
        argv=(*start_command(project, spec), *_resuming(situation, address)),
        env=tuple(sorted(env.items())),
        cwd=spec.cwd or project.root,
        window=spec.window,
    )


def _resuming(situation: Situation, address: str) -> tuple[str, ...]:
    """Return the arguments by which an agent that died at work goes on with its session; none where that is unsafe.

    The last session of a folder is its own only if nobody else runs the program there.  What was tried shortly ago and
    did not last is not tried again.
    """
    project, agent, held = situation.project, situation.specs[address], situation.assignment(address)
    if not isinstance(agent, AgentSpec) or held is None or held.delivered is None:
        return ()
    profile = project.profiles[agent.profile]
    alike = [other for other in project.agents.values() if _session_place(other) == _session_place(agent)]
    if len(alike) > 1 or start_command(project, agent)[:1] != profile.command[:1]:
        return ()
    uses = situation.subjects[address].uses
    tried = any(use.name == "start" and situation.now.policy - use.at < RESUME_AGAIN for use in uses)
    return () if tried else profile.resume


def _session_place(agent: AgentSpec) -> tuple[str, str, str]:
    return agent.profile, agent.cwd, agent.env.get("HOME", "")


def _agent_env(project: Project, agent: AgentSpec) -> Mapping[str, str]:
    env = {**project.profiles[agent.profile].env, **agent.env}
    if channels_of(project, agent).hook is None:
        return env
    return {SPOOL_VARIABLE: spool_of(project), AGENT_VARIABLE: agent.name, **env}


def cannot_start(situation: Situation, address: str) -> str:
    """Return why a subject's program cannot be started on this machine; empty when it can."""
    action = start_action(situation, address)
    name = address.partition("/")[2]
    if not action.argv:
        return f"cannot start: no command is configured for {name}"
    if (action.argv[0], action.cwd) not in situation.observed.missing:
        return ""
    return f"cannot start: {action.argv[0]} not found on PATH (install it, or give {name} another `command`)"


def _set_row(
    situation: Situation, cause: Cause, spec: ActionSpec, values: Mapping[str, object]
) -> Iterator[tuple[str, Action]]:
    document = situation.project.documents.get(spec.document or STATUS)
    row = _row_of(situation.specs.get(cause.address), document) if document is not None else ""
    if document is None or not row:
        return
    wanted = dict(spec.cells)
    if "updated" in document.columns:
        wanted.setdefault("updated", "{{ now | clock }}")
    cells = tuple(
        (document.columns[key], render(text, values)) for key, text in wanted.items() if key in document.columns
    )
    edits = (_own_words(situation, cause, document, row, wanted),) if document.kind is Rows.TASKS else ()
    yield "", Action(verb=Verb.SET_ROW, target=document.name, row=row, cells=cells, rows=edits)


def _own_words(situation: Situation, cause: Cause, document: DocumentSpec, row: str, ours: Collection[str]) -> RowEdit:
    """Return what is to be remembered of cells that a task's machine writes itself: they stand for this stay."""
    before = situation.record.rows.get(f"{document.name}|{row}", RowMemory(entry=cause.entry))
    kept = tuple((key, text) for key, text in before.wrote if key not in ours)
    return RowEdit(document=document.name, row=row, memory=RowMemory(entry=cause.entry, wrote=kept))


def _row_of(subject: AgentSpec | TaskSpec | ServiceSpec | None, document: DocumentSpec) -> str:
    """Return the name by which a subject has its row in a table; empty: it has none there."""
    if isinstance(subject, AgentSpec) and document.kind is Rows.AGENTS:
        return subject.row or subject.name
    return subject.id if isinstance(subject, TaskSpec) and document.kind is Rows.TASKS else ""


def _append_row(document: DocumentSpec, values: Mapping[str, object]) -> Action:
    cells = tuple((header, render(text, values)) for header, text in document.row.items())
    return Action(verb=Verb.APPEND_ROW, target=document.name, cells=cells, text=render(document.line, values))


def _runs(situation: Situation, cause: Cause) -> Iterator[tuple[str, Action]]:
    task = situation.specs.get(cause.address)
    if not isinstance(task, TaskSpec):
        return
    for name in task.checks:
        key = situation.observed.run_keys.get(f"{task.id}|{name}")
        check = situation.project.checks.get(name)
        if key is not None and check is not None:
            yield name, run_action(situation, task, check, key)


def _git(
    situation: Situation, cause: Cause, spec: ActionSpec, values: Mapping[str, object]
) -> Iterator[tuple[str, Action]]:
    task = situation.specs.get(cause.address)
    workspace = situation.project.workspace(task) if isinstance(task, TaskSpec) else None
    if workspace is not None:
        message = render(situation.project.worktrees.message, values)
        yield "", Action(verb=Verb.GIT, target=workspace.branch, what=spec.what, cwd=workspace.folder, text=message)


def run_action(situation: Situation, task: TaskSpec, check: CheckSpec, key: str) -> Action:
    """Return the action that runs a task's check on the present inputs, where the task is worked on."""
    workspace = situation.project.workspace(task)
    return Action(
        verb=Verb.RUN,
        target=check.name,
        what=check.name,
        key=key,
        argv=check.run,
        cwd=situation.project.root if workspace is None else workspace.folder,
        timeout=check.timeout,
        exclusive=check.exclusive,
    )


def _dialog_values(situation: Situation, agent: AgentSpec | None) -> Mapping[str, object]:
    """Return the dialog that an agent's program has up, everything in it empty when there is none."""
    reading = situation.observed.readings.get(agent.name) if agent is not None else None
    asked = reading.asked if reading is not None else None
    if asked is None:
        return {"name": reading.dialog if reading is not None else "", "text": "", "command": "", "options": []}
    return {"name": asked.name, "text": asked.text, "command": asked.command, "options": list(asked.options)}


def _with_brief(situation: Situation, task: TaskSpec) -> dict[str, object]:
    """Return a task's values; the brief of a hand-over names the file as it is by now."""
    values = task_values(situation.project, task)
    item = situation.record.added.get(task.id)
    if item is not None and task.errand == Errand.HAND_OVER:
        values["brief"] = {**task.brief, "file": file_of(situation, item)}
    return values


def _values(situation: Situation, cause: Cause) -> dict[str, object]:
    project = situation.project
    subject = situation.subjects[cause.address]
    values: dict[str, object] = {
        **project_values(project),
        "subject": cause.address,
        "before": cause.before,
        "after": cause.after,
        "because": cause.because,
        "mark": cause.mark,
        "now": situation.now.wall,
        "minutes": int((situation.now.policy - subject.since) // 60),
        "reminder": cause.number,
    }
    assignment = cause.assignment
    spec = situation.specs[cause.address]
    task = spec if isinstance(spec, TaskSpec) else project.tasks.get(assignment.task) if assignment else None
    agent = spec if isinstance(spec, AgentSpec) else project.agents.get(assignment.agent) if assignment else None
    if task is not None:
        values["task"] = _with_brief(situation, task)
        kind = KindSpec(name=task.kind, prompt=task.errand) if task.errand else project.kinds.get(task.kind)
        if kind is not None:
            values["kind"] = kind_values(kind)
    values["agent"] = agent_values(agent) if agent else NO_AGENT
    values["dialog"] = _dialog_values(situation, agent)
    values["question"] = question_of(situation, cause.address)
    values["reviewer"] = reviewer_of(situation, cause.address)
    values["answer"] = answer_of(situation, cause.address)
    if assignment is not None:
        values["attempt"] = assignment.attempt
        values["failure"] = assignment.verdict_text or situation.observed.failures.get(assignment.task, "")
    return values
