"""From a key path of the merged tree to the file, line and column whose word counts.  Asked only when it is shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from amp_fsm.config.includes import SourceFile
from amp_fsm.config.merge import merge_key
from amp_fsm.config.problems import Finding
from amp_fsm.config.yaml_text import locate, problem_at
from amp_fsm.errors import Problem

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A file's word on something.

    Attributes:
        path: where it stands in the file's own tree.
        whole: whether all of the path is there; else it is the nearest thing that holds it.
    """

    file: SourceFile
    path: Path
    whole: bool


@dataclass(slots=True, kw_only=True)
class Places:
    """The places of one merged tree."""

    files: Sequence[SourceFile]
    tree: Mapping[str, Any]
    _names: dict[int, tuple[str | None, Mapping[str, tuple[int, ...]]]] = field(default_factory=dict)

    def source(self, path: Sequence[str | int]) -> Source:
        """Return the file whose word on `path` counts: the last one that has it, or has most of it."""
        best = Source(file=self.files[-1], path=(), whole=False)
        for file in reversed(self.files):
            own, whole = self.own_path(path, file.tree)
            if whole:
                return Source(file=file, path=own, whole=True)
            if len(own) > len(best.path):
                best = Source(file=file, path=own, whole=False)
        return best

    def line(self, path: Path) -> str:
        """Return `file:line` of the key at `path`."""
        source = self.source(path)
        return f"{source.file.name}:{locate(_text(source.file.data), source.path, 'key').line}"

    def problem(self, finding: Finding) -> Problem:
        """Return what was found in the merged tree, with its place."""
        source = self.source(finding.path)
        return problem_in(source.file, source.path, finding if source.whole else replace(finding, on="key"))

    def own_path(self, path: Iterable[str | int], own: object) -> tuple[Path, bool]:
        """Return where a path of the merged tree stands in one file's tree, and whether all of it is there."""
        merged: object = self.tree
        found: list[str | int] = []
        for step in path:
            following = self._follow(step, merged, own)
            if following is None:
                return tuple(found), False
            own_step, merged, own = following
            found.append(own_step)
        return tuple(found), True

    def _follow(self, step: str | int, merged: object, own: object) -> tuple[str | int, object, object] | None:
        if isinstance(merged, Mapping) and isinstance(own, Mapping):
            return (step, merged.get(step), own[str(step)]) if step in own else None
        if not isinstance(merged, list) or not isinstance(own, list) or not isinstance(step, int):
            return None
        if step >= len(merged):
            return None
        key, names = self._named(merged)
        if key is None:
            return (step, merged[step], own[step]) if step < len(own) else None
        name = merged[step][key]
        own_key, own_names = self._named(own)
        found = own_names.get(name) if own_key == key else None
        if not found:
            return None
        place = found[min(names[name].index(step), len(found) - 1)]
        return place, merged[step], own[place]

    def _named(self, items: list[Any]) -> tuple[str | None, Mapping[str, tuple[int, ...]]]:
        """Return the key by which a list's items are known, and where each name stands in it."""
        known = self._names.get(id(items))
        if known is None:
            key = merge_key(items)
            names: dict[str, tuple[int, ...]] = {}
            for place, item in enumerate(items if key is not None else ()):
                names[item[key]] = (*names.get(item[key], ()), place)
            known = self._names[id(items)] = (key, names)
        return known


def problem_in(file: SourceFile, path: Path, finding: Finding) -> Problem:
    """Return what was found at `path` of one file's own tree, with its place."""
    text = _text(file.data)
    return problem_at(
        file.name, text, locate(text, path, finding.on), finding.code, finding.message, finding.suggestion
    )


@lru_cache(maxsize=32)
def _text(data: bytes) -> str:
    """Return a file's text; the same one each time, so that it is searched only once."""
    return data.decode("utf-8-sig")
