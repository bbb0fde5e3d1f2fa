"""What a plan does about documents, and how it shows it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from amp_fsm.model.document import DocumentSpec, DocumentState, RotateSpec, Rows, RowSeen, Unwritten
from amp_fsm.model.plan import Plan
from amp_fsm.model.record import Record
from amp_fsm.plan.planner import plan
from amp_fsm.plan.render import render_text
from tests.plan.team import NOW, observed, project, record, task
from tests.plan.team import known as facts_of

TABLE = DocumentSpec(
    name="tasks",
    file="T.md",
    heading="Tasks",
    key="ID",
    rows=Rows.TASKS,
    columns={"title": "Title", "status": "Status"},
    only=("PENDING",),
)
DONE = DocumentSpec(name="done", file="T.md", heading="Done", rows=Rows.VERIFIED, line="- {{ task.id }}")
LOG = DocumentSpec(
    name="log", file="L.md", heading="Log", row={"What": "x"}, rotate=RotateSpec(rows=9, keep=2, to="old/{month}.md")
)
STANDS = RowSeen(cells={"title": "Old words", "status": "?"}, line=7)


def planned(*states: DocumentState, known: Record | None = None, gap: bool = False) -> Plan:
    """Return the plan about two tasks that nothing else happens to."""
    facts = {name: facts_of(kind="task") for name in ("T-1", "T-2")}
    team = project(task("T-1"), task("T-2"), agents=())
    known = known or record(states={"task/T-2": "WORKING"})
    return plan(team, replace(observed(**facts), documents=states), known, replace(NOW, gap=gap))


def shown(made: Plan) -> list[str]:
    """Return the lines of a plan about documents, without their spaces in between."""
    lines = [" ".join(line.split()) for line in render_text(made).splitlines()]
    start = next((place for place, line in enumerate(lines) if "document/" in line), len(lines))
    return [line for line in lines[start:] if line.startswith(("> document/", "+ ", "x document/", "? document/"))]


def test_what_a_document_lacks_is_shown_before_it_is_made() -> None:
    made = planned(DocumentState(spec=TABLE, lacks="table"), DocumentState(spec=DONE, lacks="heading"))
    assert shown(made) == [
        "> document/T.md make_table no table under 'Tasks'; no heading 'Done' in it: heading and list at its end",
        "+ make_table tasks: 'Tasks' with ID | Title | Status",
        "+ make_table done: 'Done'",
    ]


def test_rows_of_one_file_are_one_action_that_shows_each_of_them() -> None:
    made = planned(DocumentState(spec=TABLE, line=3, rows={"T-2": STANDS}), DocumentState(spec=DONE, line=9))
    assert shown(made) == [
        "> document/T.md rows T-1 is PENDING, and 1 more moved on",
        "+ set_rows T.md: tasks T-1: Title=Title of T-1, Status=PENDING; tasks T-2: taken out",
    ]


def test_a_full_log_is_rotated_and_it_is_shown_where_to() -> None:
    made = planned(DocumentState(spec=LOG, line=3, entries=12, oldest="digest"))
    assert shown(made) == [
        "> document/L.md rotate log has 12 entries, more than 9",
        "+ rotate log: the oldest 10 to old/2023-11.md",
    ]


def test_a_document_is_no_subject_and_counts_as_none() -> None:
    made = planned(DocumentState(spec=TABLE, lacks="file"))
    assert "document/T.md" not in made.subjects
    assert "1 action, 2 unchanged" in render_text(made)


def test_a_fault_is_left_alone_and_the_other_documents_of_the_file_are_kept() -> None:
    made = planned(DocumentState(spec=TABLE, fault="no column"), DocumentState(spec=DONE, lacks="heading"))
    assert [intent.action.target for change in made.changes for intent in change.intents] == ["done"]


@pytest.mark.parametrize(
    ("sealed", "unwritten", "said", "due_in"),
    [
        pytest.param("is read-only", {}, "rows: not written: is read-only", None, id="sealed"),
        pytest.param(
            "", {"T.md": Unwritten(reason="full", at=990.0)}, "rows: full; tried again in 50s", 50.0, id="failed-once"
        ),
        pytest.param(
            "",
            {"T.md": Unwritten(reason="full", at=990.0, times=3)},
            "rows: full; tried again in 230s",
            230.0,
            id="failed-thrice",
        ),
        pytest.param(
            "",
            {"T.md": Unwritten(reason="full", at=990.0, times=2000)},
            "rows: full; tried again in 3590s",
            3590.0,
            id="failed-for-long",
        ),
    ],
)
def test_what_cannot_be_written_is_held_back_and_said(
    sealed: str, unwritten: dict[str, Unwritten], said: str, due_in: float | None
) -> None:
    known = replace(record(), unwritten=unwritten)
    made = planned(DocumentState(spec=TABLE, line=3, sealed=sealed), known=known)
    assert [(held.address, held.mark, held.text) for held in made.held] == [("document/T.md", "x", said)]
    assert (made.changes, made.complete, made.due_in) == ((), False, due_in)


def test_a_file_that_may_not_be_written_is_no_matter_as_long_as_nothing_is_to_be_written() -> None:
    made = planned(DocumentState(spec=LOG, line=3, sealed="is read-only"))
    assert (made.held, made.complete) == ((), True)


def test_a_file_that_failed_is_tried_again_when_its_time_has_come() -> None:
    known = replace(record(), unwritten={"T.md": Unwritten(reason="full", at=940.0)})
    assert planned(DocumentState(spec=TABLE, line=3), known=known).changes != ()


def test_nothing_is_written_while_an_earlier_write_is_open_the_clock_jumped_or_all_is_held() -> None:
    state = DocumentState(spec=TABLE, line=3)
    (change,) = planned(state).changes
    assert planned(state, gap=True).changes == ()
    assert planned(state, known=replace(record(), paused=frozenset({"*"}))).changes == ()
    under_way = replace(record(), intents={intent.id: intent for intent in change.intents})
    made = planned(state, known=under_way)
    assert made.changes == ()
    assert [str(step.recovery) for step in made.steps] == ["perform"]


def test_a_template_that_cannot_be_rendered_holds_back_its_file_alone() -> None:
    odd = replace(TABLE, columns={"note": "Note"}, cells={"note": "{{ 1 // 0 }}"})
    made = planned(DocumentState(spec=odd, line=3), DocumentState(spec=LOG, lacks="file"))
    assert [held.mark for held in made.held] == ["?"]
    assert [change.address for change in made.changes] == ["document/L.md"]
