"""An agent's standard facts, from its pane and its screen."""

from __future__ import annotations

from dataclasses import replace

import pytest

from amp_fsm.model.channel import Channel
from amp_fsm.model.facts import Truth, Why
from amp_fsm.model.profile import Composer, Profile, ScreenReading, ScreenState
from amp_fsm.model.project import AgentSpec, Project, TmuxSpec
from amp_fsm.model.record import Assignment, Sample
from amp_fsm.model.seen import PaneRef, PaneSeen
from amp_fsm.model.standard import SCREEN_CLASSES
from amp_fsm.model.time import Now
from amp_fsm.observe.agent_screen import Look, next_sample, screen_facts
from amp_fsm.observe.channels import Hint

PROFILE = Profile(name="p", programs=("agent",), stable_for=2.0)
AGENT = AgentSpec(name="ada", profile="p", window="0")
PROJECT = Project(
    name="team",
    root="/r",
    store="/s",
    source="team.yaml",
    digest="d",
    tmux=TmuxSpec(session="s"),
    agents={"ada": AGENT},
    profiles={"p": PROFILE},
)
PANE = PaneSeen(
    ref=PaneRef(server="1:1", pane="%1", pid=7),
    session="s",
    window="0",
    name="ada",
    owner="team/agent/ada",
    command="agent",
)
IDLE = ScreenReading(state=ScreenState.IDLE, rule="idle", evidence="❯", composer=Composer.EMPTY, body="b1")
LONG_IDLE = Sample(state="idle", since=90.0, body="b1", screen="b1")
LOOK = Look(
    project=PROJECT,
    agent=AGENT,
    profile=PROFILE,
    now=Now(policy=100.0, wall=5000.0),
    assignment=None,
    server="1:1",
    pane=PANE,
    reading=IDLE,
    before=LONG_IDLE,
)


def truths(look: Look, *names: str) -> dict[str, Truth]:
    facts = screen_facts(look)
    return {name: facts[name].truth for name in names or facts}


def shown(state: ScreenState, **changes: object) -> Look:
    return replace(LOOK, reading=replace(IDLE, state=state, **changes))  # type: ignore[arg-type]  # field names vary


def test_idle_for_long_enough_with_an_empty_composer_is_at_the_prompt() -> None:
    assert truths(LOOK, "turn_over", "at_prompt", "busy", "gone", "recognised") == {
        "turn_over": Truth.TRUE,
        "at_prompt": Truth.TRUE,
        "busy": Truth.FALSE,
        "gone": Truth.FALSE,
        "recognised": Truth.TRUE,
    }


@pytest.mark.parametrize(
    "before",
    [
        pytest.param(Sample(), id="first-sample"),
        pytest.param(Sample(state="working", since=10.0), id="was-working"),
        pytest.param(Sample(state="idle", since=99.0), id="idle-for-one-second"),
        pytest.param(Sample(state="idle", since=10.0, screen="b0"), id="text-still-streams-under-an-idle-composer"),
    ],
)
def test_idle_that_is_not_stable_yet_is_pending(before: Sample) -> None:
    fact = screen_facts(replace(LOOK, before=before))["turn_over"]
    assert (fact.truth, fact.why) == (Truth.UNKNOWN, Why.PENDING)


def test_idle_on_a_screen_on_which_nothing_was_drawn_for_long_enough_needs_no_second_look() -> None:
    look = replace(LOOK, before=Sample(state="working", since=10.0), silent=2.0)
    facts = screen_facts(look)
    assert facts["turn_over"].truth is Truth.TRUE
    assert next_sample(look, facts, "").since == 98.0


def test_silence_that_is_too_short_counts_all_the_same() -> None:
    look = replace(LOOK, before=Sample(state="working", since=10.0), silent=0.5)
    facts = screen_facts(look)
    assert (facts["turn_over"].why, facts["turn_over"].value) == (Why.PENDING, "1.500")
    assert next_sample(look, facts, "").since == 99.5


def test_silence_makes_nothing_else_older() -> None:
    look = replace(shown(ScreenState.BLOCKED), before=Sample(state="working", since=10.0), silent=2.0)
    assert next_sample(look, screen_facts(look), "").since == 100.0


def test_idle_must_outlast_the_last_delivery_because_a_spinner_may_come_late() -> None:
    assignment = Assignment(id="T#1", agent="ada", task="T", delivered=99.5)
    assert truths(replace(LOOK, assignment=assignment), "turn_over")["turn_over"] is Truth.UNKNOWN
    assert truths(replace(LOOK, assignment=assignment, silent=9.0), "turn_over")["turn_over"] is Truth.UNKNOWN


