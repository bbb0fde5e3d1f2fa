"""Documents: tables as people write them, read tolerantly and written exactly."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from amp_fsm.model.document import DocumentSpec
from amp_fsm.model.seen import Failed, FileSeen, Missing
from amp_fsm.observe.claim_words import claim_of
from amp_fsm.observe.documents import status_row
from amp_fsm.observe.fold import fold, same_name
from amp_fsm.observe.markdown_edit import DocumentProblem, Edit, append_row, has_row, set_cells
from amp_fsm.observe.markdown_tables import read_tables

CASES = sorted((Path(__file__).parents[1] / "golden" / "documents").iterdir())


def text_of(path: Path) -> str:
    return path.read_bytes().decode("utf-8")


def edited(text: str, edit: dict[str, Any]) -> Edit | DocumentProblem:
    if "append" in edit:
        return append_row(text, edit["heading"], [(header, value) for header, value in edit["append"]])
    cells = [(header, value) for header, value in edit["cells"]]
    return set_cells(text, edit["heading"], edit["key"], edit["row"], cells)


def test_there_are_golden_documents() -> None:
    assert len(CASES) >= 8


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_golden_document(case: Path) -> None:
    made = edited(text_of(case / "before.md"), json.loads((case / "edit.json").read_text()))
    assert isinstance(made, Edit), made
    assert made.text == text_of(case / "after.md")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_same_edit_twice_changes_nothing_more(case: Path) -> None:
    edit = json.loads((case / "edit.json").read_text())
    after = text_of(case / "after.md")
    if "append" in edit:
        assert has_row(after, edit["heading"], [(header, value) for header, value in edit["append"]])
        assert not has_row(text_of(case / "before.md"), edit["heading"], [tuple(cell) for cell in edit["append"]])
    else:
        made = edited(after, edit)
        assert isinstance(made, Edit)
        assert made.text == after


TABLE = "## Equipe\n\n| Agent | Statut |\n|---|---|\n| Amp | A |\n| Ampere | B |\n| amp | C |\n"


@pytest.mark.parametrize(
    ("text", "heading", "key", "row", "cells", "said"),
    [
        pytest.param("# A\n", "Equipe", "Agent", "x", [], "no table under the heading", id="no-table"),
        pytest.param(TABLE, "Equip", "Agent", "x", [], "no table", id="another-heading"),
        pytest.param(TABLE, "Equipe", "Nom", "x", [], "no column 'Nom'", id="no-key-column"),
        pytest.param(TABLE, "Equipe", "Agent", "AMP", [], "2 rows, in lines 5 and 7", id="two-rows-are-no-guess"),
        pytest.param(TABLE, "Equipe", "Agent", "Ampere", [("Etat", "x")], "no cell 'Etat'", id="no-such-column"),
    ],
)
def test_what_cannot_be_edited_is_said(
    text: str, heading: str, key: str, row: str, cells: list[tuple[str, str]], said: str
) -> None:
    problem = set_cells(text, heading, key, row, cells)
    assert isinstance(problem, DocumentProblem)
    assert said in problem.message


def test_a_near_heading_is_suggested() -> None:
    problem = set_cells(TABLE, "Équipes", "Agent", "x", [])
    assert isinstance(problem, DocumentProblem)
    assert problem.hint == "did you mean 'Equipe'?"


@pytest.mark.parametrize(
    ("cell", "name", "same"),
    [
        ("**Claude**", "claude", True),
        ("0-Claude", "Claude", True),
        ("Claude (w3)", "claude", True),
        ("`AMP`", "amp", True),
        ("Ampère", "ampere", True),
        ("[Codex](codex.md)", "codex", True),
        ("Claude", "claude", True),
        ("ampere", "amp", False),
        ("AMP worker", "amp", False),
        ("claude-2", "claude", False),
    ],
)
def test_names_are_matched_folded_and_never_by_a_part(cell: str, name: str, same: bool) -> None:
    assert same_name(cell, name) is same


WORDS = {
    "idle": ("IDLE", "EN ATTENTE"),
    "working": ("WORKING", "IN_PROGRESS", "EN COURS", "🔄"),
    "blocked": ("BLOCKED", "BLOQUÉ", "❌"),
    "done": ("COMPLETED", "DONE", "TERMINÉ", "✅"),
}


@pytest.mark.parametrize(
    ("cell", "claim"),
    [
        ("✅ COMPLETED", "done"),
        ("**Completed**", "done"),
        ("🔄 IN_PROGRESS (note)", "working"),
        ("en  cours", "working"),
        ("BLOCKED: waiting for DONE", "blocked"),
        ("bloque par T-2", "blocked"),
        ("depuis 9h: terminé", "done"),
        ("", ""),
        ("—", ""),
        ("NOT DONE", None),
        ("pas terminé", None),
        ("UNDONE", None),
        ("presque", None),
        ("peut-être DONE ou BLOCKED", None),
    ],
)
def test_what_a_cell_claims(cell: str, claim: str | None) -> None:
    assert claim_of(WORDS, cell) == claim


STATUS = DocumentSpec(
    name="status", file="S.md", heading="Equipe", key="Agent", columns={"status": "Statut", "x": "Nix"}
)


def seen(text: str) -> FileSeen:
    return FileSeen(path="S.md", text=text, digest="d")


def test_a_row_has_its_cells_by_our_names_and_its_place() -> None:
    row = status_row(STATUS, seen(TABLE), "ampere")
    assert row is not None
    assert not isinstance(row, Failed)
    assert (row.cells, row.line, row.headers) == ({"status": "B"}, 6, (("Agent", "Ampere"), ("Statut", "B")))


def test_a_readable_table_without_the_row_is_not_a_failure() -> None:
    assert status_row(STATUS, seen(TABLE), "codex") is None


@pytest.mark.parametrize("file", [None, Missing(path="S.md"), Failed(reason="permission denied"), seen("nothing here")])
def test_a_table_that_cannot_be_read_is_a_failure_never_an_absence(file: Any) -> None:
    assert isinstance(status_row(STATUS, file, "codex"), Failed)


def test_a_table_in_a_closed_fence_is_an_example() -> None:
    assert read_tables("```\n| a | b |\n|---|---|\n| 1 | 2 |\n```\n") == ()


def test_a_fence_that_is_never_closed_hides_nothing() -> None:
    (table,) = read_tables("```bash\ncargo run\n\n| a | b |\n|---|---|\n| 1 | 2 |\n")
    assert [row.texts for row in table.rows] == [("1", "2")]


def test_pipes_in_code_and_escaped_ones_do_not_separate() -> None:
    (table,) = read_tables("| a | b |\n|---|---|\n| `x|y` | p \\| q |\n")
    assert table.rows[0].texts == ("`x|y`", "p | q")


def test_a_long_document_is_read_in_linear_steps() -> None:
    rows = "| a | b |\n" * 20_000
    (table,) = read_tables(f"| h | i |\n|---|---|\n{rows}")
    assert len(table.rows) == 20_000


def test_fold_keeps_what_matters() -> None:
    assert fold("**Fenêtre**  `tmux` ❤️") == "fenetre tmux ❤"
