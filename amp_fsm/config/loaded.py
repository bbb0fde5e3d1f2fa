"""A configuration as it was read: its project and everything that is wrong with it.  Reads and compiles nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from amp_fsm.errors import Problem
from amp_fsm.model.project import Project

if TYPE_CHECKING:
    from amp_fsm.config.includes import SourceFile


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """A configuration as it was read.

    Attributes:
        project: None when there are problems that make it unusable.
        problems: all of them, errors and warnings, in the order of files and lines.
        files: the files it was made of, in merging order, with their bytes.
        tree: the merged tree, before variables were expanded.
        variables: environment variables that were read, and as what.
    """

    project: Project | None
    problems: tuple[Problem, ...] = ()
    files: tuple[SourceFile, ...] = ()
    tree: Mapping[str, Any] = field(default_factory=dict)
    variables: Mapping[str, str | None] = field(default_factory=dict)

    @property
    def errors(self) -> tuple[Problem, ...]:
        """The problems that make it unusable."""
        return tuple(problem for problem in self.problems if problem.is_error)