@pytest.mark.parametrize(
    ("state", "name"),
    [
        (ScreenState.WORKING, "busy"),
        (ScreenState.BLOCKED, "asks"),
        (ScreenState.ERRORED, "errored"),
        (ScreenState.STARTING, "starting"),
        (ScreenState.LIMITED, "limited"),
    ],
)
def test_each_screen_state_makes_exactly_one_class_true(state: ScreenState, name: str) -> None:
    facts = screen_facts(shown(state, resets_at=9000.0))
    assert [fact for fact in SCREEN_CLASSES if facts[fact].truth is Truth.TRUE] == [name]
    assert facts["at_prompt"].truth is Truth.FALSE


def test_a_screen_that_no_rule_recognises_is_unknown_never_idle() -> None:
    found = truths(shown(ScreenState.UNKNOWN))
    assert found["gone"] is Truth.FALSE
    assert found["recognised"] is Truth.FALSE
    assert {name for name, truth in found.items() if truth is Truth.UNKNOWN} == {
        *SCREEN_CLASSES,
        "at_prompt",
    } - {"gone"}


def test_tmux_that_does_not_answer_makes_everything_unknown() -> None:
    facts = screen_facts(replace(LOOK, unreachable="timed out", pane=None, reading=None))
    assert {(fact.truth, fact.why) for fact in facts.values()} == {(Truth.UNKNOWN, Why.UNREACHABLE)}


@pytest.mark.parametrize(
    "look",
    [
        pytest.param(replace(LOOK, server="", pane=None, reading=None), id="no-server"),
        pytest.param(replace(LOOK, pane=None, reading=None), id="no-pane"),
        pytest.param(replace(LOOK, pane=replace(PANE, dead=True)), id="dead-pane"),
        pytest.param(replace(LOOK, pane=replace(PANE, command="bash")), id="a-shell-in-front"),
        pytest.param(replace(LOOK, reading=replace(IDLE, state=ScreenState.EXITED)), id="the-screen-says-so"),
    ],
)
def test_gone_makes_every_other_class_false(look: Look) -> None:
    facts = screen_facts(look)
    assert [fact for fact in SCREEN_CLASSES if facts[fact].truth is Truth.TRUE] == ["gone"]


def test_a_shell_in_a_pane_that_we_started_is_a_wrapper_and_not_the_end() -> None:
    facts = screen_facts(replace(LOOK, pane=replace(PANE, command="bash", started="i1")))
    assert facts["gone"].truth is Truth.UNKNOWN
    assert facts["at_prompt"].truth is Truth.UNKNOWN


def test_a_foreground_program_that_is_neither_the_agent_nor_a_shell_is_not_judged() -> None:
    facts = screen_facts(replace(LOOK, pane=replace(PANE, command="vim")))
    assert facts["gone"].truth is Truth.UNKNOWN
    assert facts["at_prompt"].truth is Truth.UNKNOWN


@pytest.mark.parametrize(
    ("look", "said"),
    [
        pytest.param(replace(LOOK, pane=replace(PANE, owner="")), "not ours", id="not-ours"),
        pytest.param(replace(LOOK, pane=replace(PANE, owner="other/agent/ada")), "not ours", id="another-projects"),
        pytest.param(replace(LOOK, pane=replace(PANE, person=3.0)), "a person", id="13-a-person-is-there"),
        pytest.param(replace(LOOK, pane=replace(PANE, in_mode=True)), "copy mode", id="5-copy-mode"),
        pytest.param(replace(LOOK, pane=replace(PANE, synchronized=True)), "synchronised", id="synchronised-panes"),
        pytest.param(
            shown(ScreenState.IDLE, composer=Composer.DRAFT, composer_text="hm"), '"hm"', id="14-foreign-draft"
        ),
        pytest.param(shown(ScreenState.IDLE, composer=Composer.ABSENT), "no composer", id="no-composer"),
    ],
)
def test_idle_is_not_enough_to_be_typed_at(look: Look, said: str) -> None:
    fact = screen_facts(look)["at_prompt"]
    assert fact.truth is Truth.FALSE
    assert said in fact.evidence


def test_a_person_who_left_ten_seconds_ago_is_no_longer_in_the_way() -> None:
    assert truths(replace(LOOK, pane=replace(PANE, person=10.0)), "at_prompt")["at_prompt"] is Truth.TRUE


