"""The schemas themselves, and that the quick look at a shape never calls right what the slow library calls wrong."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from amp_fsm.config.load import load
from amp_fsm.config.merge import merge_trees
from amp_fsm.config.resolved import resolved
from amp_fsm.config.schema import check_shape, explain_shape
from amp_fsm.config.shape import KEYWORDS, fits
from amp_fsm.config.yaml_text import dump, parse
from amp_fsm.world.config_files import DiskReader, load_project, schema_kinds, schema_text

ROOT = Path(__file__).parents[2]
KINDS = ("amp-fsm", "included", "profile", "scenario")
SCHEMAS: Mapping[str, Any] = {kind: json.loads(schema_text(kind)) for kind in KINDS}


def parts(schema: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield every schema in a schema, with where it stands."""
    yield path, schema
    for word in ("properties", "definitions"):
        for name, below in schema.get(word, {}).items():
            yield from parts(below, f"{path}/{name}")
    for word in ("additionalProperties", "items"):
        if isinstance(schema.get(word), Mapping):
            yield from parts(schema[word], f"{path}/*")


def properties(kind: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield every property of a schema, whole."""
    root = SCHEMAS[kind]
    for path, part in parts(root):
        for name, below in part.get("properties", {}).items():
            referred = root["definitions"][below["$ref"].rpartition("/")[2]] if "$ref" in below else {}
            yield f"{path}/{name}", {**referred, **below}


def test_there_is_a_schema_for_each_kind_of_file() -> None:
    assert schema_kinds() == KINDS
    assert all(sum(1 for _ in properties(kind)) > 20 for kind in KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_every_property_says_what_it_is_and_shows_an_example(kind: str) -> None:
    silent = [path for path, part in properties(kind) if not part.get("description") or not part.get("examples")]
    assert silent == []


@pytest.mark.parametrize("kind", KINDS)
def test_every_example_is_right(kind: str) -> None:
    root = SCHEMAS[kind]
    wrong = [
        (path, example)
        for path, part in properties(kind)
        for example in part.get("examples", [])
        if not fits(example, {key: value for key, value in part.items() if key != "$ref"}, root)
    ]
    assert wrong == []


@pytest.mark.parametrize("kind", KINDS)
def test_no_mapping_takes_unknown_keys_and_nothing_is_either_or(kind: str) -> None:
    open_ones = [
        path
        for path, part in parts(SCHEMAS[kind])
        if "properties" in part and part.get("additionalProperties") is not False
    ]
    assert open_ones == []
    assert [path for path, part in parts(SCHEMAS[kind]) if {"oneOf", "anyOf"} & set(part)] == []


@pytest.mark.parametrize("kind", KINDS)
def test_the_quick_look_understands_every_word(kind: str) -> None:
    assert {word for _, part in parts(SCHEMAS[kind]) for word in part} <= KEYWORDS


def test_a_word_that_the_quick_look_does_not_know_is_never_called_right() -> None:
    schema = {"type": "string", "maxLength": 1}
    assert not fits("long", schema, schema)


@pytest.mark.parametrize(
    ("schema", "right", "wrong"),
    [
        ({"type": "string"}, "7", 7),
        ({"type": "integer"}, 7, 7.0),
        ({"type": "integer"}, 0, False),
        ({"type": ["string", "null"]}, None, []),
        ({"enum": [True, "true"]}, True, 1),
        ({"const": 1}, 1, True),
        ({"pattern": "^a"}, "ab", "ba"),
        ({"minimum": 0}, 0, -1),
        ({"maximum": 9}, 9, 10),
        ({"minItems": 1}, [None], []),
        ({"items": {"type": "string"}}, ["a"], ["a", 1]),
        ({"minProperties": 1}, {"a": 1}, {}),
        ({"maxProperties": 1}, {"a": 1}, {"a": 1, "b": 2}),
        ({"required": ["a"]}, {"a": 1}, {"b": 1}),
        ({"properties": {"a": {"type": "null"}}, "additionalProperties": False}, {"a": None}, {"b": None}),
        ({"properties": {"a": {"type": "null"}}}, {"b": 1}, {"a": 1}),
        ({"additionalProperties": {"type": "null"}}, {"a": None}, {"a": 1}),
        ({"allOf": [{"minimum": 0}, {"type": "integer"}]}, 1, -1),
        ({"$ref": "#/definitions/word", "definitions": {"word": {"type": "string"}}}, "a", 1),
    ],
    ids=str,
)
def test_the_quick_look_at_every_word(schema: Mapping[str, Any], right: object, wrong: object) -> None:
    assert fits(right, schema, schema)
    assert not fits(wrong, schema, schema)


def test_an_included_file_may_have_any_key_of_a_configuration_and_needs_none() -> None:
    whole, part = SCHEMAS["amp-fsm"], SCHEMAS["included"]
    assert part["properties"] == whole["properties"]
    assert part["definitions"] == whole["definitions"]
    assert part["required"] == []
    assert SCHEMAS["profile"]["definitions"]["profile"] == whole["definitions"]["profile"]


def whole_tree() -> dict[str, Any]:
    """Return the built-in machines, one profile and the practice team, as one tree."""
    files = [file for folder in ("profiles", "machines") for file in DiskReader().builtin(folder)]
    files = [file for file in files if "profiles/" not in file[0] or file[0].endswith("/practice.yaml")]
    files.append(("practice.yaml", (ROOT / "configs" / "practice.yaml").read_bytes()))
    return merge_trees([parse(data, name).value or {} for name, data in files])


TREE = whole_tree()
JUNK: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 3, 1.0, 2.5, "", "soon", "10s", "a b", "${X}", "${", "{{", "true", "HIGH", "\u2028"),
    *(
        [],
        {},
        [None],
        [[]],
        [{}],
        ["a", "a"],
        {"x": None},
        {"name": "x"},
        [{"name": "x"}],
        [{"id": "x", "remove": True}],
    ),
    *({"all": []}, {"not": "x"}, {"all": ["a"], "any": ["b"]}, {"send": "x"}, {"extends": "x"}, 10**17, "9" * 400),
)


def spots(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the path of every value in a tree."""
    for key, below in node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ():
        yield (*path, key)
        yield from spots(below, (*path, key))


SPOTS = tuple(spots(TREE))
WORDS = tuple(sorted({step for path in SPOTS for step in path if isinstance(step, str)}))


@st.composite
def mutated(draw: st.DrawFn) -> dict[str, Any]:
    """A tree that was right, with one to three things changed."""
    tree: dict[str, Any] = copy.deepcopy(TREE)
    for _ in range(draw(st.integers(1, 3))):
        *path, last = draw(st.sampled_from(SPOTS))
        node: Any = tree
        try:
            for step in path:
                node = node[step]
            match draw(st.sampled_from(["replace", "drop", "add", "rename"])):
                case "replace":
                    node[last] = draw(st.sampled_from(JUNK))
                case "drop":
                    del node[last]
                case "add":
                    node[draw(st.sampled_from(WORDS))] = draw(st.sampled_from(JUNK))
                case "rename":
                    node[f"{last}x"] = node.pop(last)
        except (KeyError, IndexError, TypeError, AttributeError):
            continue  # an earlier change took it away
    return tree


def test_a_decimal_is_no_whole_number() -> None:
    tree = {**TREE, "agents": {"ada": {"profile": "practice", "window": 4.0}}}
    (finding,) = check_shape(tree, schema_text())
    assert (finding.path, finding.suggestion) == (("agents", "ada", "window"), "write it in quotes: '4.0'")


def test_the_tree_that_is_mutated_is_right() -> None:
    assert check_shape(TREE, schema_text()) == ()


@given(tree=mutated())
@settings(max_examples=60, deadline=None)
def test_the_quick_look_and_the_slow_one_agree(tree: dict[str, Any]) -> None:
    assert fits(tree, SCHEMAS["amp-fsm"], SCHEMAS["amp-fsm"]) == (explain_shape(tree, schema_text()) == ())


class OneFile:
    """A reader of one file, which includes nothing."""

    def __init__(self, data: bytes) -> None:
        self.data = data

    def read(self, path: str) -> bytes:
        return self.data

    def glob(self, pattern: str) -> tuple[str, ...]:
        return ()

    def builtin(self, folder: str) -> tuple[tuple[str, bytes], ...]:
        return ()

    def builtins(self) -> tuple[str, ...]:
        return ()


@given(tree=mutated())
@settings(max_examples=40, deadline=None)
def test_a_configuration_with_anything_changed_is_a_project_or_problems_with_places(tree: dict[str, Any]) -> None:
    loaded = load("c.yaml", OneFile(dump(tree).encode()), {}, schema_text(), home="/home/x", cwd="/work")
    assert (loaded.project is None) == bool(loaded.errors)
    assert all(problem.line for problem in loaded.problems)


@pytest.mark.parametrize("config", sorted((ROOT / "configs").glob("*.yaml")), ids=lambda path: path.stem)
def test_the_resolved_configuration_is_the_configuration(config: Path) -> None:
    environment = {"HOME": "/home/x"}
    loaded = load_project(str(config), environment)
    shown = OneFile(resolved(loaded).encode())
    again = load(str(config), shown, environment, schema_text(), home="/home/x", cwd=str(Path.cwd()))
    assert again.errors == ()
    assert loaded.project is not None
    assert again.project is not None
    assert {**content(again.project), "digest": ""} == {**content(loaded.project), "digest": ""}


def content(project: Any) -> dict[str, Any]:
    return {name: getattr(project, name) for name in project.__slots__}
