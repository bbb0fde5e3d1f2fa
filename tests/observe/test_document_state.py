"""Documents as a pass sees them: what they hold, what they lack, and what is odd about them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from amp_fsm.model.document import DocumentSpec, DocumentState, RotateSpec, Rows, RowSeen
from amp_fsm.model.seen import Failed, FileSeen, Missing
from amp_fsm.observe.document_state import document_drift, document_state

TASKS = DocumentSpec(
    name="tasks", file="T.md", heading="Tâches", key="ID", rows=Rows.TASKS, columns={"status": "Statut", "task": "Quoi"}
)
LIST = DocumentSpec(name="done", file="T.md", heading="Fini", rows=Rows.VERIFIED, line="- {{ task.id }}")
LOG = DocumentSpec(name="log", file="T.md", heading="Journal", key="Qui", row={"Qui": "a", "Quoi": "b"})
TABLE = "## Tâches\n\n| ID | Quoi | Statut |\n|---|---|---|\n| **T-1** | Un | EN COURS |\n| T-9 | Vieux | FINI |\n"


def seen(text: str) -> FileSeen:
    return FileSeen(path="T.md", text=text, digest="d")


def state_of(text: str, spec: DocumentSpec = TASKS) -> DocumentState:
    return document_state(spec, seen(text), ["T-1", "T-2"])


def said_of(text: str, *specs: DocumentSpec) -> list[str]:
    states = [document_state(spec, seen(text), ["T-1", "T-2"]) for spec in specs]
    return [drift.text for drift in document_drift(states, {"T.md": seen(text)})]


def test_rows_of_tasks_are_seen_by_our_names_of_their_columns() -> None:
    state = state_of(TABLE)
    assert (state.fault, state.lacks, state.line) == ("", "", 3)
    assert state.rows == {"T-1": RowSeen(cells={"status": "EN COURS", "task": "Un"}, line=5)}


@pytest.mark.parametrize(
    ("text", "spec", "lacks"),
    [
        pytest.param("# Autre\n", TASKS, "heading", id="no-heading"),
        pytest.param("## taches\n\nrien\n", TASKS, "table", id="a-heading-without-a-table"),
        pytest.param("```\n## Tâches\n```\n", TASKS, "heading", id="a-heading-in-an-example"),
        pytest.param("# Autre\n", LIST, "heading", id="a-list-needs-its-heading-only"),
        pytest.param("# Fini\n", LIST, "", id="an-empty-list-is-one"),
        pytest.param(TABLE, TASKS, "", id="nothing"),
    ],
)
def test_what_a_document_lacks(text: str, spec: DocumentSpec, lacks: str) -> None:
    assert state_of(text, spec).lacks == lacks


def test_a_file_that_is_not_there_is_lacking_and_one_that_cannot_be_read_is_a_fault() -> None:
    assert document_state(TASKS, Missing(path="T.md", sealed="no folder"), []) == DocumentState(
        spec=TASKS, sealed="no folder", lacks="file"
    )
    assert document_state(TASKS, Failed(reason="T.md: is a folder"), []).fault == "T.md: is a folder"
    assert state_of("T\0â\0c\0").fault == "is no text: it holds zero bytes"


def test_nothing_is_made_where_a_heading_is_nearly_the_same_and_has_a_table() -> None:
    state = state_of(TABLE.replace("Tâches", "Tâche s"))
    assert state.lacks == ""
    assert state.fault == (
        "no heading 'Tâches', but line 1 has 'Tâche s', with a table: nothing is made; which one is meant?"
    )


def test_a_table_without_a_declared_column_is_left_alone() -> None:
    state = state_of(TABLE.replace("Statut", "Etat"))
    assert state.fault == ("line 3: the table under 'Tâches' has no column 'Statut' (columns: ID, Quoi, Etat)")


def test_two_rows_of_a_task_and_one_that_is_cut_short_are_told() -> None:
    state = state_of(f"{TABLE}| t-1 | Encore | ? |\n| T-2 | Deux |\n")
    assert state.twice == {
        "T-1": "T-1 has 2 rows, in lines 5 and 7",
        "T-2": "line 8: the row of T-2 has fewer cells than the table has columns",
    }


def test_entries_of_a_log_are_counted_and_the_oldest_known_when_they_are_too_many() -> None:
    rows = "".join(f"| ada | {number} |\n" for number in range(5))
    text = f"# Journal\n\n| Qui | Quoi |\n|---|---|\n{rows}"
    full = replace(LOG, rotate=RotateSpec(rows=4, to="old.md"))
    assert (state_of(text, LOG).entries, state_of(text, LOG).oldest) == (5, "")
    assert state_of(text, full).oldest != ""
    assert state_of(text, full).oldest != state_of(text.replace("| 0 |", "| x |"), full).oldest
    assert state_of(text, full).oldest == state_of(text.replace("| 4 |", "| x |"), full).oldest


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param(TABLE, [], id="nothing"),
        pytest.param(
            f"```toml\na = 1\n\n{TABLE}```\n",
            ["lines 1-10: a code fence around a heading and a table; they are read all the same"],
            id="a-fence-that-swallows-a-section",
        ),
        pytest.param(
            f"{TABLE}\n```bash\ncargo test\n",
            ["line 8: a code fence that is never closed; what follows is read all the same"],
            id="a-fence-that-is-never-closed",
        ),
        pytest.param(
            f"{TABLE}\n| T-2 | Deux | FINI |\n| T-3 | Trois | FINI |\n",
            ["line 8: 2 rows outside of the table under 'Tâches': not read (an empty line above?)"],
            id="rows-that-were-torn-off",
        ),
        pytest.param(
            f"## Tâches\n\n| x | y |\n|---|---|\n| 1 | 2 |\n\n{TABLE.partition(chr(10))[2]}",
            ["2 tables under 'Tâches', in lines 3 and 8: the one in line 8 is used"],
            id="a-second-table",
        ),
        pytest.param(
            f"intro\ncaf\udce9\n{TABLE}", ["line 2 is not UTF-8; its bytes stay as they are"], id="another-encoding"
        ),
    ],
)
def test_what_is_odd_is_told_with_its_line(text: str, said: list[str]) -> None:
    assert said_of(text, TASKS) == said


def test_what_is_odd_about_a_file_is_told_once_however_many_documents_it_holds() -> None:
    text = f"{TABLE}\n# Fini\n\n# Journal\n\n| Qui | Quoi |\n|---|---|\n\n```\n"
    assert said_of(text, TASKS, LIST, LOG) == [
        "line 15: a code fence that is never closed; what follows is read all the same"
    ]


def test_many_oddities_are_told_in_few_lines() -> None:
    assert said_of("```a\n" * 9 + TABLE, TASKS)[-1] == "and 4 more of the kind"