def test_a_composer_that_cannot_be_read_is_unknown_not_empty() -> None:
    assert truths(shown(ScreenState.IDLE, composer=Composer.UNKNOWN), "at_prompt")["at_prompt"] is Truth.UNKNOWN


def test_the_sample_remembers_since_when_and_when_anything_last_changed() -> None:
    facts = screen_facts(LOOK)
    assert next_sample(LOOK, facts, "b1") == replace(LONG_IDLE, evidence="❯", progress=0.0)
    assert next_sample(LOOK, facts, "b2").progress == 100.0


def test_blindness_is_told_once_it_lasted() -> None:
    blind = replace(LOOK, reading=replace(IDLE, state=ScreenState.UNKNOWN))
    facts = screen_facts(blind)
    first = next_sample(blind, facts, "b1")
    assert (first.blind, first.told, first.state) == (100.0, False, "idle")
    later = replace(blind, before=first, now=Now(policy=100.0 + PROJECT.policies.blind_for, wall=9000.0))
    assert next_sample(later, screen_facts(later), "b1").told


# ---- hints of other channels ---------------------------------------------------------------------------------------

CLASSES = {
    ScreenState.WORKING: "busy",
    ScreenState.BLOCKED: "asks",
    ScreenState.ERRORED: "errored",
    ScreenState.LIMITED: "limited",
    ScreenState.STARTING: "starting",
}


def hinting(state: ScreenState, look: Look = LOOK) -> Look:
    return replace(look, hint=Hint(state=state, evidence="hook: Event, 1s ago", channel=Channel.HOOK))


@pytest.mark.parametrize("state", [ScreenState.WORKING, ScreenState.BLOCKED, ScreenState.ERRORED, ScreenState.LIMITED])
def test_a_hint_holds_an_idle_screen_back(state: ScreenState) -> None:
    look = hinting(state)
    facts = screen_facts(look)
    true = {name for name in SCREEN_CLASSES if facts[name].truth is Truth.TRUE}
    assert true == {CLASSES[state]}
    assert facts["at_prompt"].truth is Truth.FALSE
    assert facts[CLASSES[state]].source == "hook"
    assert facts[CLASSES[state]].evidence == 'hook: Event, 1s ago; the screen: idle "❯"'
    sample = next_sample(look, facts, "b1")
    assert (sample.state, sample.since, sample.resets_at) == (state, 100.0, None)


@pytest.mark.parametrize(
    ("screen", "hint", "counts"),
    [
        (ScreenState.WORKING, ScreenState.BLOCKED, ScreenState.BLOCKED),
        (ScreenState.BLOCKED, ScreenState.WORKING, ScreenState.BLOCKED),
        (ScreenState.LIMITED, ScreenState.WORKING, ScreenState.LIMITED),
        (ScreenState.ERRORED, ScreenState.WORKING, ScreenState.ERRORED),
        (ScreenState.WORKING, ScreenState.ERRORED, ScreenState.WORKING),
        (ScreenState.STARTING, ScreenState.WORKING, ScreenState.WORKING),
    ],
)
def test_the_less_permissive_one_of_screen_and_hint_counts(
    screen: ScreenState, hint: ScreenState, counts: ScreenState
) -> None:
    facts = screen_facts(hinting(hint, shown(screen)))
    assert {name for name in SCREEN_CLASSES if facts[name].truth is Truth.TRUE} == {CLASSES[counts]}


def test_after_a_hint_idle_counts_from_its_end() -> None:
    look = hinting(ScreenState.WORKING)
    later = replace(LOOK, now=Now(policy=101.0, wall=5001.0), before=next_sample(look, screen_facts(look), "b1"))
    assert screen_facts(later)["turn_over"].why is Why.PENDING


def test_a_hint_says_nothing_of_a_program_that_is_gone() -> None:
    gone = hinting(ScreenState.WORKING, replace(LOOK, pane=replace(PANE, dead=True)))
    assert truths(gone, "gone", "busy") == {"gone": Truth.TRUE, "busy": Truth.FALSE}


def test_a_hint_tells_of_a_screen_that_no_rule_recognises_and_does_not_make_it_recognised() -> None:
    assert truths(hinting(ScreenState.WORKING, shown(ScreenState.UNKNOWN))) == {
        **dict.fromkeys(("asks", "errored", "limited", "starting"), Truth.UNKNOWN),
        **dict.fromkeys(("gone", "turn_over", "at_prompt", "recognised"), Truth.FALSE),
        "busy": Truth.TRUE,
    }
