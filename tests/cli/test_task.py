"""`task`: the queue is shown and changed, here or by whoever holds the project."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from amp_fsm.config import yaml_edit
from amp_fsm.model.errand import AddedTask
from amp_fsm.model.project import TaskSpec
from amp_fsm.model.record import SubjectRecord
from amp_fsm.ports import Commit
from tests.cli.stored import commit
from tests.configured_team import Home, Said, run

MORE = """\
  - {id: T-2, kind: code, title: Answer, needs: [T-1], minutes: 15, deadline: 2h, exclusive: [db]}
  - {id: T-3, kind: code, title: Leave, needs: [T-2], minutes: 30, priority: HIGH, avoid: [ben]}
"""


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A project in which ada holds T-1, which T-2 needs, which T-3 needs."""
    made = Home(tmp_path).write()
    config = Path(made.config)
    config.write_text(config.read_text().replace("policies:", f"{MORE}policies:"))
    commit(made)
    return made


def task(home: Home, command: str, *arguments: str) -> Said:
    return run("task", command, home.config, *arguments)


def stand(home: Home, **states: str) -> None:
    """Put tasks into states, T_1 for T-1; nobody holds any."""
    record = home.store.load()
    subjects = {
        f"task/{name.replace('_', '-')}": SubjectRecord(address=f"task/{name.replace('_', '-')}", state=state, entry=5)
        for name, state in states.items()
    }
    after = replace(record, subjects={**record.subjects, **subjects}, attempts={"T-1": 3}, refusals={"T-1|ada": 2})
    home.store.commit(
        Commit(record=after, subjects=tuple(subjects), closed=tuple(record.assignments), memory=True, moves=True)
    )


def states(home: Home) -> dict[str, str]:
    subjects = home.store.load().subjects
    return {name.removeprefix("task/"): one.state for name, one in subjects.items() if name.startswith("task/")}


def test_list_shows_the_queue_and_its_sums(home: Home) -> None:
    stand(home, T_1="COMPLETED", T_2="PENDING", T_3="PENDING")
    said = task(home, "list")
    rows = [line.split() for line in said.out.splitlines()]
    assert rows[1][:4] == ["T-1", "COMPLETED", "MEDIUM", "-"]
    assert rows[3][:4] == ["T-3", "PENDING", "HIGH", "30"]
    assert rows[3][-2:] == ["T-2", "Leave"]
    assert said.out.endswith("1 COMPLETED, 2 PENDING; 45m left of 45m estimated (1 without an estimate)\n")


def test_list_as_json_can_be_narrowed_down(home: Home) -> None:
    stand(home, T_1="COMPLETED", T_2="PENDING")
    said = task(home, "list", "--state", "PENDING", "--json").json
    assert [(task["id"], task["needs"], task["minutes"]) for task in said["tasks"]] == [
        ("T-2", {"T-1": "COMPLETED"}, 15)
    ]
    assert said["minutes_left"] == 15


def test_show_tells_all_of_a_task_and_changes_nothing(home: Home) -> None:
    before = home.store.load()
    said = task(home, "show", "T-1")
    assert said.code == 0
    assert said.out.splitlines()[0] == "T-1  ASSIGNED  Greet"
    assert "needed_by     T-2, T-3" in said.out
    assert "agent         ada" in said.out
    assert task(home, "show", "task/T-1", "--json").json["needed_by"] == ["T-2", "T-3"]
    assert home.store.load() == before


def test_an_unknown_task_is_named_with_a_suggestion(home: Home) -> None:
    said = task(home, "show", "T-11")
    assert (said.code, said.out) == (1, "")
    assert "no subject 'T-11'" in said.err


def test_cancel_leaves_dependents_to_be_parked(home: Home) -> None:
    said = task(home, "cancel", "T-1")
    assert (said.code, said.err) == (0, "")
    assert said.out.startswith("task/T-1 is cancelled; it is CANCELLED now\n")
    assert states(home) == {"T-1": "CANCELLED", "T-2": "PENDING", "T-3": "PENDING"}
    assert dict(home.store.load().assignments) == {}


def test_cancel_takes_all_dependents_with_it_when_asked(home: Home) -> None:
    said = task(home, "cancel", "T-1", "--dependents", "cancel")
    assert states(home) == {"T-1": "CANCELLED", "T-2": "CANCELLED", "T-3": "CANCELLED"}
    assert said.code == 0


def test_a_completed_task_cannot_be_cancelled(home: Home) -> None:
    stand(home, T_1="COMPLETED")
    said = task(home, "cancel", "T-1")
    assert said.code == 1
    assert "no manual transition leads from COMPLETED of task/T-1 to CANCELLED" in said.err
    assert home.store.load().requests == ()


@pytest.mark.parametrize("lost", ["FAILED", "CANCELLED"])
def test_retry_brings_a_lost_task_back_as_if_nobody_had_had_it(home: Home, lost: str) -> None:
    stand(home, T_1=lost)
    said = task(home, "retry", "T-1")
    assert (said.code, said.err) == (0, "")
    record = home.store.load()
    assert states(home)["T-1"] == "PENDING"
    assert (dict(record.forgiven), dict(record.refusals)) == ({"T-1": 3}, {})
    assert task(home, "show", "T-1", "--json").json["attempts"] == 0


