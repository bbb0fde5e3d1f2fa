from __future__ import annotations

from dataclasses import replace

import pytest

from amp_fsm.rehearsal.account import Account
from amp_fsm.rehearsal.report import Report, TaskEnd, as_json, as_text, duration

DONE = TaskEnd(id="T-1", state="COMPLETED", expected="COMPLETED", attempts=1, settled_at=250.0)
LOST = TaskEnd(id="T-10", state="FAILED", expected="COMPLETED", attempts=2, settled_at=4000.0)
REPORT = Report(
    project="palm",
    scenario="smooth",
    ended="all tasks are settled",
    tasks=(DONE,),
    sent={"code": 1, "reminder": 2},
    received=3,
    passes=40,
    policy_seconds=300.0,
    real_seconds=2.5,
)


@pytest.mark.parametrize(
    ("report", "code"),
    [
        pytest.param(REPORT, 0, id="all-is-well"),
        pytest.param(replace(REPORT, tasks=(DONE, LOST)), 4, id="a-task-ended-otherwise"),
        pytest.param(replace(REPORT, tasks=(DONE, replace(LOST, expected="FAILED"))), 0, id="it-was-expected-to"),
        pytest.param(replace(REPORT, tasks=(DONE, LOST), broken=("x",)), 1, id="a-broken-promise-comes-first"),
    ],
)
def test_the_exit_code_says_how_it_went(report: Report, code: int) -> None:
    assert report.exit_code == code
    assert as_json(report)["exit_code"] == code


def test_a_report_as_people_read_it() -> None:
    report = replace(REPORT, tasks=(DONE, LOST), told=("agent/ada: died",), unmentioned=("code for T-1: row ada",))
    assert as_text(report) == (
        "palm   rehearsed with smooth   all tasks are settled\n"
        "\n"
        "  ✓ T-1   COMPLETED  after 4m 10s\n"
        "  ✗ T-10  FAILED     after 1h 06m   handed out 2 times   expected COMPLETED\n"
        "\n"
        "prompts    3 sent (1 code, 2 reminder), 3 received\n"
        "time       5m 00s of the agents, 2.5 s of ours, 40 passes\n"
        "\n"
        "the operator would have been told:\n"
        "  agent/ada: died\n"
        "\n"
        "what prompts did not mention:\n"
        "  code for T-1: row ada\n"
        "\n"
        "no promise was broken, 1 of 2 tasks did not end as expected\n"
    )


def test_a_broken_promise_is_the_last_word() -> None:
    text = as_text(replace(REPORT, broken=("prompt a was received 2 times",)))
    assert "PROMISES BROKEN:\n  prompt a was received 2 times\n" in text
    assert text.endswith("1 broken promise\n")


def test_json_says_what_the_text_says() -> None:
    made = as_json(REPORT)
    assert made["format_version"] == "1.0"
    assert made["tasks"][0]["id"] == "T-1"
    assert made["reminders"] == 2


@pytest.mark.parametrize(("seconds", "text"), [(7.2, "7s"), (250, "4m 10s"), (3780, "1h 03m")])
def test_durations_as_people_say_them(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_an_action_that_failed_is_listed_and_is_exit_code_4() -> None:
    report = Report(
        project="team",
        scenario="smooth",
        ended="all tasks are settled",
        sent={},
        failed=("set_row status: is read-only",),
    )
    assert report.exit_code == 4
    assert "ACTIONS FAILED:\n  set_row status: is read-only" in as_text(report)
    assert as_text(report).endswith("no promise was broken, 1 kind of action failed\n")


def test_what_became_of_each_prompt_is_a_table_whose_totals_add_up() -> None:
    def prompt(name: str, agent: str, became: str = "received") -> Account:
        return Account(intent="i", prompt=name, task="T-1", agent=agent, received_by=(agent,), became=became)

    prompts = (prompt("code", "ada"), prompt("code", "ada"), prompt("fix", "ben"), prompt("fix", "ben", "void"))
    text = as_text(replace(REPORT, sent={"code": 2, "fix": 1}, prompts=prompts))
    assert "prompts    3 sent (2 code, 1 fix), 3 received, 1 void\n" in text
    assert text.split("who received them:\n")[1].splitlines()[:4] == [
        "        ada  ben  all",
        "  code    2    -    2",
        "  fix     -    1    1",
        "  all     2    1    3",
    ]
    assert as_json(replace(REPORT, prompts=prompts))["prompts"][3]["became"] == "void"
