"""Logs as people keep them: tables and lists that grow at their end and are rotated at their beginning."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amp_fsm.model.document import DocumentSpec, Rows
from amp_fsm.observe.markdown_edit import DocumentProblem, Edit
from amp_fsm.observe.markdown_log import append_item, has_item, log_entries, without_entries
from amp_fsm.observe.markdown_make import with_table
from amp_fsm.observe.markdown_rotate import archived, part_of, with_part

LIST = (
    "# Autre\n- pas ici\n\n## Fini\nIntro.\n\n- T-1 fini,\n  avec réserves\n* T-2 fini\n\nAprès.\n\n### Suite\n- non\n"
)


def appended(text: str, said: str, heading: str = "Fini") -> str:
    made = append_item(text, heading, said)
    assert isinstance(made, Edit)
    return made.text


def test_items_are_those_under_the_heading_with_what_belongs_to_them() -> None:
    entries = log_entries(LIST, "fini", as_list=True)
    assert entries is not None
    assert [(entry.text, entry.line) for entry in entries] == [
        ("- T-1 fini,\n  avec réserves", 7),
        ("* T-2 fini", 9),
    ]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("# Fini\n- a\n\n## B\n", "# Fini\n- a\n- new\n\n## B\n", id="after-the-last-item"),
        pytest.param("# Fini\n- a\n\n  b\nc\n\nx", "# Fini\n- a\n\n  b\nc\n- new\n\nx", id="after-all-of-an-item"),
        pytest.param("# Fini\n- a", "# Fini\n- a\n- new", id="without-a-last-line-end"),
        pytest.param("# Fini\r\n- a\r\n", "# Fini\r\n- a\r\n- new\r\n", id="line-ends-stay"),
        pytest.param("# Fini\n", "# Fini\n\n- new\n", id="the-first-one"),
        pytest.param("# Fini\n_rien_\n", "# Fini\n\n- new\n\n_rien_\n", id="the-first-one-above-a-text"),
        pytest.param("# Fini\n---\n", "# Fini\n\n- new\n\n---\n", id="a-rule-is-no-item"),
        pytest.param("# Fini", "# Fini\n\n- new", id="at-the-very-end"),
        pytest.param("# Fini\n```\n- a\n```\n", "# Fini\n\n- new\n\n```\n- a\n```\n", id="an-example-is-no-list"),
    ],
)
def test_an_item_is_put_at_the_end_of_the_list(before: str, after: str) -> None:
    assert appended(before, "new") == after


@pytest.mark.parametrize("said", ["two\nlines", "- with a bullet", "`open", "a | b", "\x1b[31m", "3. third"])
def test_whatever_is_said_is_one_item_and_known_again(said: str) -> None:
    text = appended(LIST, said)
    assert has_item(text, "Fini", said)
    assert not has_item(LIST, "Fini", said)
    entries = log_entries(text, "Fini", as_list=True)
    assert entries is not None
    assert len(entries) == 3


def test_a_list_without_its_heading_is_not_there() -> None:
    assert log_entries("# A\n", "Fini", as_list=True) is None
    assert isinstance(append_item("# A\n", "Fini", "x"), DocumentProblem)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("", "## Log\n\n| A | b\\|c |\n|---|---|\n", id="a-new-file"),
        pytest.param("x", "x\n\n## Log\n\n| A | b\\|c |\n|---|---|\n", id="at-the-end"),
        pytest.param("x\n\n", "x\n\n## Log\n\n| A | b\\|c |\n|---|---|\n", id="no-empty-line-too-many"),
        pytest.param("x\r\n", "x\r\n\r\n## Log\r\n\r\n| A | b\\|c |\r\n|---|---|\r\n", id="crlf"),
        pytest.param("# log\nx\n", "# log\n\n| A | b\\|c |\n|---|---|\n\nx\n", id="at-its-heading"),
        pytest.param("# log\n\nx\n", "# log\n\n| A | b\\|c |\n|---|---|\n\nx\n", id="at-its-heading-with-a-gap"),
        pytest.param("# log", "# log\n\n| A | b\\|c |\n|---|---|", id="at-a-heading-in-the-last-line"),
    ],
)
def test_a_table_is_made_at_its_heading(before: str, after: str) -> None:
    assert with_table(before, "Log", ["A", "b|c"]) == after


def test_a_list_needs_its_heading_only() -> None:
    assert with_table("x\n", "Log", []) == "x\n\n## Log\n"
    assert with_table("# Log\nx\n", "Log", []) == "# Log\nx\n"


TABLE = DocumentSpec(name="log", file="L.md", heading="Log", key="A", row={"A": "a"})
ITEMS = DocumentSpec(name="list", file="L.md", heading="Log", rows=Rows.VERIFIED, line="- x")


@pytest.mark.parametrize(
    ("spec", "text", "entries"),
    [
        pytest.param(TABLE, "# Log\n\n| A | B |\n|:--|---|\n| 1 | 2 |\n", ["| 1 | 2 |"], id="rows"),
        pytest.param(TABLE, "# Log\r\n\r\n| A |\r\n|---|\r\n| 1 |\r\n", ["| 1 |"], id="rows-with-crlf"),
        pytest.param(ITEMS, "# Log\n- a\n  b\n- c\n", ["- a\n  b", "- c"], id="items"),
    ],
)
def test_what_was_moved_is_found_again_by_the_intent_that_moved_it(
    spec: DocumentSpec, text: str, entries: list[str]
) -> None:
    kept = with_part("older\n", archived(text, spec, "abcdefgh", entries))
    kept = with_part(kept, archived(text, spec, "another2", ["| 7 | 7 |"]))
    assert part_of(kept, spec, "abcdefgh") == tuple(entries)
    assert part_of(kept, spec, "zzzzzzzz") is None
    assert "\r" not in kept


rows = st.lists(st.sampled_from(["| a |", "| b |", "| c |"]), max_size=12)


@given(rows, rows, rows)
def test_what_is_taken_out_was_moved_and_the_rest_stays_in_its_order(
    moved: list[str], edited: list[str], newer: list[str]
) -> None:
    """The log's beginning may have been edited since it was moved; what comes after it never leaves."""
    first = edited[: len(moved)]
    text = "\n".join(["# Log", "", "| A |", "|---|", *first, *newer, "", "end"])
    entries = log_entries(text, "Log", "A")
    assert entries is not None
    left = without_entries(text, entries[: len(first)], moved)
    after = [entry.text for entry in log_entries(left, "Log", "A") or ()]
    gone = len(first) + len(newer) - len(after)
    assert after[len(after) - len(newer) :] == newer
    assert gone <= len(moved)
    assert left.endswith("\n\nend")
    if first == moved:
        assert after == newer