def test_retry_of_a_task_under_way_is_refused(home: Home) -> None:
    said = task(home, "retry", "T-1")
    assert said.code == 1
    assert "task/T-1 is ASSIGNED" in said.err


def test_a_task_is_taken_from_a_holder_whose_program_is_gone_and_kept_for_another(home: Home) -> None:
    said = task(home, "reassign", "T-1", "--to", "ben")
    assert (said.code, said.err) == (0, "")
    record = home.store.load()
    assert (states(home)["T-1"], dict(record.assignments)) == ("PENDING", {})
    assert (dict(record.reserved), dict(record.barred)) == ({"T-1": "ben"}, {"T-1": ("ada",)})


@pytest.mark.parametrize(
    ("name", "to", "why"),
    [("T-1", "ada", "holds task/T-1 already"), ("T-1", "bob", "no agent 'bob'"), ("T-3", "ben", "avoid: [ben]")],
)
def test_nobody_gets_what_he_cannot_have(home: Home, name: str, to: str, why: str) -> None:
    said = task(home, "reassign", name, "--to", to)
    assert said.code == 1
    assert why in said.err
    assert dict(home.store.load().reserved) == {}


def test_a_task_that_nobody_holds_is_kept_for_an_agent(home: Home) -> None:
    assert task(home, "reassign", "T-2", "--to", "ada").code == 0
    assert dict(home.store.load().reserved) == {"T-2": "ada"}
    assert "nobody holds task/T-2" in task(home, "reassign", "T-2").err


@pytest.mark.parametrize("command", [("cancel", "T-1"), ("retry", "T-1"), ("reassign", "T-2", "--to", "ada")])
def test_while_another_process_holds_the_project_the_request_is_left_for_it(
    home: Home, command: tuple[str, ...]
) -> None:
    before = states(home)
    with home.store.lock():
        said = task(home, *command)
    assert said.code == 0
    assert "left for the process that is at work" in said.out
    assert [(one.verb, one.arguments[0]) for one in home.store.load().requests] == [(command[0], f"task/{command[1]}")]
    assert states(home) == before


def test_edit_changes_the_line_that_says_it_and_no_other(home: Home) -> None:
    before = Path(home.config).read_text()
    said = task(home, "edit", "T-2", "--minutes", "20", "--priority", "HIGH")
    assert (said.code, said.err) == (0, "")
    after = Path(home.config).read_text()
    changed = [line for line in after.splitlines() if line not in before.splitlines()]
    told = "title: Answer, needs: [T-1], minutes: 20, deadline: 2h, exclusive: [db]"
    assert changed == [f"  - {{id: T-2, priority: HIGH, kind: code, {told}}}"]
    assert len(after.splitlines()) == len(before.splitlines())


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("edit", "T-2", "--priority", "URGENT"), "E203"),
        (("edit", "T-2", "--needs", "T-3"), "E235"),
        (("add", "T-9", "--kind", "code", "--needs", "T-9"), "E235"),
        (("edit", "T-2", "--deadline", "soon"), "E205"),
        (("add", "T-9", "--kind", "art"), "E230"),
        (("add", "T 9", "--kind", "code"), "E203"),
    ],
)
def test_what_validate_would_refuse_is_refused_in_its_words_and_not_written(
    home: Home, words: tuple[str, ...], code: str
) -> None:
    before = Path(home.config).read_text()
    said = task(home, *words)
    assert (said.code, said.out) == (1, "")
    assert f" {code} " in said.err
    assert Path(home.config).read_text() == before


def test_a_task_is_added_to_a_file_that_the_configuration_includes(home: Home) -> None:
    more = home.folder / "more.yaml"
    more.write_text("# more work\ntasks:\n  - {id: M-1, kind: code, title: More}  # one\n")
    config = Path(home.config)
    config.write_text(config.read_text().replace("'builtin:prompts']", "'builtin:prompts', more.yaml]"))
    said = task(
        home, "add", "M-2", "--into", str(more), "--kind", "code", "--title", "Even more", "--brief", "objective", "Go"
    )
    assert (said.code, said.err) == (0, "")
    assert more.read_text() == (
        "# more work\ntasks:\n  - {id: M-1, kind: code, title: More}  # one\n"
        "  - {id: M-2, title: Even more, kind: code, brief: {objective: Go}}\n"
    )
    assert "M-2" in task(home, "list").out
    again = task(home, "add", "M-2", "--kind", "code")
    assert "there is a task M-2 already" in again.err


def test_a_task_without_an_id_gets_the_next_one_of_the_pattern(home: Home) -> None:
    config = Path(home.config)
    config.write_text(config.read_text().replace("{name: crew,", "{name: crew, task_ids: 'T-{n}',"))
    assert task(home, "add", "--kind", "code", "--title", "Next").out == f"task/T-4 added to {config}\n"
    assert "- {id: T-4, title: Next, kind: code}" in config.read_text()


