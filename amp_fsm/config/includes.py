"""Includes: which files make up a configuration, in the order in which they are merged."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from amp_fsm.config.problems import did_you_mean
from amp_fsm.config.yaml_text import locate, parse, problem_at
from amp_fsm.errors import Problem

BUILTIN = "builtin:"
PROMPTS = f"{BUILTIN}prompts/"
DEFAULT_LANGUAGE = "en"


class Reader(Protocol):
    """Where texts come from; the only thing the configuration needs of a disk."""

    def read(self, path: str) -> bytes:
        """Return a file's bytes.  Raises `OSError`."""

    def glob(self, pattern: str) -> tuple[str, ...]:
        """Return the files that match, sorted."""

    def builtin(self, folder: str) -> tuple[tuple[str, bytes], ...]:
        """Return name and bytes of every YAML file of a built-in folder; empty when there is no such folder."""

    def builtins(self) -> tuple[str, ...]:
        """Return the names of the built-in folders."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFile:
    """One file of a configuration."""

    name: str
    data: bytes
    tree: dict[str, Any]


@dataclass(slots=True)
class Gathered:
    """All files of a configuration, in merging order, with what was wrong with them."""

    files: list[SourceFile] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    language: str = DEFAULT_LANGUAGE
    seen: dict[str, bytes] = field(default_factory=dict)


def gather(path: str, reader: Reader) -> Gathered:
    """Return the file at `path` and everything it includes, included ones first."""
    gathered = Gathered()
    try:
        data = reader.read(path)
    except OSError as error:
        reason = error.strerror or str(error)
        gathered.problems.append(Problem(file=path, line=0, column=0, code="E111", message=f"cannot be read: {reason}"))
        return gathered
    _add(gathered, path, data, reader, ())
    return gathered


def _add(gathered: Gathered, name: str, data: bytes, reader: Reader, above: tuple[str, ...]) -> None:
    gathered.seen[name] = data
    parsed = parse(data, name)
    gathered.problems.extend(parsed.problems)
    if parsed.value is None:
        return
    if not above:
        gathered.language = _language(parsed.value)
    for place, include in enumerate(_wanted(gathered, name, data, parsed.value)):
        found, problem = _resolve(include, name, reader, gathered.language)
        if problem:
            gathered.problems.append(_at(name, data, ("include", place), *problem))
        for other, read in found:
            if other in (*above, name):
                message = f"`{include}` includes itself: {' -> '.join((*above, name, other))}"
                gathered.problems.append(_at(name, data, ("include", place), "E113", message, ""))
            elif other not in gathered.seen:
                _add(gathered, other, read, reader, (*above, name))
    gathered.files.append(SourceFile(name=name, data=data, tree=parsed.value))


def _wanted(gathered: Gathered, name: str, data: bytes, tree: Mapping[str, Any]) -> list[str]:
    wanted = tree.get("include", [])
    if isinstance(wanted, list) and all(isinstance(include, str) for include in wanted):
        return wanted
    message, mend = "`include` must be a list of texts", "for example: [builtin:profiles, 'tasks/*.yaml']"
    gathered.problems.append(_at(name, data, ("include",), "E203", message, mend))
    return []


def _language(tree: Mapping[str, Any]) -> str:
    project = tree.get("project")
    language = project.get("language") if isinstance(project, Mapping) else None
    return language if isinstance(language, str) else DEFAULT_LANGUAGE


def _is_in(language: str, name: str) -> bool:
    """Return whether a built-in file is in this language, or in none; prompts are named by their language."""
    return not name.startswith(PROMPTS) or name == f"{PROMPTS}{language}.yaml"


def _resolve(
    include: str, by: str, reader: Reader, language: str
) -> tuple[tuple[tuple[str, bytes], ...], tuple[str, str, str] | None]:
    if include.startswith(BUILTIN):
        folder = include.removeprefix(BUILTIN)
        found = tuple(one for one in reader.builtin(folder) if _is_in(language, one[0]))
        if found:
            return found, None
        return (), ("E112", f"there is no `{include}`", did_you_mean(folder, reader.builtins()))
    pattern = posixpath.normpath(posixpath.join(posixpath.dirname(by), include))
    globbed = any(mark in include for mark in "*?[")
    paths = reader.glob(pattern) if globbed else (pattern,)
    if not paths:
        return (), ("W101", f"`{include}` matches no file", "")
    try:
        return tuple((path, reader.read(path)) for path in paths), None
    except OSError as error:
        near = reader.glob(posixpath.join(posixpath.dirname(pattern), "*.yaml"))
        names = [posixpath.relpath(path, posixpath.dirname(by) or ".") for path in near]
        return (), ("E112", f"cannot include `{include}`: {error.strerror or error}", did_you_mean(include, names))


def _at(file: str, data: bytes, path: tuple[str | int, ...], code: str, message: str, suggestion: str) -> Problem:
    text = data.decode("utf-8-sig")
    return problem_at(file, text, locate(text, path, "value"), code, message, suggestion)
