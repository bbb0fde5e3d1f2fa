"""Templates of actions and of documents' rows: they compile and use what there is."""

from __future__ import annotations

from collections.abc import Iterator

from amp_fsm.config.lint.places import Path, machine_kinds, used_actions, word_path
from amp_fsm.config.lint.rendering import Rendering
from amp_fsm.config.lint.samples import SAMPLE_TASK, cell_sample
from amp_fsm.config.problems import Finding
from amp_fsm.model.machine import ActionSpec, Verb
from amp_fsm.model.project import Project


def lint_action_texts(project: Project) -> tuple[Finding, ...]:
    """Return what is wrong with the texts of actions, and with rows that they would write for a service."""
    rendering, kinds = Rendering(project=project), machine_kinds(project)
    for action, path in used_actions(project):
        services_only = kinds[str(path[1])] == ("service",)
        values = rendering.values(None if services_only else SAMPLE_TASK)
        for text, place in _texts(action, path):
            rendering.check(text, values, place, "the template")
        document = project.documents.get(action.what) if action.verb is Verb.APPEND_ROW else None
        for text in (*document.row.values(), document.line) if document is not None and services_only else ():
            what = f"the row of `{action.what}`, written for a service,"
            rendering.check(text, values, word_path(action, path), what)
    return tuple(rendering.findings)


def _texts(action: ActionSpec, path: Path) -> Iterator[tuple[str, Path]]:
    if action.verb is Verb.SEND:
        yield action.what, word_path(action, path)
    if action.text:
        yield action.text, (*path, "text")
    for column, text in action.cells:
        yield text, (*path, "set_row", column)


def lint_rows(project: Project) -> tuple[Finding, ...]:
    """Return what is wrong with the texts of documents: rows, lines, cells of tables of tasks."""
    rendering = Rendering(project=project)
    values = rendering.values(SAMPLE_TASK)
    cells = cell_sample(values)
    for document in project.documents.values():
        path, name = ("documents", document.name), f"of `{document.name}`"
        for header, text in document.row.items():
            rendering.check(text, values, (*path, "row", header), f"the row {name}")
        if document.line:
            rendering.check(document.line, values, (*path, "line"), f"the line {name}")
        for key, text in document.cells.items():
            rendering.check(text, cells, (*path, "cells", key), f"the cell `{key}` {name}")
    return tuple(rendering.findings)
