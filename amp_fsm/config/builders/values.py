"""Plain data to texts, paths and typed values: what every builder of this folder needs."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import msgspec

Tree = Mapping[str, Any]

T = TypeVar("T")


def named(tree: Tree, section: str, make: Callable[[str, Any], T]) -> dict[str, T]:
    """Return a section of named entries, each as `make` makes it of its name and data; it may be missing or empty."""
    return {name: make(name, data) for name, data in (tree.get(section) or {}).items()}


def listed(tree: Tree, section: str, make: Callable[[Any, int], T]) -> tuple[T, ...]:
    """Return a section that is a list, each entry as `make` makes it of its data and place."""
    return tuple(make(data, place) for place, data in enumerate(tree.get(section) or ()))


def convert(data: object, kind: type[T]) -> T:
    """Return plain data as a value of a type; digits in quotes count as a number."""
    return msgspec.convert(data, kind, strict=False)


def absolute_path(path: str, folder: str, home: str) -> str:
    """Return a path with `~` expanded, taken from `folder` if it is relative."""
    expanded = home + path[1:] if path == "~" or path.startswith("~/") else path
    return posixpath.normpath(posixpath.join(folder, expanded))


def as_texts(values: Mapping[str, object]) -> dict[str, str]:
    """Return a mapping with every value as a text."""
    return {name: as_text(value) for name, value in values.items()}


def as_text(value: object) -> str:
    """Return a value as it is written in YAML."""
    return str(value).lower() if isinstance(value, bool) else str(value)
