"""Errands: opened by a machine, kept in the record, offered first and to one agent alone, and forgotten in the end."""

from __future__ import annotations

from dataclasses import replace

from amp_fsm.engine.commit import commit_of
from amp_fsm.model.desired import desired, lead_of
from amp_fsm.model.errand import Errand
from amp_fsm.model.facts import Truth
from amp_fsm.model.machine import Verb
from amp_fsm.model.observed import Memory, Observed
from amp_fsm.model.record import Record
from amp_fsm.model.time import Now
from amp_fsm.plan.errands.errand import REMEMBERED
from amp_fsm.plan.situation import situate
from amp_fsm.plan.subject_facts import SubjectFacts
from tests.plan.errand_team import READING, led, passed, planned
from tests.plan.team import ADA, AT_PROMPT, HIGH, NOW, assignment, known, observed, project, record, task

TEAM = led(task("T-1"), task("T-2", priority=HIGH))
HELD = record(assignment("ada", "T-1"), states={"agent/ada": "WORKING", "task/T-1": "WORKING", "agent/ben": "IDLE"})
BUSY = known("busy")
ASKS = observed(ada=known("turn_over", "claims_blocked"), ben=known("turn_over"))
FREE = observed(ada=known("turn_over"), ben=known(*AT_PROMPT))
ID = "HELP-T-1-1"


def asked() -> Record:
    """Return the record after ada asked for help, while a person types into the lead's composer."""
    return passed(TEAM, ASKS, HELD)


def given(before: Record, seen: Observed = FREE) -> dict[str, str]:
    changes = planned(TEAM, seen, before).changes
    return {change.opens.agent: change.opens.task for change in changes if change.opens}


def test_a_machine_opens_an_errand_for_the_lead() -> None:
    (change,) = [one for one in planned(TEAM, ASKS, HELD).changes if one.adds]
    (item,) = change.adds
    assert (change.address, item.task.id, item.task.only, item.about, item.by) == (
        "agent/ada",
        ID,
        "ben",
        "task/T-1",
        "ada",
    )
    assert {**item.task.brief, "agent": "ada", "task": "T-1", "title": "Title of T-1"} == item.task.brief
    assert [one.file for one in item.task.deliverables] == [f".amp-fsm/errands/{ID}.md"]


def test_the_record_keeps_it_and_the_next_pass_knows_it() -> None:
    after = asked()
    assert list(after.added) == [ID]
    assert after.opened == {"HELP-T-1": 1}
    assert ID in desired(TEAM, after).tasks
    assert f"task/{ID}" in {subject.address for subject in planned(TEAM, ASKS, after).born}


def test_a_commit_that_opens_one_writes_it_and_tells_the_journal() -> None:
    commit = commit_of(HELD, planned(TEAM, ASKS, HELD), Memory(), NOW, READING)
    assert commit.memory
    assert f"{ID} opened: Help ada with T-1 (for ben)" in {entry.text for entry in commit.journal}


def test_it_goes_before_every_task() -> None:
    assert given(asked()) == {"ben": ID}


def test_nobody_else_gets_it_though_they_wait_and_could() -> None:
    eve = replace(ADA, name="eve", window="2")
    team = replace(TEAM, agents={**TEAM.agents, "eve": eve}, tasks={"T-1": TEAM.tasks["T-1"]})
    subjects = {**asked().subjects, "agent/eve": HELD.subjects["agent/ben"]}
    seen = observed(ada=known("turn_over"), ben=known("turn_over"))
    waiting = replace(seen, facts={**seen.facts, "agent/eve": known(*AT_PROMPT)})
    before = replace(asked(), subjects={**subjects, "agent/eve": replace(subjects["agent/eve"], address="agent/eve")})
    assert [change.opens for change in planned(team, waiting, before).changes if change.opens] == []


def test_the_lead_is_told_in_the_prompt_of_that_name() -> None:
    (change,) = [one for one in planned(TEAM, FREE, asked()).changes if one.opens]
    (intent,) = [one for one in change.intents if one.action.verb is Verb.SEND]
    assert intent.action.what == "work"  # this team's machine sends one prompt to all
    assert "HELP-T-1-1" in intent.action.text


