"""The whole way from a path to a `Project`, with every problem on it at once.  The configuration's door."""

from __future__ import annotations

import hashlib
import posixpath
from collections.abc import Iterable, Mapping, Sequence

from amp_fsm.config.builders import Origin, build_project
from amp_fsm.config.includes import Gathered, Reader, SourceFile, gather
from amp_fsm.config.lint import lint
from amp_fsm.config.loaded import Loaded
from amp_fsm.config.merge import merge_files
from amp_fsm.config.places import Places, problem_in
from amp_fsm.config.problems import in_order
from amp_fsm.config.schema import check_shape, normalise
from amp_fsm.errors import Problem
from amp_fsm.model.project import Project


def load(path: str, reader: Reader, environment: Mapping[str, str], schema_text: str, *, home: str, cwd: str) -> Loaded:
    """Return the configuration at `path`; whatever is wrong with it is among its problems."""
    gathered = gather(path, reader)
    files = tuple(gathered.files)
    if any(problem.is_error for problem in gathered.problems):
        return Loaded(project=None, problems=_ordered(gathered.problems, files), files=files)
    merged = merge_files([file.tree for file in files])
    normal = normalise(merged.tree, schema_text, environment, home)
    findings = [*check_shape(merged.tree, schema_text), *normal.findings]
    project: Project | None = None
    if not findings:
        origin = Origin(
            source=path,
            folder=posixpath.normpath(posixpath.join(cwd, posixpath.dirname(path))),
            home=home,
            digest=_digest(gathered, normal.variables),
        )
        project, built = build_project(normal.tree, origin)
        findings += built or lint(project, merged.tree)
    problems = [
        *gathered.problems,
        *map(Places(files=files, tree=merged.tree).problem, findings),
        *(problem_in(files[number], finding.path, finding) for number, finding in merged.misplaced),
    ]
    return Loaded(
        project=None if any(problem.is_error for problem in problems) else project,
        problems=_ordered(problems, files),
        files=files,
        tree=merged.tree,
        variables=normal.variables,
    )


def _digest(gathered: Gathered, variables: Mapping[str, str | None]) -> str:
    digest = hashlib.sha256()
    for file in gathered.files:
        digest.update(f"{len(file.data)}\0".encode())
        digest.update(file.data)
    for name in sorted(variables):
        digest.update(f"{name}={variables[name]}\0".encode("utf-8", "surrogateescape"))
    return digest.hexdigest()


def _ordered(problems: Iterable[Problem], files: Sequence[SourceFile]) -> tuple[Problem, ...]:
    return in_order(problems, [file.name for file in files])
