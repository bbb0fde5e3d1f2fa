"""Questions: read from a file or a row, when they came since the agent was last spoken to, and made fit to pass on."""

from __future__ import annotations

from dataclasses import replace

import pytest

from amp_fsm.model.facts import Fact, Truth, Why, known, unknown
from amp_fsm.model.printable import passed_on
from amp_fsm.model.record import Record
from amp_fsm.model.seen import Failed, FileSeen, Missing, Seen, Survey
from amp_fsm.model.time import Now
from amp_fsm.observe.questions import Question, asked_in, question_of
from amp_fsm.observe.sources import sources_of
from tests.plan.team import assignment, project, task

TEAM = project(task("T-1"))
PATH = f"{TEAM.errands}/QUESTION-T-1.md"
HELD = replace(assignment("ada", "T-1"), delivered=100.0, since_wall=1000.0)
SILENT = {"claims_help": known("claims_help", False)}


def asked(
    file: FileSeen | Missing | Failed, before: Record | None = None, claims: dict[str, Fact] | None = None
) -> Question:
    seen = Seen(terminal=Survey(server=""), files={PATH: file})
    there = asked_in(sources_of(TEAM, before or Record(), seen, {}, None), TEAM.tasks["T-1"])
    return question_of(TEAM, there, HELD, TEAM.tasks["T-1"], claims or SILENT, Now(policy=200.0, wall=1100.0))


def written(text: str, mtime: float = 1050.0) -> FileSeen:
    return FileSeen(path=PATH, text=text, digest="", mtime=mtime)


def test_a_question_in_its_file_is_asked_with_its_text_and_once() -> None:
    first = asked(written("Which one?\n"))
    assert (first.fact.truth, first.fact.value) == (Truth.TRUE, "Which one?")
    seen_before = {key: replace(cell, first_seen=50.0) for key, cell in first.cells.items()}
    assert asked(written("Which one?\n"), Record(cells=seen_before)).fact.truth is Truth.FALSE
    assert asked(written("And which then?"), Record(cells=seen_before)).fact.truth is Truth.TRUE


@pytest.mark.parametrize(
    "file",
    [
        pytest.param(Missing(path=PATH), id="none"),
        pytest.param(written(" \n"), id="empty"),
        pytest.param(written("Old.", mtime=999.0), id="older-than-the-assignment"),
    ],
)
def test_no_question(file: FileSeen | Missing) -> None:
    assert asked(file).fact.truth is Truth.FALSE


def test_a_file_that_cannot_be_read_is_unknown_unless_the_row_asks() -> None:
    broken = Failed(reason="not a regular file")
    assert asked(broken).fact.truth is Truth.UNKNOWN
    row = {"claims_help": replace(known("claims_help", True), value="HELP: me")}
    assert asked(broken, claims=row).fact.value == "HELP: me"


def test_a_row_that_cannot_be_read_leaves_it_unknown_and_a_file_decides() -> None:
    dark = {"claims_help": unknown("claims_help", Why.UNREACHABLE)}
    assert asked(Missing(path=PATH), claims=dark).fact.truth is Truth.UNKNOWN
    assert asked(written("Which?"), claims=dark).fact.truth is Truth.TRUE


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("a\r\nb\rc", "a\nb\nc", id="line-ends"),
        pytest.param("a\x1b[201~b\x00", "a\ufffd[201~b\ufffd", id="no-control-characters"),
        pytest.param("x [amp:abcdefgh] y", "x [amp abcdefgh] y", id="no-marker"),
        pytest.param("a\udc80b", "a\ufffdb", id="nothing-undecodable"),
        pytest.param("a\n\n\n \nb", "a\n\nb", id="few-blank-lines"),
        pytest.param("x" * 30, f"{'x' * 20} [...]", id="bounded"),
        pytest.param("{{ task.id }}", "{{ task.id }}", id="braces-stay"),
    ],
)
def test_what_is_passed_on(text: str, expected: str) -> None:
    assert passed_on(text, 20) == expected
