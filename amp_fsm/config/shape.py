"""A quick look at whether data has the shape a schema asks for: sure of its yes, never of its no.

Most configurations are right; only the others are worth the slow library that can say what is wrong (`schema.py`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

Schema = Mapping[str, Any]
KEYWORDS = frozenset(
    {
        *(
            "type",
            "properties",
            "required",
            "additionalProperties",
            "items",
            "enum",
            "const",
            "allOf",
            "$ref",
            "pattern",
        ),
        *("minItems", "minProperties", "maxProperties", "minimum", "maximum", "definitions"),
        *("$schema", "$id", "title", "description", "examples", "default"),
        *("x-expand", "x-duration", "x-pattern", "x-bare"),
    }
)
"""The words of the schema language that are understood here; data under any other word is not called right."""

_TYPES: Mapping[str, Callable[[object], bool]] = {
    "object": lambda node: isinstance(node, dict),
    "array": lambda node: isinstance(node, list),
    "string": lambda node: isinstance(node, str),
    "integer": lambda node: type(node) is int,
    "number": lambda node: type(node) in (int, float),
    "boolean": lambda node: isinstance(node, bool),
    "null": lambda node: node is None,
}


def fits(node: object, schema: Schema, root: Schema) -> bool:
    """Return True only if `node` is as `schema`, a part of `root`, asks."""
    reference = schema.get("$ref")
    if reference is not None:
        schema = root["definitions"][reference.rpartition("/")[2]]
    if not KEYWORDS.issuperset(schema):
        return False
    wanted = schema.get("type")
    if wanted is not None:
        kinds = (wanted,) if isinstance(wanted, str) else wanted
        if not any(_TYPES[kind](node) for kind in kinds):
            return False
    allowed = [schema["const"]] if "const" in schema else schema.get("enum")
    if allowed is not None and not any(type(value) is type(node) and value == node for value in allowed):
        return False
    if not all(fits(node, part, root) for part in schema.get("allOf", ())):
        return False
    if isinstance(node, dict):
        return _mapping_fits(node, schema, root)
    if isinstance(node, list):
        items = schema.get("items")
        return len(node) >= schema.get("minItems", 0) and (
            items is None or all(fits(item, items, root) for item in node)
        )
    if isinstance(node, str):
        return "pattern" not in schema or re.search(schema["pattern"], node) is not None
    return _in_bounds(node, schema)


def _in_bounds(node: object, schema: Schema) -> bool:
    least, most = schema.get("minimum"), schema.get("maximum")
    if least is None and most is None:
        return True
    return isinstance(node, int | float) and (least is None or node >= least) and (most is None or node <= most)


def _mapping_fits(node: Mapping[str, Any], schema: Schema, root: Schema) -> bool:
    if not schema.get("minProperties", 0) <= len(node) <= schema.get("maxProperties", len(node)):
        return False
    if any(key not in node for key in schema.get("required", ())):
        return False
    own, others = schema.get("properties", {}), schema.get("additionalProperties", True)
    for key, child in node.items():
        below = own.get(key, others)
        if below is False or (below is not True and not fits(child, below, root)):
            return False
    return True
