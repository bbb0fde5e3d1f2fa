"""The lead is handed over: when, to whom, by which file, and back again; at every moment one agent leads at most."""

from __future__ import annotations

from dataclasses import replace

import pytest

from amp_fsm.engine.commit import commit_of
from amp_fsm.errors import NotPossibleError
from amp_fsm.model.desired import desired, lead_of
from amp_fsm.model.errand import AddedTask
from amp_fsm.model.facts import Fact, Truth
from amp_fsm.model.machine import Verb
from amp_fsm.model.observed import Memory, Observed
from amp_fsm.model.plan import Change, Plan, Recovery
from amp_fsm.model.project import AgentSpec, HandOverAt, Project, SuccessionSpec
from amp_fsm.model.record import Intent, IntentStatus, Record, Sample, Written
from amp_fsm.model.seen import Background, Failed, FileSeen, Missing
from amp_fsm.model.time import Now
from amp_fsm.model.usage import Figures, Usage
from amp_fsm.plan.errands.handing import by_hand
from amp_fsm.plan.leading import lead_now
from amp_fsm.plan.planner import plan
from amp_fsm.plan.recovery import recover
from amp_fsm.plan.settle import settled
from amp_fsm.plan.situation import situate
from amp_fsm.plan.subject_facts import SubjectFacts
from tests.plan.errand_team import READING, led
from tests.plan.team import ADA, AT_PROMPT, BEN, HIGH, NOW, assignment, known, record, task

CAT = AgentSpec(name="cat", profile="p", window="2", skills=("code",))
SPEC = SuccessionSpec(
    order=("ben", "ada"),
    hand_over_at=HandOverAt(usage=90.0, away=300.0),
    file="to/{from}_to_{to}.md",
    template="{{ giver }} -> {{ taker or 'nobody' }}: {{ reason }}\n",
)
TEAM = replace(led(task("T-1")), succession=SPEC)
TEAM = replace(TEAM, prompts={**TEAM.prompts, "hand_over": "Lead on, from {{ task.brief.file }}."})
IDLE = {"agent/ada": "IDLE", "agent/ben": "IDLE"}
LATER = Now(policy=NOW.policy + 60.0, wall=NOW.wall + 60.0)
FIRST, NOBODY = "to/ben_to_ada.md", "to/ben_to_nobody.md"


def sees(before: Record, **facts: dict[str, Fact]) -> Observed:
    """Return an observation in which no hand-over file is there, but those that we wrote."""
    papers: dict[str, FileSeen | Missing | Failed] = {path: Missing(path=path) for path in (FIRST, NOBODY)}
    papers |= {path: FileSeen(path=path, text="", digest=one.digest) for path, one in before.written.items()}
    named = {f"agent/{name}": value for name, value in facts.items()}
    return Observed(at=NOW.wall, facts=named, server="1:1", papers=papers, background=Background())


def used(percent: float, name: str = "ben") -> Record:
    return record(states=IDLE, usage={name: Usage(last=Figures(usage_percent=percent))})


def away(word: str, seconds: float, name: str = "ben") -> Record:
    return record(states=IDLE, samples={name: Sample(state=word, since=NOW.policy - seconds)})


def planned(before: Record, seen: Observed, team: Project = TEAM, now: Now = NOW) -> Plan:
    return plan(desired(team, before), seen, before, now)


def after(before: Record, seen: Observed, team: Project = TEAM, now: Now = NOW) -> Record:
    """Return the record as a pass commits it, nothing performed yet."""
    return commit_of(before, planned(before, seen, team, now), Memory(), now, READING).record


def opened(before: Record, seen: Observed, team: Project = TEAM) -> list[AddedTask]:
    return [item for change in planned(before, seen, team).changes for item in change.adds]


def performed(before: Record, now: Now = LATER) -> Record:
    """Return the record after every open intent was done."""
    for intent in tuple(before.intents.values()):
        before = settled(before, replace(intent, status=IntentStatus.DONE), now)
    return before


