from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from amp_fsm.rehearsal.practice_agent.agent import PracticeAgent, Quit
from amp_fsm.rehearsal.practice_agent.keys import Key, Paste, Text
from amp_fsm.rehearsal.practice_agent.outside import Moment, Outside
from amp_fsm.rehearsal.practice_agent.worker import Crash

WALL = 1_800_000_000.0
BOARD = "## Board\n| Agent | Status | At |\n|---|---|---|\n| ada | IDLE | - |\n| ben | IDLE | - |\n"
PROMPT = "T-1: write a.py and docs/*.md with TODO. In STATUS.md set the row ada to DONE, or BLOCKED.\n[amp:abc]"


class Stage:
    """One practice agent without a terminal, and a clock that is moved by hand."""

    def __init__(self, folder: Path, behaviour: dict[str, Any], task: dict[str, Any]) -> None:
        self.root, self.world = folder / "root", folder / "world"
        self.root.mkdir()
        self.world.mkdir()
        (self.root / "STATUS.md").write_text(BOARD)
        deliverables = [{"file": "a.py", "min_bytes": 200}, {"file": "docs/*.md", "contains": "TODO"}]
        board = {"name": "status", "file": "STATUS.md", "path": str(self.root / "STATUS.md"), "heading": "Board"}
        words = {"done": ["DONE"], "blocked": ["BLOCKED"], "working": ["WORKING"]}
        columns = {"status": "Status", "updated": "At"}
        script = {
            "root": str(self.root),
            "tasks": {"T-1": {"deliverables": deliverables, "checks": [], "behaviour": task}},
            "agents": {"ada": {"row": "ada", "behaviour": {"works": 600.0, **behaviour}}},
            "documents": [{**board, "key": "Agent", "columns": columns, "words": words}],
        }
        (self.world / "tasks.json").write_text(json.dumps(script))
        self.policy = 0.0
        self.begin()

    def begin(self) -> None:
        self.agent = PracticeAgent(Outside(self.world, "ada"), works=600.0, behaviour={}, now=self.now())
        self.agent.pass_time(self.now())

    def now(self) -> Moment:
        return Moment(policy=self.policy, wall=WALL + self.policy)

    def after(self, seconds: float) -> str:
        self.policy += seconds
        self.agent.pass_time(self.now())
        return self.phase

    @property
    def phase(self) -> str:
        return str(self.agent.state(0, 1, self.now())["phase"])

    def submit(self, text: str = PROMPT) -> dict[str, Any]:
        self.agent.take(Paste(text=text), self.now())
        self.agent.take(Key(name="enter"), self.now())
        self.agent.pass_time(self.now())
        return self.receipts()[-1]

    def receipts(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in (self.world / "ada" / "receipts.jsonl").read_text().splitlines()]

    @property
    def row(self) -> str:
        return (self.root / "STATUS.md").read_text().splitlines()[3]


def stage(folder: Path, task: dict[str, Any] | None = None, **behaviour: Any) -> Stage:
    return Stage(folder, behaviour, task or {})


def test_lines_that_only_show_progress_wake_nobody(tmp_path: Path) -> None:
    one = stage(tmp_path)
    one.submit()
    assert one.agent.state(0, 1, one.now())["wakes_at"] == 600.0
    one.after(310)
    assert (one.agent.state(0, 1, one.now())["wakes_at"], one.agent.view(one.now()).transcript[-1]) == (
        600.0,
        "● Worked 5 min on T-1",
    )


def test_it_leaves_what_was_asked_for_and_says_so_in_its_row(tmp_path: Path) -> None:
    one = stage(tmp_path)
    receipt = one.submit()
    assert (receipt["task"], receipt["unmentioned"], receipt["did"]) == ("T-1", [], "works on T-1 for 600s")
    assert (one.after(599), one.row) == ("working", "| ada | IDLE | - |")
    assert (one.after(1), one.row) == ("idle", "| ada | DONE | 08:10 |")
    assert (one.root / "a.py").stat().st_size >= 200
    assert (one.root / "docs" / "t-1.md").read_text().endswith("TODO\n")
    assert (one.root / "a.py").stat().st_mtime == WALL + 600


