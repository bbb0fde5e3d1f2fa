"""The whole way from a path to a `Project`, with every problem on it at once.  The configuration's door."""

from __future__ import annotations

import hashlib
import posixpath
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from amp_fsm.config.builders import Origin, build_project
from amp_fsm.config.includes import Gathered, Reader, SourceFile, gather
from amp_fsm.config.lint import lint
from amp_fsm.config.merge import merge_files
from amp_fsm.config.places import Places, problem_in
from amp_fsm.config.problems import in_order
from amp_fsm.config.schema import check_shape, normalise
from amp_fsm.config.yaml_text import dump
from amp_fsm.errors import Problem
from amp_fsm.model.project import Project


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

    def resolved(self) -> str:
        """Return the merged configuration as YAML, each entry with the file and line that had the last word on it."""
        places = Places(files=self.files, tree=self.tree)
        return "".join(_resolved(key, value, places) for key, value in self.tree.items())


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


def _resolved(key: str, value: object, places: Places) -> str:
    entries: list[tuple[str | int, object]] = []
    if isinstance(value, Mapping):
        entries = [(name, {name: item}) for name, item in value.items()]
    elif isinstance(value, list):
        entries = [(place, [item]) for place, item in enumerate(value)]
    if not entries:
        return f"# from {places.line((key,))}\n" + dump({key: value})
    return f"{key}:\n" + "".join(f"  # from {places.line((key, name))}\n{_indented(entry)}" for name, entry in entries)


def _indented(value: object) -> str:
    return "".join(f"  {line}\n" if line else "\n" for line in dump(value).splitlines())