def test_a_file_that_is_not_of_the_configuration_is_refused(home: Home) -> None:
    said = task(home, "add", "T-9", "--into", "elsewhere.yaml", "--kind", "code")
    assert said.code == 1
    assert "elsewhere.yaml is no file of the configuration" in said.err


class TestImport:
    """Tasks that stand in other documents."""

    @pytest.fixture
    def listed(self, home: Home) -> Path:
        made = home.folder / "TEAM.md"
        made.write_text(
            "# Tasks\n\n| ID | Task | Agent | Status |\n|---|---|---|---|\n"
            "| T-1 | Greet | ada | PENDING |\n| X-8 | Old | ada | COMPLETED |\n"
            "| X-9 | Say: goodbye | 1-Ben | PENDING |\n| someday | More | - | - |\n"
        )
        return made

    def test_open_tasks_are_taken_over_and_the_rest_is_told(self, home: Home, listed: Path) -> None:
        said = task(home, "import", str(listed), "--kind", "code")
        assert (said.code, said.err) == (4, "")
        assert said.out.splitlines() == [
            "  + X-9  Say: goodbye  (kind code, prefer ['ben'])",
            "  - TEAM.md:5: T-1 is there already",
            "  - TEAM.md:6: X-8 is done",
            "  ? TEAM.md:8: no task id and title in: someday | More | - | -",
            f"1 imported into {home.config}, 2 left out, 1 could not be read",
        ]
        assert "  - {id: X-9, kind: code, title: 'Say: goodbye', prefer: [ben]}\n" in Path(home.config).read_text()
        again = task(home, "import", str(listed), "--kind", "code", "--json").json
        assert (again["imported"], len(again["left_out"])) == ([], 3)

    def test_a_dry_run_writes_nothing(self, home: Home, listed: Path) -> None:
        before = home.files()
        said = task(home, "import", str(listed), "--kind", "code", "--dry-run")
        assert "1 would be imported" in said.out
        assert home.files() == before

    @pytest.mark.parametrize("more", [(), ("--dry-run",)])
    def test_what_validate_would_refuse_is_not_imported(self, home: Home, listed: Path, more: tuple[str, ...]) -> None:
        before = home.files()
        said = task(home, "import", str(listed), "--kind", "art", *more)
        assert (said.code, said.out) == (1, "")
        assert " E230 " in said.err
        assert home.files() == before


def propose(home: Home, *, waits: bool = True) -> None:
    """Let the record keep a task that was proposed, and that needs one which is no more."""
    record = home.store.load()
    proposed = TaskSpec(id="TASK-007", kind="code", title="Add more", needs=("T-99",))
    item = AddedTask(task=proposed, by=".amp-fsm/proposals/more.yaml", waits=waits)
    home.store.commit(Commit(record=replace(record, added={"TASK-007": item}), memory=True))


def test_a_proposed_task_is_shown_and_waits_for_approval(home: Home) -> None:
    propose(home)
    rows = {row.split()[0]: row.split() for row in task(home, "list").out.splitlines() if row.strip()}
    assert rows["TASK-007"][1] == "PROPOSED"
    assert "T-99" in rows["TASK-007"]
    shown = task(home, "show", "TASK-007").out
    assert "TASK-007" in shown
    assert ".amp-fsm/proposals/more.yaml" in shown
    assert "PROPOSED" in run("status", home.config).out
    said = task(home, "approve", "TASK-007")
    assert (said.code, said.out.splitlines()[0]) == (0, "task/TASK-007 is approved; it is PENDING now")
    assert not home.store.load().added["TASK-007"].waits
    again = task(home, "approve", "TASK-007")
    assert again.code == 1
    assert "waits for no approval" in again.err


def test_a_proposed_task_can_be_cancelled(home: Home) -> None:
    propose(home)
    assert task(home, "cancel", "TASK-007").code == 0
    assert states(home)["TASK-007"] == "CANCELLED"


def test_a_proposed_task_stands_in_no_file_to_be_edited(home: Home) -> None:
    propose(home)
    said = task(home, "edit", "TASK-007", "--priority", "HIGH")
    assert said.code == 1
    assert "stands in no file of the configuration" in said.err


def test_ids_that_are_added_go_on_after_those_that_were_proposed(home: Home) -> None:
    propose(home)
    said = task(home, "add", "--kind", "code", "--title", "Another")
    assert said.out.startswith("task/TASK-008 added")
    taken = task(home, "add", "TASK-007", "--kind", "code", "--title", "Another")
    assert taken.code == 1
    assert "there is a task TASK-007 already: Add more" in taken.err


def test_an_id_that_a_proposal_got_meanwhile_is_not_written(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    real = yaml_edit.add_item

    def slowly(text: str, items: str, item: Mapping[str, object]) -> str:
        propose(home)
        return real(text, items, item)

    monkeypatch.setattr(yaml_edit, "add_item", slowly)
    before = Path(home.config).read_text()
    said = task(home, "add", "TASK-007", "--kind", "code", "--title", "Another")
    assert said.code == 1
    assert "TASK-007 was given to another task meanwhile: nothing was written" in said.err
    assert Path(home.config).read_text() == before
