"""The line of a document that says who leads: found by how it begins, and nothing else of the document changes."""

from __future__ import annotations

import pytest

from amp_fsm.observe.markdown_edit import DocumentProblem, Edit, set_line

BEGINS = "**Lead**:"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("# S\r\n\r\n**Lead**: Ada (for now)\r\nmore\r\n", "# S\r\n\r\n**Lead**: Ben\r\nmore\r\n"),
        ("  **Lead**:\n**Lead**: second", "  **Lead**: Ben\n**Lead**: second"),
        ("```\n**Lead**: example\n```\n**Lead**: Ada", "```\n**Lead**: example\n```\n**Lead**: Ben"),
    ],
)
def test_only_that_line_changes(before: str, after: str) -> None:
    made = set_line(before, BEGINS, "**Lead**: Ben")
    assert isinstance(made, Edit)
    assert made.text == after


def test_a_text_of_two_lines_stays_one() -> None:
    made = set_line("**Lead**: x\n", BEGINS, "**Lead**: Ben\n# more")
    assert isinstance(made, Edit)
    assert made.text == "**Lead**: Ben # more\n"


def test_a_document_without_such_a_line_is_a_problem() -> None:
    made = set_line("# S\nLead: Ada\n", BEGINS, "**Lead**: Ben")
    assert isinstance(made, DocumentProblem)
    assert made.message == "no line begins with '**Lead**:'"
