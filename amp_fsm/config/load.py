"""The whole way from a path to a `Project`, with every problem on it at once.  The configuration's door."""

from __future__ import annotations

import hashlib
import posixpath
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from amp_fsm.config.build import Origin, build_project
from amp_fsm.config.includes import Gathered, Reader, SourceFile, gather
from amp_fsm.config.lint import lint
from amp_fsm.config.merge import merge_files, origin_path
from amp_fsm.config.problems import Finding, in_order
from amp_fsm.config.schema import check_shape, normalise
from amp_fsm.config.yaml_text import dump, locate, problem_at
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
        return "".join(self._resolved(key, value) for key, value in self.tree.items())

    def _resolved(self, key: str, value: object) -> str:
        entries: list[tuple[str | int, object]] = []
        if isinstance(value, Mapping):
            entries = [(name, {name: item}) for name, item in value.items()]
        elif isinstance(value, list):
            entries = [(place, [item]) for place, item in enumerate(value)]
        if not entries:
            return f"# from {_origin(self.files, self.tree, (key,))}\n" + dump({key: value})
        return f"{key}:\n" + "".join(
            f"  # from {_origin(self.files, self.tree, (key, name))}\n{_indented(entry)}" for name, entry in entries
        )


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
        *(_place(finding, files, merged.tree) for finding in findings),
        *(_in_file(files[number], finding.path, finding) for number, finding in merged.misplaced),
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


def _place(finding: Finding, files: Sequence[SourceFile], tree: Mapping[str, Any]) -> Problem:
    file, path, whole = _source(files, tree, finding.path)
    return _in_file(file, path, finding if whole else replace(finding, on="key"))


def _in_file(file: SourceFile, path: tuple[str | int, ...], finding: Finding) -> Problem:
    text = file.data.decode("utf-8-sig")
    spot = locate(text, path, finding.on)
    return problem_at(file.name, text, spot, finding.code, finding.message, finding.suggestion)


def _source(
    files: Sequence[SourceFile], tree: Mapping[str, Any], path: tuple[str | int, ...]
) -> tuple[SourceFile, tuple[str | int, ...], bool]:
    """Return the file whose word on `path` counts: the last one that has it, or has most of it."""
    best: tuple[SourceFile, tuple[str | int, ...], bool] = (files[-1], (), False)
    for file in reversed(files):
        own, whole = origin_path(path, tree, file.tree)
        if whole:
            return file, own, True
        if len(own) > len(best[1]):
            best = (file, own, False)
    return best


def _origin(files: Sequence[SourceFile], tree: Mapping[str, Any], path: tuple[str | int, ...]) -> str:
    file, own, _ = _source(files, tree, path)
    spot = locate(file.data.decode("utf-8-sig"), own, "key")
    return f"{file.name}:{spot.line}"


def _indented(value: object) -> str:
    return "".join(f"  {line}\n" if line else "\n" for line in dump(value).splitlines())