FREE, WORKS, LIMITED, GONE = known(*AT_PROMPT), known("busy"), known("limited"), known("gone")
DRAFT = known("turn_over")
PENDING = after(used(95.0), sees(used(95.0), ada=WORKS, ben=WORKS))
"""A hand-over is opened, and the successor is busy."""


def given(before: Record = PENDING) -> Record:
    """Return the record after the hand-over was assigned; its prompt is planned."""
    seen = sees(before, ada=FREE, ben=WORKS)
    return after(after(before, seen), seen)


def test_a_lead_that_nears_its_limit_is_followed_by_the_next() -> None:
    (item,) = opened(used(90.0), sees(used(90.0), ada=WORKS, ben=WORKS))
    assert (item.task.id, item.task.only, item.about) == ("HAND-OVER-1", "ada", "agent/ben")
    assert item.task.brief == {"from": "ben", "to": "ada", "reason": "ben has used 90% of its allowance"}
    assert not opened(used(89.0), sees(used(89.0), ada=WORKS, ben=WORKS))


@pytest.mark.parametrize(("word", "facts"), [("limited", LIMITED), ("gone", GONE)])
def test_a_lead_that_is_away_for_longer_than_the_grace_is_followed(word: str, facts: dict[str, Fact]) -> None:
    seen = sees(record(), ada=WORKS, ben=facts)
    assert [item.task.only for item in opened(away(word, 300.0), seen)] == ["ada"]
    assert not opened(away(word, 299.0), seen)


def test_a_lead_that_is_away_wakes_the_pass_that_is_to_follow_it() -> None:
    seen = sees(record(), ada=FREE, ben=LIMITED)
    assert planned(away("limited", 290.0), seen).due_in == 10.0
    back = planned(away("limited", 290.0), sees(record(), ada=FREE, ben=FREE)).due_in
    assert back is None or back > 10.0


def test_what_cannot_be_seen_hands_nothing_over() -> None:
    unseen = known(unknown=("limited", "gone"))
    assert not opened(away("limited", 900.0), sees(record(), ada=FREE, ben=unseen))
    assert not opened(used(95.0), sees(record(), ada=unseen, ben=WORKS))


def test_without_a_threshold_only_the_operator_hands_over() -> None:
    by_hand_only = replace(TEAM, succession=replace(SPEC, hand_over_at=None))
    assert not opened(away("gone", 9e5), sees(record(), ada=FREE, ben=GONE), by_hand_only)


def test_a_second_hand_over_is_not_opened_while_one_waits() -> None:
    assert list(PENDING.added) == ["HAND-OVER-1"]
    assert not opened(PENDING, sees(PENDING, ada=WORKS, ben=WORKS))


def test_a_busy_successor_is_waited_for_and_the_file_is_written_before_its_prompt() -> None:
    waits = planned(PENDING, sees(PENDING, ada=WORKS, ben=WORKS))
    assert not [intent for change in waits.changes for intent in change.intents]
    change = next(one for one in planned(*_free(PENDING)).changes if one.opens)
    verbs = [intent.action.verb for intent in change.intents]
    assert (change.opens.task if change.opens else "", verbs) == ("HAND-OVER-1", [Verb.WRITE, Verb.SEND])
    write = change.intents[0].action
    assert (write.target, write.what) == (FIRST, "HAND-OVER-1")
    assert write.text == "ben -> ada: ben has used 95% of its allowance\n"


def _free(before: Record) -> tuple[Record, Observed]:
    seen = sees(before, ada=FREE, ben=WORKS)
    return after(before, seen), seen


def test_the_lead_moves_when_the_prompt_has_arrived_and_once() -> None:
    before = given()
    assert lead_of(TEAM, before) == "ben"
    write, prompt = sorted(before.intents.values(), key=lambda intent: intent.action.verb is Verb.SEND)
    written = settled(before, replace(write, status=IntentStatus.DONE), LATER)
    assert (lead_of(TEAM, written), list(written.written)) == ("ben", [FIRST])
    unknown = settled(written, replace(prompt, status=IntentStatus.UNKNOWN), LATER)
    assert lead_of(TEAM, unknown) == "ben"
    moved = settled(written, replace(prompt, status=IntentStatus.DONE), LATER)
    assert (moved.lead, moved.lead_since) == ("ada", LATER.policy)
    again = settled(replace(moved, lead="ben", lead_since=LATER.policy), prompt, LATER)
    assert again.lead == "ben"  # an old hand-over that is told again moves nothing


