"""Merging: the including file wins, maps by key, named lists by name, other lists whole."""

from __future__ import annotations

from typing import Any

import pytest

from amp_fsm.config.merge import merge_trees, origin_path


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
    ],
)
def test_merge(below: dict[str, Any], above: dict[str, Any], merged: dict[str, Any]) -> None:
    assert merge_trees([below, above]) == merged


def test_merging_changes_no_input() -> None:
    below: dict[str, Any] = {"t": [{"id": "A", "x": {"y": 1}}]}
    merge_trees([below, {"t": [{"id": "A", "x": {"y": 2}}]}])
    assert below == {"t": [{"id": "A", "x": {"y": 1}}]}


def test_a_merged_path_leads_back_to_the_file_it_came_from() -> None:
    merged = {"t": [{"id": "A"}, {"id": "B", "x": 1}]}
    own = {"t": [{"id": "B", "x": 1}]}
    assert origin_path(("t", 1, "x"), merged, own) == (("t", 0, "x"), True)
    assert origin_path(("t", 0, "id"), merged, own) == (("t",), False)
