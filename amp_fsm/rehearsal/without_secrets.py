"""Loads a configuration whose secrets this machine does not have: practice agents need none of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from amp_fsm.errors import InvalidConfigError
from amp_fsm.model.project import Project
from amp_fsm.world.config_files import load_project

NOT_SET = "E204"


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A project that can be rehearsed, and what was made up for it."""

    project: Project
    notes: tuple[str, ...] = ()


def load_for_rehearsal(path: str, environment: Mapping[str, str]) -> Prepared:
    """Return the project at `path`, with a stand-in for every environment variable that it needs and nobody set.

    Raises:
        InvalidConfigError: there are other problems.
    """
    loaded = load_project(path, environment)
    notes: tuple[str, ...] = ()
    if loaded.project is None and loaded.errors and all(problem.code == NOT_SET for problem in loaded.errors):
        said = " ".join(problem.message for problem in loaded.errors).split()
        missing = sorted(name for name, value in loaded.variables.items() if value is None and name in said)
        loaded = load_project(path, {**environment, **{name: f"rehearsal-{name}" for name in missing}})
        notes = tuple(f"the environment variable {name} is not set: a stand-in is used" for name in missing)
    if loaded.project is None:
        raise InvalidConfigError(loaded.problems)
    return Prepared(project=loaded.project, notes=notes)
