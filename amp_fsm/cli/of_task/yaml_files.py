"""Which of a configuration's files holds a task."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from amp_fsm.errors import InvalidConfigError, NotPossibleError

if TYPE_CHECKING:
    from amp_fsm.config.includes import SourceFile
    from amp_fsm.model.project import Project


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


def file_of(files: Sequence[SourceFile], task: str) -> tuple[SourceFile, Mapping[str, Any]]:
    """Return the file that has the last word on a task, and what it says.

    Raises:
        NotPossibleError: none holds it.
    """
    for file in reversed(files):
        for item in file.tree.get("tasks") or ():
            if isinstance(item, dict) and item.get("id") == task:
                return file, item
    raise NotPossibleError(f"no file of the configuration holds task {task}")


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
