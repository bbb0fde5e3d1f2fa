"""Project and scenario -> what practice agents know out of band, as one JSON document.  Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from amp_fsm.model.document import DocumentSpec, Rows
from amp_fsm.model.errand import Errand, question_file
from amp_fsm.model.project import Project, TaskSpec
from amp_fsm.rehearsal.practice_agent.turn import INCIDENTS
from amp_fsm.rehearsal.scenario import Scenario

Json = Mapping[str, Any]
OF_KIND: Mapping[str, Json] = {Errand.PROPOSE: {"writes": "tasks: []\n"}}
"""How practice agents behave on tasks of a kind where a scenario says nothing: they have nothing to propose."""


def tasks_file(project: Project, scenario: Scenario) -> Json:
    """Return the content of the world's `tasks.json` for a project that is already mapped into its scratch copy."""
    return {
        "root": project.root,
        "tasks": {task.id: _task(project, task, scenario) for task in project.tasks.values()},
        "agents": {
            agent.name: {
                "row": agent.row or agent.name,
                "behaviour": _owned(scenario.agents.get(agent.name, {}), agent.name),
            }
            for agent in project.agents.values()
        },
        "services": {name: scenario.services.get(name, {}) for name in project.services},
        "checks": {name: scenario.checks.get(name, {}) for name in project.checks},
        "documents": [
            _document(document, project.root) for document in project.documents.values() if _theirs(document)
        ],
    }


def _task(project: Project, task: TaskSpec, scenario: Scenario) -> Json:
    workspace = project.workspace(task)
    return {
        "kind": task.kind,
        "question": question_file(project, task),
        "errand": task.errand != "",
        "folder": workspace.folder if workspace is not None else "",
        "deliverables": [
            {"file": item.file, "min_bytes": item.min_bytes, "contains": item.contains} for item in task.deliverables
        ],
        "checks": list(task.checks),
        "behaviour": _owned({**_of_kind(task, scenario), **scenario.tasks.get(task.id, {})}, task.id),
    }


def _of_kind(task: TaskSpec, scenario: Scenario) -> Json:
    return {**OF_KIND.get(task.errand, {}), **scenario.kinds.get(task.kind, {})}


def _owned(behaviour: Json, name: str) -> Json:
    """Return the behaviour with each incident marked as `name`'s, so that it happens as often as was asked."""
    return {key: {**value, "of": name} if key in INCIDENTS else value for key, value in behaviour.items()}


def _theirs(document: DocumentSpec) -> bool:
    """Return whether agents write to a document; a task table and lists are ours alone."""
    return document.kind is not Rows.TASKS and not document.line


def _document(document: DocumentSpec, root: str) -> Json:
    return {
        "name": document.name,
        "file": document.file,
        "path": document.file if document.file.startswith("/") else f"{root}/{document.file}",
        "heading": document.heading,
        "key": document.key,
        "columns": dict(document.columns),
        "words": {claim: list(words) for claim, words in document.words.items()},
        "claims": document.claims,
    }