def test_who_took_over_is_at_the_errand_and_the_next_hand_over_can_be_opened() -> None:
    moved = performed(given())
    seen = sees(moved, ada=LIMITED, ben=FREE)
    limited = replace(moved, usage={}, samples={"ada": Sample(state="limited", since=LATER.policy - 400)})
    (item,) = opened(limited, seen)
    assert (item.task.only, item.task.brief["from"]) == ("ben", "ada")


def test_it_is_withdrawn_when_the_predecessor_is_back_first() -> None:
    pending = replace(PENDING, usage={})
    seen = sees(pending, ada=WORKS, ben=FREE)
    assert after(pending, sees(pending, ada=WORKS, ben=GONE)).subjects["task/HAND-OVER-1"].state == "PENDING"
    assert after(pending, seen).subjects["task/HAND-OVER-1"].state == "CANCELLED"


def test_it_is_withdrawn_and_goes_to_the_next_when_the_successor_is_away_itself() -> None:
    agents = {one.name: one for one in (ADA, BEN, CAT)}
    three = replace(TEAM, agents=agents, succession=replace(SPEC, order=("ben", "ada", "cat")))
    seen = sees(PENDING, ada=LIMITED, ben=WORKS, cat=WORKS)
    gone_by = after(PENDING, seen, three)
    assert gone_by.subjects["task/HAND-OVER-1"].state == "CANCELLED"
    assert [item.task.only for item in opened(gone_by, seen, three)] == ["cat"]


def test_while_the_successor_is_busy_the_plan_says_that_the_lead_is_vacant() -> None:
    before = away("limited", 400.0)
    pending = after(before, sees(before, ada=WORKS, ben=LIMITED))
    shown = planned(pending, sees(pending, ada=WORKS, ben=LIMITED)).drift
    assert "the lead: vacant: ben is limited; ada takes over (HAND-OVER-1)" in {one.text for one in shown}
    assert lead_now(TEAM, pending).text == "vacant: ben is limited; ada takes over (HAND-OVER-1)"


def test_when_nobody_is_left_the_operator_is_told_once_and_everything_is_written() -> None:
    before, seen = away("limited", 400.0), sees(record(), ada=GONE, ben=LIMITED)
    (change,) = _alone(planned(before, seen))
    told, write = (intent.action for intent in change.intents)
    assert (told.verb, str(told.severity), write.verb, write.target) == (Verb.NOTIFY, "critical", Verb.WRITE, NOBODY)
    assert "restart ben" in told.text
    alone = after(before, seen)
    assert alone.stranded == "ben"
    assert not _alone(planned(alone, seen))
    assert lead_now(TEAM, alone).text == "vacant: ben is limited; nobody is left to take over: restart ben"


def test_a_plan_that_was_narrowed_down_has_told_nobody() -> None:
    before, seen = away("limited", 400.0), sees(record(), ada=GONE, ben=LIMITED)
    narrowed = replace(planned(before, seen), changes=())
    assert commit_of(before, narrowed, Memory(), NOW, READING).record.stranded == ""


def test_the_operator_is_told_anew_when_it_happens_again() -> None:
    before, seen = away("limited", 400.0), sees(record(), ada=GONE, ben=LIMITED)
    alone = performed(after(before, seen))
    assert after(alone, sees(alone, ada=GONE, ben=FREE)).stranded == ""
    assert _alone(planned(after(alone, sees(alone, ada=GONE, ben=FREE)), seen))


def test_whoever_comes_back_takes_over_from_a_lead_after_which_nobody_was_left() -> None:
    before, seen = away("limited", 400.0), sees(record(), ada=GONE, ben=LIMITED)
    back = sees(record(), ada=FREE, ben=LIMITED)
    alone = after(before, seen)
    assert [item.task.only for item in opened(alone, back)] == ["ada"]
    assert after(alone, back).stranded == ""