def test_it_is_over_when_its_answer_is_there_and_the_lead_has_stopped() -> None:
    held = passed(TEAM, FREE, asked())
    item = f"task/{ID}"
    written = known("deliverables_present", kind="task")
    at_work = Observed(at=NOW.wall, server="1:1", facts={"agent/ada": BUSY, "agent/ben": BUSY, item: written})
    begun = passed(TEAM, at_work, held)
    assert begun.subjects[item].state == "WORKING"
    stopped = replace(at_work, facts={**at_work.facts, "agent/ben": known("turn_over")})
    over = passed(TEAM, stopped, begun)
    assert over.subjects[item].state == "COMPLETED"
    assert [held.task for held in over.assignments.values()] == ["T-1"]


def test_nobody_is_asked_when_the_lead_itself_is_blocked_or_nobody_leads() -> None:
    leading = record(assignment("ben", "T-1"), states={"agent/ben": "WORKING", "task/T-1": "WORKING"})
    blocked = observed(ben=known("turn_over", "claims_blocked"), ada=BUSY)
    assert not passed(TEAM, blocked, leading).added
    leaderless = replace(TEAM, succession=project().succession)
    assert not passed(leaderless, ASKS, HELD).added


def test_a_second_one_about_the_same_waits_for_the_end_of_the_first() -> None:
    again = replace(asked(), subjects={**asked().subjects, "agent/ada": HELD.subjects["agent/ada"]})
    assert list(passed(TEAM, ASKS, again).added) == [ID]
    over = passed(TEAM, ASKS, again)
    ended = replace(over.subjects[f"task/{ID}"], state="COMPLETED")
    subjects = {**over.subjects, f"task/{ID}": ended, "agent/ada": HELD.subjects["agent/ada"]}
    assert list(passed(TEAM, ASKS, replace(over, subjects=subjects)).added) == [ID, "HELP-T-1-2"]


def test_it_is_withdrawn_when_nobody_wants_its_answer() -> None:
    dropped = passed(TEAM, FREE, replace(asked(), assignments={}))
    assert dropped.subjects[f"task/{ID}"].state == "CANCELLED"
    situation = situate(desired(TEAM, asked()), ASKS, asked(), NOW)
    assert SubjectFacts(situation, "task/T-1")["moot"].truth is Truth.FALSE


def test_it_is_forgotten_a_day_after_it_is_over() -> None:
    dropped = passed(TEAM, FREE, replace(asked(), assignments={}))
    since = dropped.subjects[f"task/{ID}"].since
    soon, late = (Now(policy=since + REMEMBERED + more, wall=NOW.wall) for more in (-1.0, 1.0))
    assert list(passed(TEAM, ASKS, dropped, soon).added) == [ID]
    forgotten = passed(TEAM, ASKS, dropped, late)
    assert not forgotten.added
    assert f"task/{ID}" in planned(TEAM, ASKS, forgotten, late).dropped


def test_one_that_is_not_over_is_never_forgotten() -> None:
    waiting = asked()
    late = Now(policy=NOW.policy + 2 * REMEMBERED, wall=NOW.wall)
    known_by_now = passed(TEAM, ASKS, waiting)
    assert known_by_now.subjects[f"task/{ID}"].state == "PENDING"
    assert list(passed(TEAM, ASKS, known_by_now, late).added) == [ID]


def test_the_configuration_goes_before_an_added_task_of_the_same_id() -> None:
    after = asked()
    configured = led(task("T-1"), task(ID, title="Now configured"))
    assert desired(configured, after).tasks[ID].title == "Now configured"
    placed = desired(led(task("T-1")), after).tasks[ID]
    assert (placed.order, placed.errand) == (1, Errand.HELP)


def test_the_lead_is_the_recorded_one_while_it_is_in_the_succession() -> None:
    assert lead_of(TEAM, Record()) == "ben"
    assert lead_of(TEAM, Record(lead=ADA.name)) == "ada"
    assert lead_of(TEAM, Record(lead="gone")) == "ben"
    assert lead_of(project(), Record()) == ""
