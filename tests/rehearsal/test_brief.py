from __future__ import annotations

import pytest

from amp_fsm.rehearsal.practice_agent.brief import main_task, read_brief, task_ids

TASKS = {
    "T-1": {"deliverables": [{"file": "a.py"}, {"file": "b.md", "contains": "class A"}]},
    "T-10": {"deliverables": [{"file": "c.py"}]},
}
STATUS = {
    "name": "status",
    "file": "docs/STATUS.md",
    "columns": {"status": "Status"},
    "words": {"done": ["COMPLETED", "DONE"], "blocked": ["BLOCKED"]},
}
WHOLE = "T-1: write a.py and b.md with class A. Then set the row ada in docs/STATUS.md to DONE, or BLOCKED."


def test_a_task_id_counts_only_whole() -> None:
    assert task_ids("after T-10 do T-1", TASKS) == ("T-10", "T-1")
    assert task_ids("T-100 and XT-1", TASKS) == ()


@pytest.mark.parametrize(
    ("text", "holding", "expected"),
    [
        pytest.param("when T-10 is done, T-1: write a.py", "", "T-1", id="the-one-whose-files-are-named"),
        pytest.param("T-10 waits for T-1", "T-1", "T-1", id="else-the-one-in-hand"),
        pytest.param("T-10 waits for T-1", "", "T-10", id="else-the-first-named"),
        pytest.param("go on", "T-1", "T-1", id="no-name-means-the-one-in-hand"),
        pytest.param("go on", "", "", id="no-name-and-nothing-in-hand"),
    ],
)
def test_which_task_a_prompt_is_about(text: str, holding: str, expected: str) -> None:
    assert main_task(text, TASKS, holding) == expected


def test_a_prompt_that_says_everything_leaves_nothing_unmentioned() -> None:
    brief = read_brief(WHOLE, "T-1", TASKS["T-1"], [STATUS], "ada", None)
    assert brief.files == ("a.py", "b.md")
    assert brief.contents == ("class A",)
    assert brief.words == {"status/done": "DONE", "status/blocked": "BLOCKED"}
    assert brief.unmentioned == ()


@pytest.mark.parametrize(
    ("left_out", "said"),
    [
        pytest.param("T-1", "task T-1", id="the-task"),
        pytest.param("b.md", "deliverable b.md", id="a-file"),
        pytest.param("class A", "content 'class A'", id="a-content"),
        pytest.param("docs/STATUS.md", "document docs/STATUS.md", id="the-document"),
        pytest.param("DONE", "a word for done (COMPLETED, DONE)", id="the-word"),
        pytest.param("ada", "row ada", id="the-row"),
    ],
)
def test_what_a_prompt_leaves_out_is_said(left_out: str, said: str) -> None:
    brief = read_brief(WHOLE.replace(left_out, "…"), "T-1", TASKS["T-1"], [STATUS], "ada", None)
    assert brief.unmentioned == (said,)


def test_what_an_earlier_prompt_told_is_still_known() -> None:
    first = read_brief(WHOLE.replace("b.md", "…"), "T-1", TASKS["T-1"], [STATUS], "ada", None)
    second = read_brief("T-1: b.md is missing", "T-1", TASKS["T-1"], [STATUS], "ada", first)
    assert second.files == ("a.py", "b.md")
    assert second.words == first.words
    assert second.unmentioned == ("row ada",)