def test_it_leaves_only_what_the_prompt_names(tmp_path: Path) -> None:
    one = stage(tmp_path)
    receipt = one.submit("T-1: write a.py")
    one.after(600)
    assert not (one.root / "docs").exists()
    assert one.row == "| ada | IDLE | - |"
    assert receipt["unmentioned"] == ["deliverable docs/*.md", "content 'TODO'", "document STATUS.md", "row ada"]


def test_a_jump_over_many_things_does_each_at_its_own_moment(tmp_path: Path) -> None:
    one = stage(tmp_path, {"limited": {"after": 60.0, "for": 600.0, "of": "T-1"}})
    one.submit()
    # the limit is reached at 60 s, lasts until the full minute after 660 s, and 540 s of work are left
    assert one.after(10_000) == "idle"
    assert (one.root / "a.py").stat().st_mtime == WALL + 660 + 540


def test_without_resuming_by_itself_it_waits_to_be_told(tmp_path: Path) -> None:
    one = stage(tmp_path, {"limited": {"after": 60.0, "for": 600.0, "resumes": False, "of": "T-1"}})
    one.submit()
    assert one.after(60) == "limited"
    assert one.submit("T-1 go on")["kind"] == "refused"
    assert one.after(600) == "idle"
    assert one.submit()["did"] == "goes on with T-1"
    assert (one.after(539), one.after(1)) == ("working", "idle")


def test_it_dies_once_and_forgets_what_it_was_told(tmp_path: Path) -> None:
    one = stage(tmp_path, {"dies": {"after": 60.0, "of": "T-1"}})
    one.submit()
    with pytest.raises(Crash):
        one.after(60)
    one.begin()
    assert one.submit("T-1: a.py")["unmentioned"] == [
        "deliverable docs/*.md",
        "content 'TODO'",
        "document STATUS.md",
        "row ada",
    ]
    assert one.after(600) == "idle"


def test_blocked_it_says_so_and_needs_as_many_reminders_as_the_scenario_says(tmp_path: Path) -> None:
    one = stage(tmp_path, {"blocks": {"after": 60.0, "reminders": 2, "of": "T-1"}})
    one.submit()
    assert (one.after(60), one.row) == ("blocked", "| ada | BLOCKED | 08:01 |")
    assert one.submit("reminder: T-1")["did"] == "is still blocked on T-1"
    assert one.after(5) == "blocked"
    assert one.submit("reminder: T-1")["did"] == "goes on with T-1"
    assert one.after(540) == "idle"


def test_blocked_for_a_time_reminders_change_nothing(tmp_path: Path) -> None:
    one = stage(tmp_path, {"blocks": {"after": 60.0, "for": 900.0, "of": "T-1"}})
    one.submit()
    one.after(60)
    assert one.submit("reminder: T-1")["did"] == "is still blocked on T-1"
    assert [one.after(5), one.after(890)] == ["blocked", "blocked"]
    assert one.submit("reminder: T-1")["did"] == "is still blocked on T-1"
    # the time is over in the middle of its answer: it goes on at once
    assert [one.after(5), one.after(5), one.after(530)] == ["working", "working", "idle"]


def test_blocked_for_a_time_it_goes_on_by_itself(tmp_path: Path) -> None:
    one = stage(tmp_path, {"blocks": {"after": 60.0, "for": 900.0, "of": "T-1"}})
    one.submit()
    assert [one.after(60), one.after(899), one.after(1), one.after(540)] == ["blocked", "blocked", "working", "idle"]


def test_a_deliverable_forgotten_once_is_there_after_a_fix(tmp_path: Path) -> None:
    one = stage(tmp_path, {"claims_done_without": ["a.py"]})
    one.submit()
    one.after(600)
    assert (one.row, (one.root / "a.py").exists()) == ("| ada | DONE | 08:10 |", False)
    assert one.submit("fix T-1: a.py is missing")["did"] == "mends T-1 for 150s"
    one.after(150)
    assert (one.root / "a.py").exists()


