"""Prompts and messages: templates over a fixed set of variables.  The door to `templates`.

What agents write never becomes a template; the texts of the configuration do, and they can read values only.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from datetime import UTC, datetime

from amp_fsm.model.document import DocumentSpec
from amp_fsm.model.errand import question_file
from amp_fsm.model.project import AgentSpec, KindSpec, Project, TaskSpec


class RenderError(Exception):
    """A template could not be rendered with the values of this moment."""


def clock(wall: float) -> str:
    """Return the hour and minute of a wall time, local."""
    return datetime.fromtimestamp(wall, UTC).astimezone().strftime("%H:%M")


def date(wall: float) -> str:
    """Return the day of a wall time, local, as ISO 8601 has it."""
    return datetime.fromtimestamp(wall, UTC).astimezone().strftime("%Y-%m-%d")


def render(template: str, values: Mapping[str, object]) -> str:
    """Return the template's text.

    Raises:
        RenderError: it does not compile, or uses a value that does not exist now.
    """
    if "{" not in template:
        return template
    from amp_fsm.plan.templates import filled  # loads Jinja2, which a pass that says nothing does without

    return filled(template, values)


def variables(template: str) -> frozenset[str]:
    """Return the names of the variables that a template reads; none when it does not compile."""
    if "{" not in template:
        return frozenset()
    from amp_fsm.plan.templates import names_in

    return names_in(template)


def agent_values(agent: AgentSpec) -> dict[str, object]:
    """Return what templates may know of an agent."""
    return {
        "name": agent.name,
        "row": agent.row or agent.name,
        "window": agent.window,
        "skills": list(agent.skills),
        "profile": agent.profile,
    }


NO_AGENT: Mapping[str, object] = {"name": "-", "row": "-", "window": "", "skills": [], "profile": ""}
"""What templates may know of nobody: a row may name the agent of a task that nobody holds any more."""


def task_values(project: Project, task: TaskSpec) -> dict[str, object]:
    """Return what templates may know of a task."""
    checks = [project.checks[name] for name in task.checks if name in project.checks]
    return {
        "id": task.id,
        "title": task.title,
        "kind": task.kind,
        "priority": str(task.priority),
        "minutes": round(task.minutes),
        "workspace": _folder(project, task),
        "question": question_file(project, task),
        "brief": dict(task.brief),
        "needs": list(task.needs),
        "deliverables": [
            {"file": item.file, "min_bytes": item.min_bytes, "contains": item.contains} for item in task.deliverables
        ],
        "checks": [{"name": check.name, "command": shlex.join(check.run)} for check in checks],
    }


def _folder(project: Project, task: TaskSpec) -> str:
    workspace = project.workspace(task)
    return workspace.folder if workspace is not None else ""


def kind_values(kind: KindSpec) -> dict[str, object]:
    """Return what templates may know of a kind of task."""
    return {"name": kind.name, "prompt": kind.prompt}


def project_values(project: Project) -> dict[str, object]:
    """Return what templates may know of the project and its documents."""
    return {
        "project": {"name": project.name, "root": project.root, "config": project.source},
        "documents": {document.name: _document_values(document) for document in project.documents.values()},
    }


def _document_values(document: DocumentSpec) -> dict[str, object]:
    return {"file": document.file, "heading": document.heading}
