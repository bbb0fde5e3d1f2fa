"""YAML edited in place: exactly what was asked for changes, and every other byte stays."""

from __future__ import annotations

import difflib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amp_fsm.config.yaml_edit import add_item, set_keys
from amp_fsm.config.yaml_text import parse
from amp_fsm.errors import NotPossibleError

TEXT = """\
# the queue
tasks:   # in order
  - id: A   # first
    title: |
      hello
      there

    # about needs
    needs:
      - X  # why
      - Y
    # after
  - {id: B,   title: "q, r"}   # flow
other:   'kept  as is'
"""


def changed_lines(before: str, after: str) -> list[str]:
    lines = difflib.ndiff(before.splitlines(), after.splitlines())
    return [line for line in lines if line[0] in "+-"]


@pytest.mark.parametrize(
    ("name", "values", "lines"),
    [
        pytest.param(
            "B",
            {"title": "new: one"},
            ['-   - {id: B,   title: "q, r"}   # flow', "+   - {id: B,   title: 'new: one'}   # flow"],
        ),
        pytest.param(
            "B",
            {"priority": "HIGH"},
            ['-   - {id: B,   title: "q, r"}   # flow', '+   - {id: B, priority: HIGH,   title: "q, r"}   # flow'],
        ),
        pytest.param("A", {"minutes": 15}, ["+     minutes: 15"]),
        pytest.param("A", {"needs": ["Z"]}, ["-     needs:", "+     needs: [Z]", "-       - X  # why", "-       - Y"]),
        pytest.param(
            "A", {"title": "short"}, ["-     title: |", "+     title: short", "-       hello", "-       there"]
        ),
    ],
)
def test_a_key_is_set_and_nothing_else_is_touched(name: str, values: dict[str, object], lines: list[str]) -> None:
    assert sorted(changed_lines(TEXT, set_keys(TEXT, "tasks", name, values))) == sorted(lines)


@pytest.mark.parametrize(
    ("text", "added"),
    [
        pytest.param(TEXT, "  - {id: C, title: 'a: b'}", id="after-the-last-item-in-blocks"),
        pytest.param("tasks: [{id: A}] # x\n", "tasks: [{id: A}, {id: C, title: 'a: b'}] # x", id="in-brackets"),
        pytest.param("a: 1", "  - {id: C, title: 'a: b'}", id="no-list-yet"),
        pytest.param("tasks:\nb: 1\n", "  - {id: C, title: 'a: b'}", id="nothing-under-the-key"),
        pytest.param("tasks: []\nb: 1\n", "  - {id: C, title: 'a: b'}", id="an-empty-list"),
    ],
)
def test_an_item_is_added_at_the_end(text: str, added: str) -> None:
    after = add_item(text, "tasks", {"id": "C", "title": "a: b"})
    assert added in after.splitlines()
    assert sum(line.startswith("-") for line in changed_lines(text, after)) <= 1


def test_what_stands_under_an_anchor_is_not_changed_elsewhere() -> None:
    text = "tasks:\n  - {id: A, title: &t one}\n  - {id: B, title: *t}\n"
    with pytest.raises(NotPossibleError, match="without touching something else"):
        set_keys(text, "tasks", "B", {"title": "two"})


texts = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Co", "Cn", "Zl", "Zp")), max_size=30)
values = st.one_of(texts, st.integers(0, 999), st.lists(texts, max_size=3))


@given(name=st.sampled_from(["A", "B"]), key=st.sampled_from(["title", "needs", "brand"]), value=values)
def test_whatever_is_set_is_read_back(name: str, key: str, value: object) -> None:
    data = parse(set_keys(TEXT, "tasks", name, {key: value}).encode(), "f").value
    assert data is not None
    assert next(item for item in data["tasks"] if item["id"] == name)[key] == value
    assert data["other"] == "kept  as is"