def test_broken_work_is_marked_as_often_as_the_scenario_says(tmp_path: Path) -> None:
    one = stage(tmp_path, {"fails_check": 1})
    marks = []
    for _ in range(2):
        one.submit()
        one.after(600)
        marks.append((one.world / "broken" / "T-1").exists())
    assert marks == [True, False]


def test_one_that_never_updates_its_row_does_not(tmp_path: Path) -> None:
    one = stage(tmp_path, never_updates_row=True)
    one.submit()
    one.after(600)
    assert (one.row, (one.root / "a.py").exists()) == ("| ada | IDLE | - |", True)


def test_an_error_ends_the_turn_until_it_tries_again(tmp_path: Path) -> None:
    one = stage(tmp_path, {"errored": {"after": 60.0, "for": 300.0, "of": "T-1"}})
    one.submit()
    assert [one.after(60), one.after(300), one.after(540)] == ["errored", "working", "idle"]


@pytest.mark.parametrize(
    ("answer", "then"), [("yes", "working"), ("withdrawn", "working"), ("no", "idle")], ids=["yes", "withdrawn", "no"]
)
def test_a_dialog_goes_away_as_the_scenario_says(tmp_path: Path, answer: str, then: str) -> None:
    one = stage(tmp_path, {"asks": {"after": 60.0, "for": 90.0, "answer": answer, "of": "T-1"}})
    one.submit()
    assert [one.after(60), one.after(90)] == ["asking", then]
    assert [receipt["kind"] for receipt in one.receipts()] == ["prompt"]


def test_escape_stops_a_turn_and_two_interrupts_end_the_program(tmp_path: Path) -> None:
    one = stage(tmp_path)
    one.submit()
    one.agent.take(Key(name="escape"), one.now())
    assert one.phase == "idle"
    one.agent.take(Text(text="draft"), one.now())
    one.agent.take(Key(name="interrupt"), one.now())
    assert one.agent.view(one.now()).draft == ""
    with pytest.raises(Quit):
        one.agent.take(Key(name="interrupt"), one.now())


def test_progress_shows_unless_it_is_silent(tmp_path: Path) -> None:
    (tmp_path / "loud").mkdir()
    (tmp_path / "silent").mkdir()
    loud, silent = stage(tmp_path / "loud"), stage(tmp_path / "silent", silent=True)
    shown = []
    for one in (loud, silent):
        one.submit()
        before = len(one.agent.view(one.now()).transcript)
        one.after(599)
        shown.append(len(one.agent.view(one.now()).transcript) - before)
    assert shown == [1, 0]


def test_work_in_a_worktree_is_left_there_once_a_prompt_named_it(tmp_path: Path) -> None:
    one = stage(tmp_path)
    script = json.loads((one.world / "tasks.json").read_text())
    script["tasks"]["T-1"]["folder"] = str(tmp_path / "trees" / "T-1")
    (one.world / "tasks.json").write_text(json.dumps(script))
    receipt = one.submit()
    assert receipt["unmentioned"] == [f"workspace {tmp_path}/trees/T-1"]
    one.after(600)
    assert (one.root / "a.py").exists()
    assert one.submit(f"Work in {tmp_path}/trees/T-1 only.\n{PROMPT}")["unmentioned"] == []
    one.after(600)
    assert (tmp_path / "trees" / "T-1" / "a.py").exists()


def test_what_it_writes_can_be_said_each_time_the_next_and_the_last_again(tmp_path: Path) -> None:
    one = stage(tmp_path, {"writes": ["first\n", "second\n"]})
    written = []
    for _ in range(3):
        one.submit()
        one.after(600)
        written.append((one.root / "a.py").read_text())
    assert written == ["first\n", "second\n", "second\n"]


