"""Rows of tasks: written when a task moves on, left to others in between."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from amp_fsm.model.document import DocumentSpec, DocumentState, RowMemory, Rows, RowSeen
from amp_fsm.model.project import TaskSpec
from amp_fsm.model.record import Record, SubjectRecord
from amp_fsm.plan.situation import situate
from amp_fsm.plan.task_rows import REWRITES, row_edits
from tests.plan.team import BEN, NOW, assignment, observed, project, task

SPEC = DocumentSpec(
    name="tasks",
    file="T.md",
    heading="Tasks",
    key="ID",
    rows=Rows.TASKS,
    columns={"title": "Title", "agent": "Agent", "status": "Status", "updated": "At"},
    states={"WORKING": "busy"},
)
TITLE = "Title of T-1"


class Table:
    """One task's row, over passes: `seen` is what stands in the file, None: no row."""

    def __init__(self, seen: Mapping[str, str] | None = None, spec: DocumentSpec = SPEC) -> None:
        self.seen = dict(seen) if seen is not None else None
        self.spec = spec
        self.memory: RowMemory | None = None
        self.state, self.entry = "PENDING", 1
        self.holder = ""
        self.task: TaskSpec = task("T-1")

    def move(self, state: str, holder: str = "") -> None:
        self.state, self.entry, self.holder = state, self.entry + 1, holder

    def pass_by(self) -> dict[str, str] | None:
        """Return what one pass writes; None: nothing.  An empty one takes the row out."""
        rows = {"T-1": RowSeen(cells=self.seen, line=5)} if self.seen is not None else {}
        subject = SubjectRecord(address="task/T-1", state=self.state, entry=self.entry)
        made = Record(
            subjects={"task/T-1": subject},
            assignments={"a": assignment(self.holder, "T-1", id="a")} if self.holder else {},
            rows={"tasks|T-1": self.memory} if self.memory is not None else {},
        )
        situation = situate(project(self.task), observed(), made, NOW)
        edits = row_edits(situation, DocumentState(spec=self.spec, rows=rows))
        if not edits:
            return None
        (edit,) = edits
        keys = {header: key for key, header in self.spec.columns.items()}
        written = {keys[header]: text for header, text in edit.cells}
        self.memory = edit.memory
        self.seen = {**dict.fromkeys(self.spec.columns, ""), **(self.seen or {}), **written} if written else None
        written.pop("updated", None)
        return written

    def say(self, **cells: str) -> None:
        """Let somebody else write."""
        assert self.seen is not None
        self.seen |= cells


def test_a_task_without_a_row_gets_one_and_only_once() -> None:
    table = Table()
    assert table.pass_by() == {"title": TITLE, "agent": "-", "status": "PENDING"}
    assert table.pass_by() is None


def test_a_row_that_is_there_keeps_what_people_wrote_and_gets_what_follows_the_state() -> None:
    table = Table({"title": "My words", "agent": "ben", "status": "todo", "updated": "x"})
    assert table.pass_by() == {"status": "PENDING"}
    table.move("WORKING", "ben")
    assert table.pass_by() == {"status": "busy"}
    assert table.seen is not None
    assert [table.seen[key] for key in ("title", "agent", "status")] == ["My words", "ben", "busy"]


def test_what_others_say_between_two_states_stays_until_the_task_moves_on() -> None:
    table = Table()
    table.pass_by()
    table.move("WORKING", "ben")
    assert table.pass_by() == {"agent": "ben", "status": "busy"}
    table.say(status="✅ COMPLETED", title="Better title")
    assert table.pass_by() is None
    table.move("VERIFYING", "ben")
    assert table.pass_by() == {"status": "VERIFYING"}
    table.say(status="✅ COMPLETED")
    table.move("WORKING", "ben")  # refused: its word in the table must not stand
    assert table.pass_by() == {"status": "busy"}


def test_who_did_it_stays_in_the_row_when_nobody_holds_it_any_more() -> None:
    table = Table()
    table.move("WORKING", "ben")
    table.pass_by()
    table.move("COMPLETED")
    assert table.pass_by() == {"status": "COMPLETED"}
    assert table.seen is not None
    assert table.seen["agent"] == "ben"


def test_a_task_that_goes_back_to_the_queue_is_nobodys() -> None:
    table = Table()
    table.move("WORKING", "ben")
    table.pass_by()
    table.move("PENDING")
    assert table.pass_by() == {"agent": "-", "status": "PENDING"}


def test_a_row_that_fell_back_to_an_older_version_is_written_again_a_few_times() -> None:
    table = Table()
    table.pass_by()
    old = dict(table.seen or {})
    table.move("WORKING", "ben")
    table.pass_by()
    for _ in range(REWRITES):
        table.seen = dict(old)
        assert table.pass_by() == {"title": TITLE, "agent": "ben", "status": "busy"}
    table.seen = dict(old)
    assert table.pass_by() is None
    table.move("VERIFYING", "ben")
    assert table.pass_by() == {"agent": "ben", "status": "VERIFYING"}


def test_a_row_that_is_gone_since_we_added_it_comes_back_and_one_that_people_removed_does_not() -> None:
    ours, theirs = Table(), Table({"title": "t", "agent": "a", "status": "s"})
    for table in (ours, theirs):
        table.pass_by()
        table.seen = None
    assert ours.pass_by() == {"title": TITLE, "agent": "-", "status": "PENDING"}
    assert theirs.pass_by() is None


def test_what_the_configuration_says_anew_is_written_and_only_that() -> None:
    table = Table()
    table.pass_by()
    table.say(status="my word")
    table.task = task("T-1", title="Another title")
    assert table.pass_by() == {"title": "Another title"}


def test_a_clock_alone_is_never_written() -> None:
    table = Table({"title": TITLE, "agent": "-", "status": "PENDING", "updated": "yesterday"})
    assert table.pass_by() is None


def test_a_table_of_some_states_gives_its_row_up_and_does_not_fight_for_it() -> None:
    table = Table({"title": "t", "agent": "-", "status": "PENDING"}, replace(SPEC, only=("PENDING",)))
    assert table.pass_by() is None
    table.move("WORKING", "ben")
    assert table.pass_by() == {}
    assert table.pass_by() is None
    table.seen = {"title": "put back", "agent": "by", "status": "somebody"}
    assert table.pass_by() is None
    table.move("VERIFYING", "ben")
    assert table.pass_by() == {}


def test_a_cell_of_an_own_column_says_its_template() -> None:
    spec = replace(SPEC, columns={"status": "S", "note": "N"}, cells={"note": "{{ agent.row }}: {{ state }}"})
    table = Table(spec=spec)
    table.move("WORKING", "ben")
    assert table.pass_by() == {"status": "busy", "note": f"{BEN.name}: busy"}


def test_errands_have_no_row() -> None:
    table = Table()
    table.task = task("T-1", errand="help")
    assert table.pass_by() is None


def test_a_row_that_cannot_be_told_is_left() -> None:
    subject = SubjectRecord(address="task/T-1", state="WORKING", entry=2)
    situation = situate(project(task("T-1")), observed(), Record(subjects={"task/T-1": subject}), NOW)
    assert row_edits(situation, DocumentState(spec=SPEC, twice={"T-1": "two rows"})) == ()
