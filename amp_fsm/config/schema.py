"""The JSON Schema's word on a merged configuration, in sentences an operator can use.  Only importer of `jsonschema`.

The schema also marks where `${VAR}` is expanded (`x-expand`) and where durations stand (`x-duration`): `normalise`
follows the marks, so that the schema stays the only place that knows.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from amp_fsm.config.durations import parse_duration
from amp_fsm.config.problems import Finding, did_you_mean
from amp_fsm.config.shape import fits

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}")
_KINDS = {
    "object": "a mapping of keys",
    "array": "a list",
    "string": "a text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "null": "null",
}


@lru_cache(maxsize=4)
def _schema(schema_text: str) -> Any:
    return json.loads(schema_text)


def check_shape(tree: Mapping[str, Any], schema_text: str) -> tuple[Finding, ...]:
    """Return what is wrong with the shape of a merged configuration: unknown keys, wrong types, missing keys."""
    schema = _schema(schema_text)
    return () if fits(tree, schema, schema) else explain_shape(tree, schema_text)


def explain_shape(tree: Mapping[str, Any], schema_text: str) -> tuple[Finding, ...]:
    """Return the same as `check_shape`, slowly."""
    from jsonschema import Draft7Validator
    from jsonschema.validators import extend

    # `4.0` is not a whole number here: it would become a text with a point in it where texts are taken too.
    checker = Draft7Validator.TYPE_CHECKER.redefine("integer", lambda _, value: type(value) is int)
    strict = extend(Draft7Validator, type_checker=checker)  # type: ignore[no-untyped-call]  # untyped in the stubs
    validator = strict(_schema(schema_text))
    return tuple(finding for error in validator.iter_errors(tree) for finding in _findings(error))


def _findings(error: ValidationError) -> Iterator[Finding]:
    path = tuple(error.absolute_path)
    schema: Any = error.schema
    if error.validator == "additionalProperties" and isinstance(error.instance, Mapping):
        known = set(schema.get("properties", {}))
        for key in (key for key in error.instance if key not in known):
            where = f" in `{path[-1]}`" if path and isinstance(path[-1], str) else ""
            message = f"unknown key `{key}`{where}"
            yield Finding(
                code="E201", path=(*path, key), message=message, suggestion=did_you_mean(key, known), on="key"
            )
        return
    if error.validator == "required":
        key = error.message.split("'")[1]
        yield Finding(code="E202", path=path, message=f"`{key}` is missing here", on="key")
        return
    yield Finding(code="E203", path=path, message=_message(error), suggestion=_suggestion(error))


def _message(error: ValidationError) -> str:
    shown = json.dumps(error.instance, ensure_ascii=False, default=str)
    shown = shown if len(shown) <= 60 else shown[:57] + "..."
    name = f"`{error.absolute_path[-1]}`" if error.absolute_path else "the configuration"
    rule: Any = error.validator_value
    match error.validator:
        case "type":
            wanted = rule if isinstance(rule, list) else [rule]
            return f"{name} must be {' or '.join(_KINDS[kind] for kind in wanted)}, not {shown}"
        case "enum":
            return f"{name} cannot be {shown}"
        case "minItems" | "minProperties":
            return f"{name} must not be empty"
        case "maxProperties":
            return f"{name} takes only one of all, any, not"
        case "minimum":
            return f"{name} cannot be {shown}: it is at least {rule}"
        case "maximum":
            return f"{name} cannot be {shown}: it is at most {rule}"
        case "pattern":
            return f"{name} cannot be {shown}: it must look like {rule}"
        case _:
            return f"{name}: {error.message}"


def _suggestion(error: ValidationError) -> str:
    rule: Any = error.validator_value
    if error.validator == "enum":
        return did_you_mean(str(error.instance), (str(value) for value in rule))
    if error.validator == "type" and "string" in rule and isinstance(error.instance, int | float):
        return f"write it in quotes: '{json.dumps(error.instance)}'"
    examples = error.schema.get("examples") if isinstance(error.schema, Mapping) else None
    return f"for example: {json.dumps(examples[0], ensure_ascii=False)}" if examples else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Normalised:
    """A tree with its variables expanded and its durations in seconds."""

    tree: dict[str, Any]
    findings: tuple[Finding, ...] = ()
    variables: Mapping[str, str | None] = field(default_factory=dict)


def normalise(tree: Mapping[str, Any], schema_text: str, environment: Mapping[str, str], home: str = "") -> Normalised:
    """Return the tree as the schema's marks ask; `variables` says which were read, and as what.

    Where variables are expanded, `~` and a leading `~/` become `home`, if it is given.
    """
    schema = _schema(schema_text)
    walk = _Walk(schema=schema, environment=environment, home=home)
    value = walk.value(tree, schema, ())
    return Normalised(tree=value, findings=tuple(walk.findings), variables=walk.read)


@dataclass(slots=True, kw_only=True)
class _Walk:
    schema: Any
    environment: Mapping[str, str]
    home: str
    findings: list[Finding] = field(default_factory=list)
    read: dict[str, str | None] = field(default_factory=dict)

    def value(self, node: Any, schema: Mapping[str, Any], path: tuple[str | int, ...]) -> Any:
        """Return one node as its schema asks."""
        reference = schema.get("$ref")
        if reference is not None:
            schema = self.schema["definitions"][reference.rpartition("/")[2]]
        for part in schema.get("allOf", ()):
            node = self.value(node, part, path)
        if isinstance(node, Mapping):
            own, others = schema.get("properties", {}), schema.get("additionalProperties")
            return {
                key: self.value(child, found, (*path, key))
                if (found := own.get(key, others if isinstance(others, Mapping) else None))
                else child
                for key, child in node.items()
            }
        if isinstance(node, list):
            items = schema.get("items")
            return [self.value(child, items, (*path, place)) for place, child in enumerate(node)] if items else node
        if schema.get("x-expand") and isinstance(node, str):
            return self._expand(node, path) if "$" in node or node.startswith("~") else node
        return self._seconds(node, path) if schema.get("x-duration") else node

    def _expand(self, text: str, path: tuple[str | int, ...]) -> str:
        def replacement(match: re.Match[str]) -> str:
            name, default = match.group(1), match.group(2)
            found = self.environment.get(name)
            self.read[name] = found
            if found is None and default is None:
                message = f"the environment variable {name} is not set"
                self._say(path, message, f"set it, or write ${{{name}:-DEFAULT}}")
            return found if found is not None else default or ""

        if self.home and (text == "~" or text.startswith("~/")):
            return self.home + _VARIABLE.sub(replacement, text[1:])
        if "${" in _VARIABLE.sub("", text):
            message = "`${` begins a variable, but this is none"
            self._say(path, message, "write ${NAME} or ${NAME:-DEFAULT}")
        return _VARIABLE.sub(replacement, text)

    def _say(self, path: tuple[str | int, ...], message: str, suggestion: str) -> None:
        self.findings.append(Finding(code="E204", path=path, message=message, suggestion=suggestion))

    def _seconds(self, node: object, path: tuple[str | int, ...]) -> object:
        seconds = parse_duration(node)
        if seconds is None:
            message = f"{node!r} is no duration"
            self.findings.append(
                Finding(code="E205", path=path, message=message, suggestion="for example: 90s, 10m, 1h30m")
            )
            return 0.0
        return seconds
