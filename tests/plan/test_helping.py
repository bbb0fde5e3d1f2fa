"""Help: who is asked, what passes an answer on, and what becomes of it when its prompt does not arrive."""

from __future__ import annotations

from dataclasses import replace

import pytest

from amp_fsm.engine.commit import commit_of
from amp_fsm.model.desired import desired
from amp_fsm.model.facts import Fact, Truth
from amp_fsm.model.guards import fact
from amp_fsm.model.machine import ActionSpec, TransitionSpec, Verb
from amp_fsm.model.observed import Memory, Observed
from amp_fsm.model.plan import Change
from amp_fsm.model.project import Project, SuccessionSpec
from amp_fsm.model.record import Intent, IntentStatus, Record
from amp_fsm.plan.errands.helping import has_lead, question_of
from amp_fsm.plan.settle import settled
from amp_fsm.plan.situation import situate
from tests.plan.errand_team import READING, led, passed, planned
from tests.plan.team import NOW, assignment, known, observed, record, task

ASKS = Fact(name="asks_help", truth=Truth.TRUE, value="which one?", evidence='Q.md "which one?"', source="file")
HELD = record(assignment("ada", "T-1"), states={"agent/ada": "WORKING", "task/T-1": "WORKING", "agent/ben": "IDLE"})
ITEM = "HELP-T-1-1"


def answering(prompt: str = "Told: {{ answer }}") -> Project:
    """Return the led team, whose agents are told answers in ASKED."""
    made = led(task("T-1"))
    tell = TransitionSpec(
        name="tell", to="WORKING", when=fact("help_answered"), do=(ActionSpec(verb=Verb.SEND, what="answer"),)
    )
    agent = made.machines["agent"]
    states = {**agent.states, "ASKED": replace(agent.states["ASKED"], transitions=(tell,), timers=())}
    machines = {**made.machines, "agent": replace(agent, states=states)}
    return replace(made, machines=machines, prompts={**made.prompts, "answer": prompt})


def asked(team: Project) -> Record:
    seen = observed(ada={**known("turn_over", "claims_blocked"), "asks_help": ASKS}, ben=known("turn_over"))
    return passed(team, seen, HELD)


def answered(team: Project) -> tuple[Record, Observed]:
    """Return the record after the lead answered, and what is seen then."""
    before = asked(team)
    subjects = {**before.subjects, f"task/{ITEM}": replace(before.subjects["task/T-1"], state="COMPLETED")}
    subjects[f"task/{ITEM}"] = replace(subjects[f"task/{ITEM}"], address=f"task/{ITEM}")
    said = Fact(name="answer", truth=Truth.TRUE, value="{{ this }} one")
    seen = observed(ada=known("turn_over", "at_prompt"), ben=known("busy"))
    return replace(before, subjects=subjects), replace(seen, answers={ITEM: said})


def telling(team: Project) -> tuple[Record, Change, Intent]:
    before, seen = answered(team)
    made = planned(team, seen, before)
    (change,) = [one for one in made.changes if one.address == "agent/ada"]
    after = commit_of(before, made, Memory(), NOW, READING).record
    (intent,) = [one for one in change.intents if one.action.verb is Verb.SEND]
    return after, change, intent


def test_the_lead_is_told_the_question_the_task_and_where_the_work_lies() -> None:
    item = asked(answering()).added[ITEM]
    assert item.task.brief["question"] == "which one?"
    assert (item.task.brief["folder"], item.lead, item.task.avoid) == (answering().root, True, ("ada",))


def test_an_answer_is_a_value_in_a_prompt_and_never_a_template() -> None:
    _, change, intent = telling(answering())
    assert "Told: {{ this }} one" in intent.action.text
    assert [item.told for item in change.tells] == [intent.id]


def test_once_told_it_is_not_told_again_until_the_prompt_turns_out_not_to_have_arrived() -> None:
    team = answering()
    after, _, intent = telling(team)
    _, seen = answered(team)
    again = replace(after, subjects={**after.subjects, "agent/ada": asked(team).subjects["agent/ada"]})
    assert not [one for one in planned(team, seen, again).changes if one.tells]
    for status, told in (
        (IntentStatus.DONE, intent.id),
        (IntentStatus.UNKNOWN, intent.id),
        (IntentStatus.VOID, ""),
        (IntentStatus.FAILED, ""),
    ):
        assert settled(after, replace(intent, status=status), NOW).added[ITEM].told == told


def test_a_prompt_that_does_not_show_the_answer_passes_nothing_on() -> None:
    after, change, _ = telling(answering("Go on."))
    assert not change.tells
    assert not after.added[ITEM].told


def test_the_errand_follows_the_lead_when_somebody_else_leads_meanwhile() -> None:
    team, after = answering(), asked(answering())
    assert desired(team, after).tasks[ITEM].only == "ben"
    assert desired(team, replace(after, lead="ada")).tasks[ITEM].only == "ada"


@pytest.mark.parametrize(
    ("order", "state", "paused", "expected"),
    [
        pytest.param(("ben",), "IDLE", (), Truth.TRUE, id="somebody-else-leads"),
        pytest.param(("ada",), "IDLE", (), Truth.FALSE, id="it-leads-itself"),
        pytest.param((), "IDLE", (), Truth.FALSE, id="nobody-leads"),
        pytest.param(("ben",), "BLOCKED", (), Truth.FALSE, id="the-lead-is-blocked"),
        pytest.param(("ben",), "LIMITED", (), Truth.FALSE, id="the-lead-is-limited"),
        pytest.param(("ben",), "IDLE", ("ben",), Truth.FALSE, id="the-lead-is-paused"),
    ],
)
def test_has_lead(order: tuple[str, ...], state: str, paused: tuple[str, ...], expected: Truth) -> None:
    team = replace(answering(), succession=SuccessionSpec(order=order))
    before = record(states={"agent/ben": state}, paused=frozenset(paused))
    assert has_lead(situate(team, observed(), before, NOW), "agent/ada").truth is expected


def test_the_last_question_is_remembered_when_it_no_longer_shows() -> None:
    situation = situate(desired(answering(), asked(answering())), observed(), asked(answering()), NOW)
    assert question_of(situation, "agent/ada") == "which one?"
    assert question_of(situation, "agent/ben") == ""
