"""Rows of tasks that are changed, added, taken out and moved, many at once."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from amp_fsm.model.document import DocumentSpec, RowEdit, RowMemory, Rows
from amp_fsm.observe.markdown_edit import DocumentProblem
from amp_fsm.observe.markdown_rows import RowsEdit, with_rows
from amp_fsm.observe.markdown_tables import find_tables

MEMORY = RowMemory(entry=1)
OPEN = DocumentSpec(
    name="open", file="T.md", heading="Open", key="ID", rows=Rows.TASKS, columns={"task": "What", "agent": "Who"}
)
SHUT = DocumentSpec(
    name="shut", file="T.md", heading="Shut", key="ID", rows=Rows.TASKS, columns={"task": "What", "updated": "When"}
)
DOCUMENTS = {"open": OPEN, "shut": SHUT}
TEXT = """\
# Open

| ID | What | Who | Note |
|---|---|---|---|
| T-1 | One | ada | mine \\| yours |
| T-2 | Two | - | |

# Shut
| Note | ID | When | What |
|---|---|---|---|
end
"""


def put(document: str, row: str, **cells: str) -> RowEdit:
    return RowEdit(document=document, row=row, cells=tuple(cells.items()), memory=MEMORY)


def rows(*edits: RowEdit, text: str = TEXT) -> str:
    made = with_rows(text, DOCUMENTS, edits)
    assert isinstance(made, RowsEdit), made
    return made.text


def test_a_row_changes_tables_and_takes_along_what_others_wrote() -> None:
    made = with_rows(TEXT, DOCUMENTS, [put("open", "T-1"), put("shut", "T-1", What="Uno", When="10:00")])
    assert isinstance(made, RowsEdit)
    gone = TEXT.replace("| T-1 | One | ada | mine \\| yours |\n", "")
    assert made.text == gone.replace(
        "|---|---|---|---|\nend", "|---|---|---|---|\n| mine \\| yours | T-1 | 10:00 | One |\nend"
    )
    assert made.taken == ("| T-1 | One | ada | mine \\| yours |",)


def test_the_last_row_leaves_while_others_come() -> None:
    made = rows(put("open", "T-2"), put("open", "T-3", What="Three"), put("open", "T-4", What="Four"))
    assert made == TEXT.replace("| T-2 | Two | - | |\n", "| T-3 | Three |  |  |\n| T-4 | Four |  |  |\n")


def test_the_last_row_of_a_file_leaves_and_its_line_end_stays_away() -> None:
    text = "# Open\r\n\r\n| ID | What | Who |\r\n|---|---|---|\r\n| T-1 | a | b |\r\n| T-2 | c | d |"
    assert rows(put("open", "T-2"), text=text) == text.removesuffix("\r\n| T-2 | c | d |")
    assert rows(put("open", "T-1"), put("open", "T-2"), text=text) == text.partition("\r\n| T-1")[0]


def test_a_row_that_is_not_there_to_be_taken_out_is_no_fault() -> None:
    assert rows(put("open", "T-9")) == TEXT


def test_a_table_that_is_gone_and_a_row_that_stands_twice_are_problems() -> None:
    for text in ("# Shut\n", TEXT.replace("T-2", "T-1")):
        assert isinstance(with_rows(text, DOCUMENTS, [put("open", "T-1", What="x")]), DocumentProblem)


names = [f"T-{number}" for number in range(6)]


@given(st.lists(st.sampled_from(names), unique=True), st.lists(st.sampled_from(names), unique=True))
def test_whatever_comes_and_goes_the_table_holds_just_that(before: list[str], after: list[str]) -> None:
    head = "# Open\n\n| ID | What | Who |\n|---|---|---|\n"
    text = f"{head}{''.join(f'| {name} | {name} | x |{chr(10)}' for name in before)}\nend\n"
    gone = [put("open", name) for name in before if name not in after]
    made = rows(*gone, *(put("open", name, What=f"new {name}") for name in after), text=text)
    (table,) = find_tables(made, "Open")
    assert [row.texts[0] for row in table.rows] == [n for n in before if n in after] + [
        n for n in after if n not in before
    ]
    assert all(row.texts[1] == f"new {row.texts[0]}" for row in table.rows)
    assert made.startswith(head)
    assert made.endswith("\n\nend\n")
