"""What `explain` says of an agent's screen: the rule that spoke, what it rests on, and the dialog that is up."""

from __future__ import annotations

from amp_fsm.model.dialog import Dialog
from amp_fsm.model.profile import Composer, Profile, ScreenReading, ScreenRule, ScreenState
from amp_fsm.plan.explain_screen import screen_json, screen_lines

PROFILE = Profile(
    name="p",
    rules=(ScreenRule(id="list", state=ScreenState.BLOCKED, versions=("1.0", "2.0")),),
)
ASKED = Dialog(name="trust", text="Trust this?\nReally?", options=("Yes", "No"), selected=1)
READING = ScreenReading(
    state=ScreenState.BLOCKED,
    rule="list",
    line=7,
    evidence=" > 2. No ",
    composer=Composer.ABSENT,
    dialog="trust",
    asked=ASKED,
)


def test_the_rule_is_named_with_what_it_rests_on_and_the_dialog_is_shown() -> None:
    assert screen_lines(PROFILE, READING) == [
        "screen: blocked, says rule `list` of profile p (captured on 1.0, 2.0); the composer is absent",
        '  line 7: "> 2. No"',
        "  dialog trust",
        "    | Trust this?",
        "    | Really?",
        "      Yes",
        "    > No",
    ]
    said = screen_json(PROFILE, READING)
    assert said is not None
    assert (said["basis"], said["versions"], said["options"]) == ("captured", ["1.0", "2.0"], ["Yes", "No"])


def test_a_screen_that_no_rule_speaks_of_or_that_was_not_captured_is_said_so() -> None:
    unknown = ScreenReading(state=ScreenState.UNKNOWN, composer=Composer.DRAFT)
    assert screen_lines(PROFILE, unknown) == ["screen: no rule of profile p speaks; the composer is draft"]
    assert screen_lines(PROFILE, None) == ["screen: not captured"]
    assert screen_json(PROFILE, None) is None


def test_a_rule_of_every_profile_is_said_to_be_one() -> None:
    gone = ScreenReading(state=ScreenState.EXITED, rule="pane-dead", evidence="pane_dead=1")
    assert screen_lines(PROFILE, gone)[0] == (
        "screen: exited, says `pane-dead` (of every profile); the composer is unknown"
    )
