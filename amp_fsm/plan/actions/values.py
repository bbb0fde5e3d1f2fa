"""What the texts of a change may know: the variables of its templates."""

from __future__ import annotations

from collections.abc import Mapping

from amp_fsm.model.errand import Errand
from amp_fsm.model.project import AgentSpec, KindSpec, TaskSpec
from amp_fsm.model.record import Assignment
from amp_fsm.plan.actions.cause import Cause
from amp_fsm.plan.errands.hand_over_file import file_of
from amp_fsm.plan.errands.helping import answer_of, question_of
from amp_fsm.plan.errands.reviewing import reviewer_of
from amp_fsm.plan.prompts import NO_AGENT, agent_values, kind_values, project_values, task_values
from amp_fsm.plan.situation import Situation


def values_of(situation: Situation, cause: Cause) -> dict[str, object]:
    """Return what the texts of a change may know at this moment."""
    task, agent = _concerned(situation, cause)
    since = situation.subjects[cause.address].since
    return {
        **project_values(situation.project),
        "subject": cause.address,
        "before": cause.before,
        "after": cause.after,
        "because": cause.because,
        "mark": cause.mark,
        "now": situation.now.wall,
        "minutes": int((situation.now.policy - since) // 60),
        "reminder": cause.number,
        "agent": agent_values(agent) if agent else NO_AGENT,
        "dialog": _dialog_values(situation, agent),
        "question": question_of(situation, cause.address),
        "reviewer": reviewer_of(situation, cause.address),
        "answer": answer_of(situation, cause.address),
        **_work_values(situation, task),
        **_attempt_values(situation, cause.assignment),
    }


def _concerned(situation: Situation, cause: Cause) -> tuple[TaskSpec | None, AgentSpec | None]:
    """Return the task and the agent: one is the subject, the other what it holds or who holds it."""
    spec, held, project = situation.specs[cause.address], cause.assignment, situation.project
    task = spec if isinstance(spec, TaskSpec) else project.tasks.get(held.task) if held else None
    agent = spec if isinstance(spec, AgentSpec) else project.agents.get(held.agent) if held else None
    return task, agent


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


def _work_values(situation: Situation, task: TaskSpec | None) -> dict[str, object]:
    if task is None:
        return {}
    kind = KindSpec(name=task.kind, prompt=task.errand) if task.errand else situation.project.kinds.get(task.kind)
    values: dict[str, object] = {"task": _with_brief(situation, task)}
    return values if kind is None else {**values, "kind": kind_values(kind)}


def _attempt_values(situation: Situation, held: Assignment | None) -> dict[str, object]:
    if held is None:
        return {}
    failure = held.verdict_text or situation.observed.failures.get(held.task, "")
    return {"attempt": held.attempt, "failure": failure}
