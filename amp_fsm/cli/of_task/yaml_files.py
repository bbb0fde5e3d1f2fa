"""Which of a configuration's files holds a task."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from amp_fsm.errors import InvalidConfigError, NotPossibleError

if TYPE_CHECKING:
    from amp_fsm.config.includes import SourceFile
    from amp_fsm.model.project import Project
    from amp_fsm.model.record import Record


def loaded(config: str) -> tuple[tuple[SourceFile, ...], Project]:
    """Return a configuration's files, those of the program left out, and what they make.

    Raises:
        InvalidConfigError: it cannot be used.
    """
    from amp_fsm.wiring import load

    found = load(config, os.environ)
    if found.project is None:
        raise InvalidConfigError(found.problems)
    return tuple(file for file in found.files if not file.name.startswith("builtin:")), found.project


def taken_ids(project: Project) -> Mapping[str, str]:
    """Return the id of every task, of those that the record keeps too, to its title; empty for one that is no more."""
    from amp_fsm.model.desired import desired

    record = _record(project)
    subjects = (address.partition("/") for address in record.subjects)
    had = {name: "" for kind, _, name in subjects if kind == "task"}
    return had | {task.id: task.title for task in desired(project, record).tasks.values()}


def with_recorded(project: Project) -> Project:
    """Return the project with the tasks that its record keeps besides the configuration's."""
    from amp_fsm.model.desired import desired

    return desired(project, _record(project))


def _record(project: Project) -> Record:
    from amp_fsm.wiring import build

    return build(project, environment=os.environ).store.load()


def file_of(files: Sequence[SourceFile], task: str) -> tuple[SourceFile, Mapping[str, Any]]:
    """Return the file that has the last word on a task, and what it says.

    Raises:
        NotPossibleError: none holds it.
    """
    for file in reversed(files):
        for item in file.tree.get("tasks") or ():
            if isinstance(item, dict) and item.get("id") == task:
                return file, item
    message = f"task {task} stands in no file of the configuration: it was proposed, or amp-fsm opened it itself"
    raise NotPossibleError(message, hint="cancel it (`task cancel`), and add it as it should be (`task add`)")


def file_named(files: Sequence[SourceFile], name: str) -> SourceFile:
    """Return the file of the configuration that a path means.

    Raises:
        NotPossibleError: it is none of them.
    """
    for file in files:
        if os.path.realpath(file.name) == os.path.realpath(name):
            return file
    names = ", ".join(file.name for file in files)
    raise NotPossibleError(f"{name} is no file of the configuration", hint=f"its files: {names}; `include` adds one")
