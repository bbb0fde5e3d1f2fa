"""Documents whose keys contradict what they have rows for, and logs that are rotated to where they cannot go."""

from __future__ import annotations

from collections.abc import Iterator

from amp_fsm.config.lint.places import Path
from amp_fsm.config.problems import Finding, did_you_mean
from amp_fsm.model.document import KNOWN_CELLS, LOGS, DocumentSpec, Rows
from amp_fsm.model.project import Project

OF_TASKS = ("only", "states", "cells")


def lint_documents(project: Project) -> Iterator[Finding]:
    """Yield every contradiction in the declarations of documents."""
    for spec in project.documents.values():
        path: Path = ("documents", spec.name)
        yield from (_log(spec, path) if spec.kind in LOGS else _table(spec, path))
        if spec.kind is Rows.TASKS:
            yield from _columns(spec, path)
            yield from _states(project, spec, path)
        else:
            yield from _only_of_tasks(spec, path)
        if spec.rotate is not None:
            yield from _rotate(spec, path)


def _log(spec: DocumentSpec, path: Path) -> Iterator[Finding]:
    what = f"document `{spec.name}` has `rows: {spec.kind}`"
    if spec.rows is None and not spec.row and not spec.line:
        return  # nothing is written to it; facts may look at it
    if bool(spec.row) == bool(spec.line):
        said = "both `row` and `line`" if spec.row else "neither `row` nor `line`"
        yield _unfit(path, f"{what} and {said}", "a log is a table, with `row`, or a list, with `line`")
    if spec.columns:
        yield _unfit((*path, "columns"), f"{what}, and a log has no `columns`", "say `row`, or another `rows`")


def _table(spec: DocumentSpec, path: Path) -> Iterator[Finding]:
    what = f"document `{spec.name}` has `rows: {spec.kind}`"
    if not spec.columns:
        yield _unfit(path, f"{what} and no `columns`", "for example: columns: {status: Status}")
    if not spec.key:
        yield _unfit((*path, "table"), f"{what}, and its table has no `key`", "the header of the column of names")
    for name in ("row", "line", "rotate"):
        if getattr(spec, name):
            yield _unfit((*path, name), f"{what}, and only a log has `{name}`", "say it in a document of its own")


def _only_of_tasks(spec: DocumentSpec, path: Path) -> Iterator[Finding]:
    for name in OF_TASKS:
        if getattr(spec, name):
            message = f"document `{spec.name}` has `{name}` and `rows: {spec.kind}`"
            yield _unfit((*path, name), message, "only task tables, `rows: tasks`, have it")


def _columns(spec: DocumentSpec, path: Path) -> Iterator[Finding]:
    for key in spec.columns:
        if key not in KNOWN_CELLS and key not in spec.cells:
            message = f"nothing says what stands in the column {key!r} of `{spec.name}`"
            mend = f"say it in `cells`; {did_you_mean(key, KNOWN_CELLS)}"
            yield Finding(code="E262", path=(*path, "columns", key), message=message, suggestion=mend)
    for key in spec.cells:
        if key not in spec.columns:
            message = f"`cells` says what stands in the column {key!r}, which document `{spec.name}` does not have"
            mend = did_you_mean(key, spec.columns)
            yield Finding(code="E228", path=(*path, "cells", key), message=message, suggestion=mend)


def _states(project: Project, spec: DocumentSpec, path: Path) -> Iterator[Finding]:
    machines = {task.machine for task in project.tasks.values() if not task.errand} or {"task"}
    known = {state for name in machines & set(project.machines) for state in project.machines[name].states}
    places: list[tuple[Path, str]] = [((*path, "only", place), state) for place, state in enumerate(spec.only)]
    places += [((*path, "states", state), state) for state in spec.states]
    for where, state in places if known else ():
        if state not in known:
            message = f"document `{spec.name}` speaks of the state {state!r}, which no task can be in"
            yield Finding(code="E301", path=where, message=message, suggestion=did_you_mean(state, known))


def _rotate(spec: DocumentSpec, path: Path) -> Iterator[Finding]:
    rotate = spec.rotate
    if rotate is None:
        return
    if rotate.to == spec.file or rotate.to.startswith(("/", "~")) or ".." in rotate.to.split("/"):
        message = f"`{spec.name}` cannot be rotated to {rotate.to!r}"
        mend = "another file below the root, for example logs/{date}.md"
        yield Finding(code="E263", path=(*path, "rotate", "to"), message=message, suggestion=mend)
    if rotate.keep is not None and rotate.keep >= rotate.rows:
        message = f"`{spec.name}` keeps {rotate.keep} entries when it has more than {rotate.rows}"
        yield _unfit((*path, "rotate", "keep"), message, f"fewer than {rotate.rows}")


def _unfit(path: Path, message: str, suggestion: str) -> Finding:
    return Finding(code="E261", path=path, message=message, suggestion=suggestion)