def test_a_question_is_open_until_a_prompt_answers_it(tmp_path: Path) -> None:
    blocks = {"after": 60.0, "question": "Which type?", "until": "the second"}
    one = stage(tmp_path, {"blocks": {**blocks, "of": "T-1"}})
    one.submit()
    assert one.after(60) == "blocked"
    assert "● Which type?" in one.agent.view(one.now()).transcript
    assert one.submit("T-1: go on. [amp:b]")["did"] == "is still blocked on T-1"
    assert one.after(10) == "blocked"
    assert one.submit("T-1: use the second type. [amp:c]")["did"] == "goes on with T-1"
    assert one.after(540) == "idle"
    assert "DONE" in one.row


def test_a_question_is_left_in_the_file_that_a_prompt_named(tmp_path: Path) -> None:
    one = stage(tmp_path, {"blocks": {"after": 60.0, "question": "Which type?", "until": "the second", "of": "T-1"}})
    script = json.loads((one.world / "tasks.json").read_text())
    script["tasks"]["T-1"]["question"] = ".amp-fsm/errands/QUESTION-T-1.md"
    (one.world / "tasks.json").write_text(json.dumps(script))
    one.submit(f"Questions go to .amp-fsm/errands/QUESTION-T-1.md.\n{PROMPT}")
    assert one.after(60) == "blocked"
    assert (one.root / ".amp-fsm" / "errands" / "QUESTION-T-1.md").read_text() == "Which type?\n"
    assert one.row == "| ada | IDLE | - |"


def test_an_errand_is_answered_in_its_file_and_nothing_is_claimed(tmp_path: Path) -> None:
    one = stage(tmp_path)
    script = json.loads((one.world / "tasks.json").read_text())
    answer = {"deliverables": [{"file": ".amp-fsm/errands/HELP-T-1-1.md"}], "checks": [], "errand": True}
    script["tasks"]["HELP-T-1-1"] = {**answer, "behaviour": {"writes": "Use the second type.\n", "works": 60.0}}
    (one.world / "tasks.json").write_text(json.dumps(script))
    receipt = one.submit(
        "ben works on T-1, a.py and docs/*.md. Write to .amp-fsm/errands/HELP-T-1-1.md. See STATUS.md. HELP-T-1-1"
    )
    assert (receipt["task"], receipt["unmentioned"]) == ("HELP-T-1-1", [])
    one.after(60)
    assert (one.root / ".amp-fsm" / "errands" / "HELP-T-1-1.md").read_text() == "Use the second type.\n"
    assert one.row == "| ada | IDLE | - |"


def test_of_two_errands_the_one_whose_file_is_named_last_is_meant(tmp_path: Path) -> None:
    one = stage(tmp_path)
    script = json.loads((one.world / "tasks.json").read_text())
    for name in ("PROPOSE-1", "PROPOSE-2"):
        item = {"deliverables": [{"file": f"p/{name}.yaml"}], "checks": [], "errand": True, "behaviour": {}}
        script["tasks"][name] = item
    (one.world / "tasks.json").write_text(json.dumps(script))
    assert one.submit("p/PROPOSE-1.yaml:4:5 is wrong. Write p/PROPOSE-2.yaml.")["task"] == "PROPOSE-2"


def test_its_usage_grows_with_its_work_and_begins_anew_after_a_limit(tmp_path: Path) -> None:
    usage = {"from": 40.0, "per_hour": 60.0, "tokens_per_hour": 6000.0}
    one = stage(tmp_path, {"limited": {"after": 300.0, "for": 600.0, "of": "T-1"}}, usage=usage)
    assert one.agent.view(one.now()).usage == "usage 40% · 0 tokens"
    one.submit()
    one.after(120)
    assert one.agent.view(one.now()).usage == "usage 42% · 200 tokens"
    assert one.after(180) == "limited"
    assert one.agent.view(one.now()).usage == "usage 45% · 500 tokens"
    one.after(660)
    assert one.agent.view(one.now()).usage.startswith("usage 1%")
