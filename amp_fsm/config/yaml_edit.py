"""YAML edited in place: a key of a list's item set, an item added.  All other bytes stay as they are.  Pure.

What was meant and what came of it are compared as data; an edit that would do anything else is refused.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from amp_fsm.config.yaml_text import inline, nodes, parse
from amp_fsm.errors import NotPossibleError


def set_keys(text: str, items: str, name: str, values: Mapping[str, object]) -> str:
    """Return the text in which the item of list `items` whose `id` is `name` has these values.

    Raises:
        NotPossibleError: it cannot be done without touching something else.
    """
    wanted = copy.deepcopy(_data(text))
    next(item for item in wanted[items] if item.get("id") == name).update(values)
    for key, value in values.items():
        text = _set_key(text, _item(nodes(text), items, name), key, value)
    return _checked(text, wanted)


def add_item(text: str, items: str, item: Mapping[str, object]) -> str:
    """Return the text with one more item at the end of list `items`, which is made if there is none.

    Raises:
        NotPossibleError: it cannot be done without touching something else.
    """
    wanted = copy.deepcopy(_data(text))
    wanted[items] = [*(wanted.get(items) or []), dict(item)]
    root = nodes(text)
    pair = _pair(root, items) if root is not None else None
    if pair is None:
        gap = "" if not text or text.endswith("\n") else "\n"
        return _checked(f"{text}{gap}{items}:\n  - {inline(dict(item))}\n", wanted)
    key, value = pair
    if not getattr(value, "value", None):
        end = value.end_mark.index if value.end_mark.index > value.start_mark.index else key.end_mark.index + 1
        return _checked(f"{text[: key.end_mark.index]}:\n  - {inline(dict(item))}{text[end:]}", wanted)
    end = _end(text, value.value[-1])
    if value.flow_style:
        return _checked(f"{text[:end]}, {inline(dict(item))}{text[end:]}", wanted)
    at = _line_end(text, end)
    said = f"\n{' ' * value.start_mark.column}- {inline(dict(item))}"
    return _checked(text[:at] + said + text[at:], wanted)


def _set_key(text: str, item: Any, key: str, value: object) -> str:
    pair = _pair(item, key)
    if pair is not None:
        name, old = pair
        start, end = old.start_mark.index, _end(text, old)
        if start <= name.end_mark.index or not old.value:  # nothing stands there
            start = end = name.end_mark.index + 1
        separator = "" if text[start - 1] in " \t" else " "
        if not getattr(old, "flow_style", True):
            start, separator = name.end_mark.index + 1, " "
        return f"{text[:start]}{separator}{inline(value)}{text[end:]}"
    first, said = item.value[0], f"{key}: {inline(value)}"
    end = _end(text, first[1])
    if item.flow_style:
        return f"{text[:end]}, {said}{text[end:]}"
    at = _line_end(text, end)
    return f"{text[:at]}\n{' ' * first[0].start_mark.column}{said}{text[at:]}"


def _item(root: Any, items: str, name: str) -> Any:
    pair = _pair(root, items)
    for item in pair[1].value if pair is not None else ():
        found = _pair(item, "id")
        if found is not None and found[1].value == name:
            return item
    raise NotPossibleError(f"{name} is not written there in a way that can be edited", hint="edit it by hand")


def _pair(mapping: Any, key: str) -> tuple[Any, Any] | None:
    return next(((one, other) for one, other in mapping.value if one.value == key), None)


def _end(text: str, node: Any) -> int:
    """Return where a node's own text ends: block collections and literals are followed by what is not theirs."""
    if isinstance(node.value, list) and node.value and not node.flow_style:
        last = node.value[-1]
        return _end(text, last[1] if isinstance(last, tuple) else last)
    start, end = int(node.start_mark.index), int(node.end_mark.index)
    return start + len(text[start:end].rstrip())


def _line_end(text: str, at: int) -> int:
    found = text.find("\n", at)
    return len(text) if found < 0 else found


def _data(text: str) -> dict[str, Any]:
    return parse(text.encode(), "").value or {}


def _checked(text: str, wanted: Mapping[str, object]) -> str:
    if _data(text) != wanted:
        message = "the file is written in a way that cannot be edited without touching something else"
        raise NotPossibleError(message, hint="edit it by hand, then: amp-fsm validate")
    return text