def _alone(made: Plan) -> list[Change]:
    return [change for change in made.changes if change.cause == "no_successor"]


def test_the_operator_hands_over_to_whom_he_names() -> None:
    change = by_hand(situate(TEAM, sees(record(), ada=GONE, ben=FREE), record(states=IDLE), NOW), "ada")
    (item,) = change.adds
    assert (item.by, item.task.only) == ("the operator", "ada")
    kept = replace(record(states=IDLE), added={item.task.id: item})
    waits = after(kept, sees(kept, ada=WORKS, ben=FREE))  # that ben is there is no reason to take it back
    assert waits.subjects["task/HAND-OVER-1"].state == "PENDING"


@pytest.mark.parametrize(
    ("to", "before", "said"),
    [
        ("ben", record(states=IDLE), "ben leads already"),
        ("eve", record(states=IDLE), "eve is not in succession.order"),
        ("ada", PENDING, "HAND-OVER-1 is under way: ben to ada"),
        ("", record(states=IDLE), "nobody can take over from ben"),
    ],
)
def test_a_hand_over_that_makes_no_sense_is_refused(to: str, before: Record, said: str) -> None:
    situation = situate(desired(TEAM, before), sees(before, ada=GONE, ben=FREE), before, NOW)
    with pytest.raises(NotPossibleError, match=said):
        by_hand(situation, to)


def test_it_goes_before_every_other_errand_and_task() -> None:
    before, seen = _free(PENDING)
    urgent = led(task("T-1"), task("T-0", priority=HIGH))
    team = replace(TEAM, tasks=urgent.tasks)
    assert [one.opens.task for one in planned(before, seen, team).changes if one.opens] == ["HAND-OVER-1"]


def test_a_file_of_somebody_else_is_never_written_over() -> None:
    before, seen = _free(PENDING)
    theirs = {FIRST: FileSeen(path=FIRST, text="Theirs.", digest="theirs")}
    free = replace(seen, papers={**seen.papers, **theirs}, twins={FIRST: ("to/ben_to_ada-2.md",)})
    (change,) = [one for one in planned(before, free).changes if one.opens]
    assert change.intents[0].action.target == "to/ben_to_ada-3.md"
    ours = replace(before, written={FIRST: Written(digest="theirs", task="HAND-OVER-0")})
    (change,) = [one for one in planned(ours, free).changes if one.opens]
    assert change.intents[0].action.target == FIRST  # as we left it, an earlier time


def test_a_file_that_somebody_went_on_with_is_left_as_it_is() -> None:
    before, seen = _free(PENDING)
    went_on = replace(before, written={FIRST: Written(digest="ours", task="HAND-OVER-1")})
    changed = replace(seen, papers={**seen.papers, FIRST: FileSeen(path=FIRST, text="More.", digest="more")})
    (change,) = [one for one in planned(went_on, changed).changes if one.opens]
    assert [intent.action.verb for intent in change.intents] == [Verb.SEND]


def test_a_write_is_done_again_until_it_is_recorded_and_left_with_its_state() -> None:
    write = next(one for one in given().intents.values() if one.action.verb is Verb.WRITE)
    assert _recovery(write, entry=write.entry) is Recovery.PERFORM
    assert _recovery(write, entry=write.entry + 1) is Recovery.VOID


def _recovery(intent: Intent, entry: int) -> Recovery:
    step = recover(
        intent, server="1:1", unreachable="", pane=None, reading=None, entry=entry, wanted=True, profile=None
    )
    return step.recovery


def test_who_leads_is_a_fact() -> None:
    situation = situate(TEAM, sees(record()), record(), NOW)
    leads = {name: SubjectFacts(situation, f"agent/{name}")["leads"].truth for name in ("ada", "ben")}
    assert leads == {"ada": Truth.FALSE, "ben": Truth.TRUE}
    assert assignment("ada", "T-1").agent == "ada"
