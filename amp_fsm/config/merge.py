"""Merging: included files first, the including one wins.  Maps by key, named lists by name, other lists replace."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from amp_fsm.config.problems import Finding, did_you_mean

MERGE_KEYS = ("name", "id")
BUILTIN = "builtin:"
Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """All trees as one, and what could not be put in place: the number of its tree, and its path in that tree."""

    tree: dict[str, Any]
    misplaced: tuple[tuple[int, Finding], ...] = ()


def merge_files(trees: Sequence[Mapping[str, Any]]) -> Merged:
    """Return all trees as one; later ones win.  A machine without `extends` replaces one of the same name whole."""
    merged: dict[str, Any] = {}
    misplaced: list[tuple[int, Finding]] = []
    for number, tree in enumerate(trees):
        layer = _Layer()
        merged = layer.top(merged, tree)
        misplaced += [(number, finding) for finding in layer.misplaced]
    merged.pop("include", None)
    return Merged(tree=merged, misplaced=tuple(misplaced))


def merge_trees(trees: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return all trees as one, in the same way, and nothing else."""
    return merge_files(trees).tree


def lay_over(below: object, above: object, path: Path) -> tuple[Any, tuple[Finding, ...]]:
    """Return one value laid over another, and what could not be put in place, with paths that begin with `path`."""
    layer = _Layer()
    return layer.value(below, above, path), tuple(layer.misplaced)


def merge_key(value: object) -> str | None:
    """Return the key by which a list's items are known, if it is a list of named mappings."""
    if not isinstance(value, list) or not value:
        return None
    for key in MERGE_KEYS:
        if all(isinstance(item, Mapping) and isinstance(item.get(key), str) for item in value):
            return key
    return None


@dataclass(slots=True)
class _Layer:
    """One tree that is laid over those before it; paths are its own."""

    misplaced: list[Finding] = field(default_factory=list)
    waiting: bool = False  # `before` and `remove` that find nothing are kept: a profile that is extended comes later

    def top(self, below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
        merged = dict(below)
        for key, value in above.items():
            if key == "machines" and isinstance(value, Mapping):
                under = below.get(key)
                merged[key] = self._machines(under if isinstance(under, Mapping) else {}, value)
            else:
                self.waiting = key == "profiles"
                merged[key] = self.value(below.get(key), value, (key,))
        return merged

    def _machines(self, below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
        return {**below, **{name: self._machine(name, below, above, ()) for name in above}}

    def _machine(self, name: str, below: Mapping[str, Any], above: Mapping[str, Any], chain: tuple[str, ...]) -> Any:
        """Return one machine of a file: over an included one, over another of the same file, or alone."""
        machine = above[name]
        extended = machine.get("extends") if isinstance(machine, Mapping) else None
        if not isinstance(extended, str):
            return self.value(None, machine, ("machines", name))
        if extended in above and extended not in (*chain, name):
            source = self._machine(extended, below, above, (*chain, name))
        else:
            source = below.get(extended.removeprefix(BUILTIN))
        if not isinstance(source, Mapping) or "extends" in source:
            return machine
        own = {key: value for key, value in machine.items() if key != "extends"}
        return self.value(source, own, ("machines", name))

    def value(self, below: object, above: object, path: Path) -> Any:
        if isinstance(above, Mapping):
            merged = dict(below) if isinstance(below, Mapping) else {}
            for key, value in above.items():
                merged[key] = self.value(merged.get(key), value, (*path, key))
            return merged
        key = merge_key(above)
        if isinstance(above, list) and key is not None:
            return self._named(below if merge_key(below) == key else [], above, key, path)
        return above

    def _named(self, below: Any, above: list[Any], key: str, path: Path) -> list[Any]:
        """Return two lists of named items as one; one repeated within `above` is kept twice, for lint to report."""
        merged: list[Any] = list(below)
        places = {item[key]: place for place, item in enumerate(below)}
        moves: list[tuple[dict[str, Any], str, Path]] = []
        gone: list[dict[str, Any]] = []
        for number, item in enumerate(above):
            place = places.pop(item[key], None)
            own, before, remove = _edits(item)
            if place is None:
                merged.append(self.value(None, own, (*path, number)))
            else:
                merged[place] = self.value(merged[place], own, (*path, number))
            entry = merged[-1 if place is None else place]
            if remove and (place is not None or not self.waiting):
                gone.append(entry)
            elif remove:
                entry["remove"] = True
            if remove and place is None:
                self._misplace((*path, number, "remove"), f"there is no `{item[key]}` to remove", below, key)
            elif before is not None and not remove:
                moves.append((entry, before, (*path, number, "before")))
        merged = [item for item in merged if not any(item is other for other in gone)]
        for entry, before, place_of_word in moves:
            self._move(merged, entry, before, key, place_of_word)
        return merged

    def _move(self, merged: list[Any], entry: dict[str, Any], before: str, key: str, path: Path) -> None:
        others = [item for item in merged if item is not entry]
        place = next((place for place, item in enumerate(others) if item[key] == before), None)
        if place is None:
            entry |= {"before": before} if self.waiting else {}
            self._misplace(path, f"there is no `{before}` to stand before", others, key)
        else:
            merged[:] = [*others[:place], entry, *others[place:]]

    def _misplace(self, path: Path, message: str, known: Sequence[Any], key: str) -> None:
        if self.waiting:
            return
        name = message.split("`")[1]
        names = [item[key] for item in known]
        self.misplaced.append(Finding(code="E211", path=path, message=message, suggestion=did_you_mean(name, names)))


def _edits(item: Mapping[str, Any]) -> tuple[dict[str, Any], str | None, bool]:
    """Return an item without the words that edit lists, and these words; ill-typed ones are left to the schema."""
    own = dict(item)
    before = own.pop("before") if isinstance(own.get("before"), str) else None
    remove = own.pop("remove") if isinstance(own.get("remove"), bool) else False
    return own, before, remove
