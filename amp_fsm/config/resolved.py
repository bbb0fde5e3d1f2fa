"""A merged configuration as YAML, each entry with the file and line that had the last word on it."""

from __future__ import annotations

from collections.abc import Mapping

from amp_fsm.config.loaded import Loaded
from amp_fsm.config.places import Places
from amp_fsm.config.yaml_text import dump


def resolved(loaded: Loaded) -> str:
    """Return the merged configuration as YAML, with the origin of each entry."""
    places = Places(files=loaded.files, tree=loaded.tree)
    return "".join(_resolved(key, value, places) for key, value in loaded.tree.items())


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
