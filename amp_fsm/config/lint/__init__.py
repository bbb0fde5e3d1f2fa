"""Lint: what a well-formed configuration can still get wrong.  One module per subject, one code per finding."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from amp_fsm.config.problems import Finding
from amp_fsm.model.project import Project


def lint(project: Project, tree: Mapping[str, Any]) -> tuple[Finding, ...]:
    """Return everything that is wrong with a project that could be built; `tree` is the merged configuration."""
    return ()
