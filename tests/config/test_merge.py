"""Merging: the including file wins, maps by key, named lists by name, other lists whole."""

from __future__ import annotations

from typing import Any

import pytest

from amp_fsm.config.merge import lay_over, merge_files, merge_trees
from amp_fsm.config.places import Places


@pytest.mark.parametrize(
    ("below", "above", "merged"),
    [
        pytest.param({"a": {"x": 1, "y": 2}}, {"a": {"y": 3}}, {"a": {"x": 1, "y": 3}}, id="maps-by-key"),
        pytest.param({"a": [1, 2]}, {"a": [3]}, {"a": [3]}, id="plain-lists-replace"),
        pytest.param({"a": {"b": 1}}, {"a": None}, {"a": None}, id="null-replaces"),
        pytest.param(
            {"t": [{"id": "A", "x": 1}, {"id": "B"}]},
            {"t": [{"id": "A", "y": 2}, {"id": "C"}]},
            {"t": [{"id": "A", "x": 1, "y": 2}, {"id": "B"}, {"id": "C"}]},
            id="named-lists-by-name-and-new-ones-at-the-end",
        ),
        pytest.param(
            {"t": [{"name": "a"}, {"name": "b"}]},
            {"t": [{"name": "c", "before": "b"}]},
            {"t": [{"name": "a"}, {"name": "c"}, {"name": "b"}]},
            id="before",
        ),
        pytest.param(
            {"t": [{"name": "a"}, {"name": "b"}]},
            {"t": [{"name": "a", "remove": True}]},
            {"t": [{"name": "b"}]},
            id="remove",
        ),
        pytest.param(
            {},
            {"t": [{"id": "A"}, {"id": "A"}]},
            {"t": [{"id": "A"}, {"id": "A"}]},
            id="a-repeated-id-is-kept-for-lint",
        ),
        pytest.param(
            {"machines": {"m": {"initial": "A", "states": {"A": {}, "B": {}}}}},
            {"machines": {"m": {"initial": "C", "states": {"C": {}}}}},
            {"machines": {"m": {"initial": "C", "states": {"C": {}}}}},
            id="a-machine-replaces-whole",
        ),
        pytest.param(
            {"machines": {"m": {"initial": "A", "states": {"A": {"final": True}}}}},
            {"machines": {"m": {"extends": "builtin:m", "states": {"B": {}}}}},
            {"machines": {"m": {"initial": "A", "states": {"A": {"final": True}, "B": {}}}}},
            id="a-machine-that-extends-is-merged",
        ),
        pytest.param(
            {"machines": {"m": {"initial": "A", "states": {"A": {"final": True}}}}},
            {"machines": {"n": {"extends": "m", "states": {"B": {}}}, "m": {"extends": "builtin:m", "renamed": {}}}},
            {
                "machines": {
                    "m": {"initial": "A", "states": {"A": {"final": True}}, "renamed": {}},
                    "n": {"initial": "A", "states": {"A": {"final": True}, "B": {}}, "renamed": {}},
                }
            },
            id="a-machine-extends-one-of-its-own-file-as-that-file-has-it",
        ),
        pytest.param(
            {"machines": {}},
            {"machines": {"m": {"extends": "n"}, "n": {"extends": "m"}}},
            {"machines": {"m": {"extends": "n"}, "n": {"extends": "m"}}},
            id="machines-that-extend-each-other-are-left-for-the-builder-to-report",
        ),
        pytest.param(
            {"t": [{"name": "a"}, {"name": "b"}, {"name": "c"}]},
            {"t": [{"name": "c", "before": "a", "x": 1}]},
            {"t": [{"name": "c", "x": 1}, {"name": "a"}, {"name": "b"}]},
            id="before-moves-what-is-there",
        ),
        pytest.param(
            {"t": [{"name": "z"}]},
            {"t": [{"name": "a", "before": "z"}, {"name": "b", "before": "z"}]},
            {"t": [{"name": "a"}, {"name": "b"}, {"name": "z"}]},
            id="several-before-one-keep-their-order",
        ),
        pytest.param(
            {"t": [{"name": "a"}]},
            {"t": [{"name": "b", "before": "c"}, {"name": "c"}]},
            {"t": [{"name": "a"}, {"name": "b"}, {"name": "c"}]},
            id="before-one-that-comes-later-in-the-same-list",
        ),
        pytest.param({"t": [{"name": "a"}]}, {"t": []}, {"t": []}, id="an-empty-list-empties"),
        pytest.param(
            {"t": [{"name": "a"}]},
            {"t": [{"name": "a", "remove": "yes", "before": 7}]},
            {"t": [{"name": "a", "remove": "yes", "before": 7}]},
            id="ill-typed-edits-are-left-for-the-schema-to-report",
        ),
        pytest.param({"a": {"x": 1}}, {"a": [1]}, {"a": [1]}, id="another-type-replaces"),
    ],
)
def test_merge(below: dict[str, Any], above: dict[str, Any], merged: dict[str, Any]) -> None:
    assert merge_trees([below, above]) == merged


def test_an_edit_that_finds_nothing_is_told_with_its_tree_and_place() -> None:
    below = {"t": [{"name": "a"}]}
    above = {"t": [{"name": "x", "remove": True}, {"name": "b", "before": "y"}]}
    merged = merge_files([below, above])
    assert merged.tree == {"t": [{"name": "a"}, {"name": "b"}]}
    assert [(number, finding.code, finding.path) for number, finding in merged.misplaced] == [
        (1, "E211", ("t", 0, "remove")),
        (1, "E211", ("t", 1, "before")),
    ]


def test_a_profile_keeps_the_edits_that_wait_for_its_parent() -> None:
    child = {"extends": "parent", "rules": [{"id": "x", "remove": True}, {"id": "y", "before": "z"}]}
    merged = merge_files([{"profiles": {"child": child}}])
    assert (merged.tree, merged.misplaced) == ({"profiles": {"child": child}}, ())
    parent = {"rules": [{"id": "x"}, {"id": "z"}]}
    whole, misplaced = lay_over(parent, {"rules": merged.tree["profiles"]["child"]["rules"]}, ())
    assert (whole, misplaced) == ({"rules": [{"id": "y"}, {"id": "z"}]}, ())


def test_merging_changes_no_input() -> None:
    below: dict[str, Any] = {"t": [{"id": "A", "x": {"y": 1}}]}
    merge_trees([below, {"t": [{"id": "A", "x": {"y": 2}}]}])
    assert below == {"t": [{"id": "A", "x": {"y": 1}}]}


def test_a_merged_path_leads_back_to_the_file_it_came_from() -> None:
    places = Places(files=(), tree={"t": [{"id": "A"}, {"id": "B", "x": 1}, {"id": "B"}], "u": [7, 8]})
    own = {"t": [{"id": "B", "x": 1}, {"id": "C"}, {"id": "B"}], "u": [7]}
    assert places.own_path(("t", 1, "x"), own) == (("t", 0, "x"), True)
    assert places.own_path(("t", 2, "id"), own) == (("t", 2, "id"), True)
    assert places.own_path(("t", 0, "id"), own) == (("t",), False)
    assert places.own_path(("t", 1, "y"), own) == (("t", 0), False)
    assert places.own_path(("u", 0), own) == (("u", 0), True)
    assert places.own_path(("u", 1), own) == (("u",), False)
    assert places.own_path(("u", 9), own) == (("u",), False)
