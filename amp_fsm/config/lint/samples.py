"""What templates may know, as sample values: every variable that there is when they are rendered for real.

The values are those of `plan.prompts`, which this package may not import; a test holds them equal.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping

from amp_fsm.model.errand import question_file
from amp_fsm.model.project import AgentSpec, CheckSpec, Deliverable, Project, TaskSpec

SAMPLE_TASK = TaskSpec(id="TASK-1", kind="", title="a title", deliverables=(Deliverable(file="a.txt"),))
SAMPLE_AGENT = AgentSpec(name="agent", profile="")
BRIEF = "task.brief"


class AnyBrief(dict[str, object]):
    """A brief that has every key, for templates that are tried without a task."""

    def __missing__(self, key: str) -> str:
        """Return a text for any key."""
        return f"({key})"


def agent_sample(agent: AgentSpec) -> dict[str, object]:
    """Return what templates may know of an agent."""
    return {
        "name": agent.name,
        "row": agent.row or agent.name,
        "window": agent.window,
        "skills": list(agent.skills),
        "profile": agent.profile,
    }


def task_sample(project: Project, task: TaskSpec) -> dict[str, object]:
    """Return what templates may know of a task."""
    checks = [project.checks[name] for name in task.checks if name in project.checks]
    workspace = project.workspace(task)
    if task is SAMPLE_TASK:
        checks = [CheckSpec(name="a-check", run=("true",))]
    return {
        "id": task.id,
        "title": task.title,
        "kind": task.kind,
        "priority": str(task.priority),
        "minutes": round(task.minutes),
        "workspace": workspace.folder if workspace is not None else "",
        "question": question_file(project, task),
        "brief": dict(task.brief) if task is not SAMPLE_TASK else AnyBrief(),
        "needs": list(task.needs),
        "deliverables": [
            {"file": item.file, "min_bytes": item.min_bytes, "contains": item.contains} for item in task.deliverables
        ],
        "checks": [{"name": check.name, "command": shlex.join(check.run)} for check in checks],
    }


def project_sample(project: Project) -> dict[str, object]:
    """Return what templates may know of the project and its documents."""
    documents = {item.name: {"file": item.file, "heading": item.heading} for item in project.documents.values()}
    return {
        "project": {"name": project.name, "root": project.root, "config": project.source},
        "documents": documents,
    }


def sample_values(project: Project, task: TaskSpec | None, agent: AgentSpec | None) -> dict[str, object]:
    """Return values of every variable that a template may use; without a task, as a service's machine has them."""
    values: dict[str, object] = {
        **project_sample(project),
        "subject": "agent/agent",
        "before": "BEFORE",
        "after": "AFTER",
        "because": "a reason",
        "mark": "🔄",
        "now": 0.0,
        "minutes": 10,
        "reminder": 1,
        "agent": agent_sample(agent or SAMPLE_AGENT),
        "question": "What now?",
        "answer": "Go on.",
        "reviewer": "agent",
        "dialog": {"name": "approval", "text": "May I?", "command": "ls", "options": ["Yes", "No"]},
    }
    if task is not None:
        kind = project.kinds.get(task.kind)
        values["task"] = task_sample(project, task)
        values["kind"] = {"name": task.kind, "prompt": kind.prompt if kind else ""}
        values |= {"attempt": 1, "failure": "a check failed"}
    return values


CELL = ("project", "documents", "task", "kind", "agent", "because", "attempt", "now")
"""Variables of the cells of a task table, besides `state`."""


def cell_sample(values: Mapping[str, object]) -> dict[str, object]:
    """Return what the templates of a task table's cells may use, of what all others may."""
    return {**{name: values[name] for name in CELL}, "state": "WORKING"}
