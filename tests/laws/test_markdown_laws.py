"""Laws of editing tables: for any table and any text, nothing but the cell changes, and what is written reads back."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from amp_fsm.observe.markdown_edit import (
    DocumentProblem,
    Edit,
    append_row,
    escape,
    find_row,
    has_row,
    row_of,
    set_cells,
    table_under,
)
from amp_fsm.observe.markdown_lines import fenced_in, read_headings, read_lines
from amp_fsm.observe.markdown_tables import Table, read_tables

plain = st.text(st.characters(exclude_characters="|`\\\r\n", exclude_categories=("Cc", "Cs", "Zl", "Zp")), max_size=12)
values = st.text(st.characters(codec="utf-8"), max_size=20)
endings = st.sampled_from(["\n", "\r\n"])
WRITTEN = ["ada", "**Ada**", "0-ada", "ada (w3)", "ben", "Bén", ""]
NAMED = ["ada", "ben", "0-Ada (w3)", "cy"]
names = ["ada", "ben", "cy"]


@st.composite
def documents(draw: st.DrawFn) -> str:
    ending = draw(endings)
    outer = draw(st.booleans())
    before = draw(st.lists(plain.filter(lambda line: not line.lstrip().startswith(("#", "~", "`"))), max_size=3))
    rows = [[name, draw(plain), draw(plain)] for name in names]
    lines = [*before, "# Team", "", _row(["Agent", "Task", "Status"], outer=outer), _row(["---"] * 3, outer=outer)]
    lines += [_row(row, outer=True) for row in rows]
    return ending.join([*lines, "", "end", *draw(st.lists(plain, max_size=2))])


@given(
    st.lists(st.sampled_from(["ada", "**Ada**", "0-ada", "ada (w3)", "ben", "Bén", ""]), max_size=6),
    st.sampled_from(NAMED),
)
def test_the_row_found_by_the_index_is_the_row_found_by_looking(cells: list[str], name: str) -> None:
    text = "\n".join(["# Team", "", "| Agent | Status |", "|---|---|", *(f"| {cell} | x |" for cell in cells)])
    table = table_under(text, "Team", "Agent")
    assert isinstance(table, Table)
    found, looked = row_of(text, "Team", "Agent", name), find_row(table, "Agent", name)
    assert found == (looked if isinstance(looked, DocumentProblem) else (table, looked))


pieces = st.lists(
    st.sampled_from(
        ["# Log", "", "| a | b |", "|---|---|", "| ada | x |", "| ben \\| y |", "```", "text", "- item", "~~~"]
    ),
    max_size=12,
)


@given(st.lists(st.tuples(pieces, pieces, endings), min_size=2, max_size=4))
def test_a_document_that_changed_is_read_as_if_it_had_never_been_read(
    versions: list[tuple[list[str], list[str], str]],
) -> None:
    """Lines, rows, headings and fences: whatever of an earlier version is taken over."""
    alike = f"{'a beginning that all of them have ':<80}\n"
    for begun, ended, ending in versions:
        text = f"{alike}{ending.join([*versions[0][0], *begun, *ended])}"
        never = f"{next(UNIQUE):<80}\n{text[len(alike) :]}"
        assert read_lines(text)[1:] == read_lines(never)[1:]
        assert read_tables(text) == read_tables(never)
        assert read_headings(text) == read_headings(never)
        assert fenced_in(text) == fenced_in(never)


UNIQUE = (f"{number} is the number of a document that nobody ever saw" for number in itertools.count())


def _row(cells: list[str], *, outer: bool) -> str:
    line = " | ".join(cells)
    return f"| {line} |" if outer else line


@given(documents(), st.sampled_from(names), values)
def test_an_edit_changes_one_cell_and_no_other_byte(text: str, name: str, value: str) -> None:
    made = set_cells(text, "Team", "Agent", name, [("Status", value)])
    assert isinstance(made, Edit)
    (before,), (after,) = read_tables(text), read_tables(made.text)
    for old, new in zip(before.rows, after.rows, strict=True):
        kept = old.texts[:2] if old.texts[0] == name else old.texts
        assert new.texts[: len(kept)] == kept
    changed = next(row for row in before.rows if row.texts[0] == name).cells[2]
    tail = len(text) - changed.end
    assert made.text[: changed.start] == text[: changed.start]
    assert made.text[len(made.text) - tail :] == text[changed.end :]


@given(documents(), st.sampled_from(names), values)
def test_what_is_written_reads_back_and_writing_it_again_changes_nothing(text: str, name: str, value: str) -> None:
    made = set_cells(text, "Team", "Agent", name, [("Status", value)])
    assert isinstance(made, Edit)
    (table,) = read_tables(made.text)
    row = next(row for row in table.rows if row.texts[0] == name)
    assert row.texts[2] == escape(value).replace("\\|", "|")
    again = set_cells(made.text, "Team", "Agent", name, [("Status", value)])
    assert isinstance(again, Edit)
    assert again.text == made.text


@given(documents(), values.filter(lambda value: bool(escape(value))))
def test_a_row_is_added_once_and_known_again(text: str, value: str) -> None:
    cells = [("Agent", "dan"), ("Task", value), ("Status", "x")]
    assert not has_row(text, "Team", cells)
    made = append_row(text, "Team", cells)
    assert isinstance(made, Edit)
    assert has_row(made.text, "Team", cells)
    (before,), (after,) = read_tables(text), read_tables(made.text)
    assert [row.texts for row in after.rows[:-1]] == [row.texts for row in before.rows]
    assert made.text[: before.end] == text[: before.end]
    assert made.text.endswith(text[before.end :])
