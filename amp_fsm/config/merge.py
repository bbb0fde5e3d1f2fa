"""Merging: included files first, the including one wins.  Maps by key, named lists by name, other lists replace."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

MERGE_KEYS = ("name", "id")


def merge_trees(trees: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return all trees as one; later ones win.  A machine without `extends` replaces one of the same name whole."""
    merged: dict[str, Any] = {}
    for tree in trees:
        merged = _merge_top(merged, tree)
    merged.pop("include", None)
    return merged


def _merge_top(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(below)
    for key, value in above.items():
        if key == "machines" and isinstance(value, Mapping):
            merged[key] = _merge_machines(below.get(key) or {}, value)
        else:
            merged[key] = merge_value(below.get(key), value)
    return merged


def _merge_machines(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(below)
    for name, machine in above.items():
        extended = machine.get("extends") if isinstance(machine, Mapping) else None
        source = below.get(str(extended).removeprefix("builtin:")) if extended else None
        if isinstance(source, Mapping):
            own = {key: value for key, value in machine.items() if key != "extends"}
            merged[name] = merge_value(source, own)
        else:
            merged[name] = machine
    return merged


def merge_value(below: object, above: object) -> Any:
    """Return one value laid over another."""
    if isinstance(below, Mapping) and isinstance(above, Mapping):
        merged = dict(below)
        for key, value in above.items():
            merged[key] = merge_value(merged.get(key), value)
        return merged
    key = merge_key(above) or (merge_key(below) if above == [] else None)
    if isinstance(above, list) and key is not None:
        return _merge_named(below if isinstance(below, list) else [], above, key)
    return above


def merge_key(value: object) -> str | None:
    """Return the key by which a list's items are known, if it is a list of named mappings."""
    if not isinstance(value, list) or not value:
        return None
    for key in MERGE_KEYS:
        if all(isinstance(item, Mapping) and key in item for item in value):
            return key
    return None


def _merge_named(below: list[Any], above: list[Any], key: str) -> list[Any]:
    """Return two lists of named items as one; an item repeated within `above` is kept twice, for lint to report."""
    merged: list[Any] = [item for item in below if isinstance(item, Mapping) and key in item]
    places = {item[key]: place for place, item in enumerate(merged)}
    untouched = set(places)
    for item in above:
        name = item[key]
        own = {word: value for word, value in item.items() if word not in ("before", "remove")}
        if name in untouched:
            untouched.discard(name)
            merged[places[name]] = None if item.get("remove") is True else merge_value(merged[places[name]], own)
        elif item.get("before") in places:
            merged.insert(places[item["before"]], own)
            places = {item[key]: place for place, item in enumerate(merged) if item is not None}
        elif item.get("remove") is not True:
            places.setdefault(name, len(merged))
            merged.append(own)
    return [item for item in merged if item is not None]


def origin_path(path: Sequence[str | int], merged: object, own: object) -> tuple[tuple[str | int, ...], bool]:
    """Return where a path of the merged tree stands in one file's tree, and whether all of it is there."""
    found: list[str | int] = []
    for step in path:
        following = _follow(step, merged, own)
        if following is None:
            return tuple(found), False
        own_step, merged, own = following
        found.append(own_step)
    return tuple(found), True


def _follow(step: str | int, merged: object, own: object) -> tuple[str | int, object, object] | None:
    if isinstance(merged, Mapping) and isinstance(own, Mapping):
        return (step, merged.get(step), own[str(step)]) if step in own else None
    if not isinstance(merged, list) or not isinstance(own, list) or not isinstance(step, int) or step >= len(merged):
        return None
    key = merge_key(merged)
    if key is None:
        return (step, merged[step], own[step]) if step < len(own) else None
    wanted = merged[step][key]
    earlier = sum(1 for item in merged[:step] if item[key] == wanted)
    places = [place for place, item in enumerate(own) if isinstance(item, Mapping) and item.get(key) == wanted]
    if not places:
        return None
    place = places[min(earlier, len(places) - 1)]
    return place, merged[step], own[place]
