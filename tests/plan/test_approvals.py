"""Which rule answers which dialog, how often, and what an answer by hand may be."""

from __future__ import annotations

from dataclasses import replace

import pytest

from amp_fsm.errors import NotPossibleError
from amp_fsm.model.dialog import Dialog
from amp_fsm.model.machine import Budget, MachineSpec, StateSpec
from amp_fsm.model.observed import Observed
from amp_fsm.model.plan import Change
from amp_fsm.model.profile import Composer, Profile, ScreenReading, ScreenState
from amp_fsm.model.project import AgentSpec, ApprovalSpec, Project, TmuxSpec
from amp_fsm.model.record import Record
from amp_fsm.model.seen import PaneRef, PaneSeen
from amp_fsm.model.time import Now
from amp_fsm.plan.approvals import approvals, by_hand
from amp_fsm.plan.situation import Situation, situate

NOW = Now(policy=1000.0, wall=5000.0)
ASKED = Dialog(
    name="command",
    text="May I run this?\n$ cargo test",
    command="cargo test",
    wrapped="cargo test",
    options=("Yes, proceed (y)", "No (esc)"),
    selected=0,
    digest="d1",
)
RULE = ApprovalSpec(name="tests", dialog="command", command="cargo (build|test)", answer="Yes, proceed")
PANE = PaneSeen(
    ref=PaneRef(server="1:1", pane="%0", pid=9), session="t", window="0", name="ada", owner="t/agent/ada", command="x"
)


def team(*rules: ApprovalSpec) -> Project:
    machine = MachineSpec(name="agent", initial="ON", states={"ON": StateSpec(name="ON")})
    return Project(
        name="t",
        root="/t",
        store="/t/s",
        source="t.yaml",
        digest="d",
        tmux=TmuxSpec(session="t"),
        agents={"ada": AgentSpec(name="ada", profile="p")},
        profiles={"p": Profile(name="p")},
        machines={"agent": machine},
        approvals=rules,
    )


def up(
    *rules: ApprovalSpec,
    asked: Dialog | None = ASKED,
    record: Record | None = None,
    state: ScreenState = ScreenState.BLOCKED,
    pane: PaneSeen | None = PANE,
    now: Now = NOW,
) -> Situation:
    reading = ScreenReading(state=state, composer=Composer.ABSENT, dialog="command", asked=asked)
    observed = Observed(
        at=now.wall, readings={"ada": reading}, panes={"agent/ada": pane} if pane is not None else {}, server="1:1"
    )
    return situate(team(*rules), observed, record or Record(), now)


def answered(situation: Situation) -> str:
    """Return the answer that is planned, empty for none."""
    changes = approvals(situation)
    return changes[0].intents[0].action.what if changes else ""


def test_without_rules_nothing_is_answered() -> None:
    assert approvals(up()) == ()


def test_the_first_rule_that_fits_answers() -> None:
    refuse = replace(RULE, name="refuse", command="rm .*", answer="No")
    assert answered(up(refuse, RULE)) == "Yes, proceed (y)"
    assert answered(up(replace(refuse, command=""), RULE)) == "No (esc)"


@pytest.mark.parametrize(
    "rule",
    [
        replace(RULE, agents=("ben",)),
        replace(RULE, dialog="trust"),
        replace(RULE, text="nothing like it"),
        replace(RULE, command="cargo"),
        replace(RULE, command="argo test"),
        replace(RULE, answer="Yes"),
    ],
    ids=["agent", "dialog", "text", "beginning-of-the-command", "end-of-the-command", "answer"],
)
def test_every_condition_must_hold(rule: ApprovalSpec) -> None:
    assert answered(up(rule)) == ""


@pytest.mark.parametrize("command", ["cargo test; rm -rf ~", "cargo test …", "", "cargo test rm"])
def test_all_of_the_command_must_match_and_be_there(command: str) -> None:
    asked = replace(ASKED, command=command, wrapped=command)
    assert answered(up(RULE, asked=asked)) == ""
    assert answered(up(replace(RULE, command="cargo test …"), asked=asked)) == ""


def test_a_command_that_was_cut_inside_a_word_matches_as_one() -> None:
    asked = replace(ASKED, command="cargo te st", wrapped="cargo test")
    assert answered(up(RULE, asked=asked)) == "Yes, proceed (y)"


@pytest.mark.parametrize("state", [ScreenState.IDLE, ScreenState.UNKNOWN, ScreenState.WORKING])
def test_only_a_dialog_that_holds_the_agent_is_answered(state: ScreenState) -> None:
    assert answered(up(RULE, state=state)) == ""


def test_a_pane_that_is_not_ours_is_not_answered() -> None:
    assert answered(up(RULE, pane=replace(PANE, owner=""))) == ""
    assert answered(up(RULE, pane=None)) == ""


def test_a_budget_bounds_the_answers_and_an_open_one_the_next() -> None:
    rule = replace(RULE, budget=Budget(most=2, per="", seconds=100.0))
    record, ids = Record(), []
    for _ in range(2):
        situation = up(rule, record=record)
        (change,) = approvals(situation)
        ids.append(change.intents[0].id)
        record = replace(Record(), subjects={change.address: change.after})
        open_one = replace(record, intents={change.intents[0].id: change.intents[0]})
        assert approvals(up(rule, record=open_one)) == ()
    assert len(set(ids)) == 2
    assert approvals(up(rule, record=record)) == ()
    later = Now(policy=NOW.policy + 101, wall=NOW.wall + 101)
    assert len(approvals(up(rule, record=record, now=later))) == 1


def test_the_same_moment_planned_twice_is_the_same_answer() -> None:
    later = Now(policy=NOW.policy + 7, wall=NOW.wall + 7)
    first, again = approvals(up(RULE)), approvals(up(RULE, now=later))
    assert [one.intents[0].id for one in first] == [one.intents[0].id for one in again]


def hand(label: str, digest: str = "d1", situation: Situation | None = None) -> Change:
    return by_hand(situation or up(), "agent/ada", label, digest)


def test_by_hand_any_answer_may_be_given_to_the_dialog_that_was_shown() -> None:
    change = hand("No")
    assert (change.intents[0].action.what, change.intents[0].action.key) == ("No (esc)", "d1")
    assert change.after.uses[-1].name == "answered by hand"


@pytest.mark.parametrize(
    ("label", "digest", "said"),
    [
        ("Maybe", "d1", "no single answer 'Maybe'"),
        ("No", "d2", "another dialog is up"),
        ("*", "d1", "no single answer"),
    ],
)
def test_by_hand_what_cannot_be_meant_is_refused(label: str, digest: str, said: str) -> None:
    with pytest.raises(NotPossibleError, match=said.replace("'", ".")):
        hand(label, digest)


def test_by_hand_nothing_is_answered_where_no_dialog_is_up() -> None:
    with pytest.raises(NotPossibleError, match="no dialog"):
        hand("No", "", up(asked=None))
    with pytest.raises(NotPossibleError, match="not ours"):
        hand("No", "", up(pane=replace(PANE, owner="")))
