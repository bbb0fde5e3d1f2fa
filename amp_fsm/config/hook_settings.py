"""An agent program's settings that make it call our hook: its settings file as it is, with what is missing put in."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

from amp_fsm.model.channel import HookSpec

BEGIN, END = "# >>> amp-fsm hooks", "# <<< amp-fsm hooks"
OURS = re.compile(r"amp_fsm[/\\]world[/\\]hook\.py")


class SettingsUnfitError(Exception):
    """The settings file cannot be added to without losing something of it; the message says why."""


def hook_events(spec: HookSpec) -> tuple[str, ...]:
    """Return the names of the events that a program is to call us for."""
    names = (name for rule in spec.events for name in rule.event.split("|"))
    return tuple(dict.fromkeys(name for name in names if re.fullmatch(r"[\w.-]+", name)))


def with_hooks(spec: HookSpec, command: str, before: str) -> str:
    """Return the settings file `before` with our hook in it, everything else kept; an older one of ours is replaced.

    Raises:
        SettingsUnfitError: it is not in its format, or has something else where our settings belong.
    """
    entries = [_entry(spec, event, command) for event in hook_events(spec)]
    return _in_json(entries, before) if spec.format == "json" else _in_toml(entries, before)


def _entry(spec: HookSpec, event: str, command: str) -> str:
    return spec.entry.replace("{event}", event).replace("{command}", json.dumps(command))


def _in_json(entries: list[str], before: str) -> str:
    whole = _parsed_json(before) if before.strip() else {}
    if not isinstance(whole, dict):
        raise SettingsUnfitError("it holds no object")
    kept = _without_ours(whole)
    for entry in entries:
        kept = _merged(kept, _parsed_json(entry), "")
    if kept == whole:
        return before
    indent = re.search(r"^([ \t]+)\S", before, re.MULTILINE)
    return json.dumps(kept, indent=indent.group(1) if indent else 2, ensure_ascii=False) + "\n"


def _parsed_json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise SettingsUnfitError(f"it is no plain JSON ({error})") from error


def _without_ours(value: Any) -> Any:
    """Return settings without the hooks of ours, and without the lists that held nothing else."""
    if isinstance(value, list):
        return [_without_ours(item) for item in value if not _is_ours(item)]
    if isinstance(value, dict):
        rest = ((key, item, _without_ours(item)) for key, item in value.items())
        return {key: after for key, item, after in rest if after or after == item}
    return value


def _is_ours(item: object) -> bool:
    """Return whether an item of a list is our hook, or holds nothing but our hook."""
    if not isinstance(item, dict):
        return False
    if any(isinstance(value, str) and OURS.search(value) for value in item.values()):
        return True
    lists = [value for value in item.values() if isinstance(value, list) and value]
    return bool(lists) and all(_is_ours(below) for value in lists for below in value)


def _merged(below: Any, above: Any, path: str) -> Any:
    if isinstance(below, dict) and isinstance(above, dict):
        both = {key: _merged(below[key], item, f"{path}.{key}") for key, item in above.items() if key in below}
        return {**below, **above, **both}
    if isinstance(below, list) and isinstance(above, list):
        return [*below, *(item for item in above if item not in below)]
    if below != above:
        raise SettingsUnfitError(f"`{path.lstrip('.')}` is {json.dumps(below)} there")
    return below


def _in_toml(entries: list[str], before: str) -> str:
    """Put the entries between two comments at the end: a table that is added there changes none above it."""
    kept = re.sub(rf"\n*{BEGIN}\n.*?{END}\n", "\n", before, flags=re.DOTALL)
    block = "\n".join((BEGIN, *(entry.strip() for entry in entries), END, ""))
    after = f"{kept.rstrip()}\n\n{block}" if kept.strip() else block
    wanted: Any = _parsed_toml(kept)
    for entry in entries:
        wanted = _merged(wanted, _parsed_toml(entry), "")
    if kept == before and wanted == _parsed_toml(before):
        return before
    if _parsed_toml(after) != wanted:
        raise SettingsUnfitError("what it says of hooks cannot be added to")
    return after


def _parsed_toml(text: str) -> Mapping[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsUnfitError(f"it is no TOML ({error})") from error


def unfit_entries(spec: HookSpec) -> Iterator[str]:
    """Yield what is wrong with a profile's settings for one event."""
    try:
        with_hooks(spec, "command", "")
    except SettingsUnfitError as error:
        yield str(error)
    for name in ("{event}", "{command}"):
        if name not in spec.entry:
            yield f"it has no {name}"
