"""The screen reader, with a program that does not exist."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from amp_fsm.model.profile import (
    Composer,
    ComposerSpec,
    LimitSpec,
    Profile,
    RegionSpec,
    ScreenReading,
    ScreenRule,
    ScreenState,
)
from amp_fsm.observe.screen import read_screen

NOON = 1795435200.0
COMPOSER = RegionSpec(name="composer", start="^={5,}", end="^={5,}", closed=True)
FABLE = Profile(
    name="fable",
    programs=("fable",),
    regions=(
        COMPOSER,
        RegionSpec(name="footer", below="composer", joined=True),
        RegionSpec(name="above", above="composer", lines=2),
        RegionSpec(name="newest", above="composer", start=r"^[*!] ", inclusive=True),
        RegionSpec(name="options", start=r"^ > \d\)", inclusive=True),
    ),
    composer=ComposerSpec(
        region="composer", prompt=r"^fable> ?(?P<text>.*)$", placeholders=("^Say something",), collapsed=(r"\[paste",)
    ),
    rules=(
        ScreenRule(id="box", state=ScreenState.IDLE, composer=(Composer.EMPTY, Composer.DRAFT)),
        ScreenRule(id="spell", state=ScreenState.WORKING, region="footer", matches=(r"press q to stop",)),
        ScreenRule(id="title", state=ScreenState.WORKING, variables={"pane_title": "^~"}),
        ScreenRule(id="spent", state=ScreenState.LIMITED, region="newest", matches=(r"^! spent, back in",)),
        ScreenRule(id="broken", state=ScreenState.ERRORED, region="newest", matches=(r"^! ",)),
        ScreenRule(
            id="choice",
            state=ScreenState.BLOCKED,
            region="options",
            matches=(r"^   \d\)",),
            all_of=(r"^ > ",),
            unless=("^={5,}",),
            dialog="choice",
        ),
        ScreenRule(id="waking", state=ScreenState.STARTING, region="screen", matches=("^waking",)),
    ),
    limit=LimitSpec(resets=(r"back in (?P<in>\d+m)",)),
    noise=(r"mana \d+",),
)
BOX = "=====\nfable> {}\n=====\n ready"


def read(capture: str, variables: Mapping[str, str] | None = None, profile: Profile = FABLE) -> ScreenReading:
    return read_screen(profile, capture, variables or {}, NOON)


@pytest.mark.parametrize(
    ("capture", "state", "rule", "composer"),
    [
        pytest.param(BOX.format(""), "idle", "box", "empty", id="an-empty-box-is-idle"),
        pytest.param(BOX.format("hello"), "idle", "box", "draft", id="a-draft-is-idle-too"),
        pytest.param(BOX.format("Say something"), "idle", "box", "empty", id="a-placeholder-is-empty"),
        pytest.param(BOX.format("\x1b[2many text\x1b[0m"), "idle", "box", "empty", id="ghost-text-is-empty"),
        pytest.param(BOX.format("\n  second line"), "idle", "box", "draft", id="a-second-line-is-a-draft"),
        pytest.param(
            BOX.format("Say something\n  more"), "idle", "box", "draft", id="a-placeholder-has-no-second-line"
        ),
        pytest.param("* text\n", "unknown", "", "absent", id="what-no-rule-knows-is-unknown"),
        pytest.param("", "unknown", "", "absent", id="a-blank-screen-is-unknown"),
        pytest.param("=====\nother> \n=====", "unknown", "", "absent", id="a-box-of-another-program-is-no-composer"),
        pytest.param("=====\nfable> ", "unknown", "", "absent", id="a-box-that-is-cut-off-is-no-composer"),
        pytest.param(BOX.format("") + "\n press q to\n  stop", "working", "spell", "empty", id="wrapped-footers-match"),
        pytest.param("! no luck\n" + BOX.format(""), "errored", "broken", "empty", id="an-error-above-the-composer"),
        pytest.param("! no luck\n* fine\n" + BOX.format(""), "idle", "box", "empty", id="an-older-error-is-history"),
        pytest.param("ask\n > 1) yes\n   2) no", "blocked", "choice", "absent", id="an-option-list-blocks"),
        pytest.param(
            "* quote:\n > 1) yes\n   2) no\n" + BOX.format(""),
            "idle",
            "box",
            "empty",
            id="a-quoted-list-does-not-block",
        ),
        pytest.param(
            BOX.format("") + "\n > 1) yes\n   2) no", "blocked", "choice", "absent", id="a-dialog-beats-the-composer"
        ),
        pytest.param("waking up", "starting", "waking", "absent", id="starting"),
        pytest.param("bye\nme@box:~/x$ ", "exited", "shell-prompt", "absent", id="a-shell-prompt-at-the-end"),
        pytest.param("bye\n$", "exited", "shell-prompt", "absent", id="a-bare-shell-prompt"),
        pytest.param("Killed\nme@box:~$ \n" + BOX.format(""), "exited", "killed", "absent", id="killed-on-its-screen"),
        pytest.param("me@box:~$ fable", "unknown", "", "absent", id="a-command-just-typed-is-not-an-exit"),
        pytest.param(
            BOX.format("") + "\nPane is dead (status 0)", "exited", "dead-notice", "absent", id="tmux-says-dead"
        ),
    ],
)
def test_read_screen(capture: str, state: str, rule: str, composer: str) -> None:
    reading = read(capture)
    assert (reading.state, reading.rule, reading.composer) == (state, rule, composer)


@pytest.mark.parametrize(
    ("variables", "state", "rule"),
    [
        pytest.param({"pane_dead": "1"}, "exited", "pane-dead", id="a-dead-pane-comes-first"),
        pytest.param({"pane_current_command": "bash"}, "exited", "shell-in-front", id="a-shell-in-front-comes-first"),
        pytest.param({"pane_current_command": "-zsh"}, "exited", "shell-in-front", id="a-login-shell-too"),
        pytest.param({"pane_current_command": "git"}, "idle", "box", id="another-program-in-front-is-no-exit"),
        pytest.param({"pane_current_command": "fable"}, "idle", "box", id="the-program-itself"),
        pytest.param({"pane_title": "~ thinking"}, "working", "title", id="a-title-may-say-working"),
        pytest.param({}, "idle", "box", id="a-rule-about-an-absent-variable-is-silent"),
    ],
)
def test_variables(variables: dict[str, str], state: str, rule: str) -> None:
    reading = read(BOX.format(""), variables)
    assert (reading.state, reading.rule) == (state, rule)


def test_a_program_that_is_a_shell_script_is_not_taken_for_a_shell() -> None:
    profile = replace(FABLE, programs=("bash",))
    assert read(BOX.format(""), {"pane_current_command": "bash"}, profile).state is ScreenState.IDLE


def test_with_a_program_in_front_a_prompt_on_the_screen_is_only_text() -> None:
    assert read("me@box:~$ ", {"pane_current_command": "fable"}).state is ScreenState.UNKNOWN


def test_the_less_permissive_rule_wins_wherever_it_stands() -> None:
    idle, *others = FABLE.rules
    first = read("! no\n" + BOX.format(""), profile=FABLE)
    last = read("! no\n" + BOX.format(""), profile=replace(FABLE, rules=(*others, idle)))
    assert first == last
    assert first.state is ScreenState.ERRORED


def test_an_idle_rule_without_a_composer_never_holds() -> None:
    rule = ScreenRule(id="rash", state=ScreenState.IDLE, region="screen", matches=("ready",))
    assert read("ready", profile=replace(FABLE, rules=(rule,))).state is ScreenState.UNKNOWN
    assert read("ready", profile=replace(FABLE, rules=(rule,), composer=None)).state is ScreenState.UNKNOWN


def test_conditions_on_other_regions() -> None:
    rule = ScreenRule(
        id="both", state=ScreenState.IDLE, region="footer", where={"above": "^done"}, nowhere={"footer": "wait"}
    )
    profile = replace(FABLE, rules=(rule,))
    assert read("done\n" + BOX.format(""), profile=profile).rule == "both"
    assert read("else\n" + BOX.format(""), profile=profile).rule == ""
    assert read("done\n" + BOX.format("") + "\nwait", profile=profile).rule == ""


def test_the_evidence_is_the_deciding_line_and_its_place() -> None:
    reading = read("\n! no luck\n" + BOX.format(""))
    assert (reading.line, reading.evidence) == (2, "! no luck")
    assert read(BOX.format(""), {"pane_title": "~ hm"}).evidence == "pane_title=~ hm"


def test_what_the_program_puts_before_further_lines_is_not_of_the_draft() -> None:
    assert FABLE.composer is not None
    marked = replace(FABLE, composer=replace(FABLE.composer, continued=r"^fable\| ?"))
    reading = read(BOX.format("one\nfable|\nfable| fable| two"), profile=marked)
    assert reading.composer_text == "one\nfable| two"


@pytest.mark.parametrize(("flag", "composer"), [("1", "draft"), ("0", "absent"), ("", "draft")])
def test_there_is_no_box_where_tmuxs_variables_speak_against_it(flag: str, composer: str) -> None:
    assert FABLE.composer is not None
    shy = replace(FABLE, composer=replace(FABLE.composer, variables={"cursor_flag": "^1$"}))
    assert read(BOX.format("sent"), {"cursor_flag": flag} if flag else {}, shy).composer == composer


def test_the_composers_text_leaves_ghosts_out() -> None:
    reading = read(BOX.format("[paste 3 lines] \x1b[2mtab to expand\x1b[0m\n  more"))
    assert (reading.composer_text, reading.collapsed) == ("[paste 3 lines]\nmore", True)


def test_text_in_the_terminals_own_colour_is_a_draft_even_if_it_reads_like_a_placeholder() -> None:
    coloured = "\x1b[31m=====\x1b[39m\n" + "fable> {}\n=====\n ready"
    assert read(coloured.format("Say something")).composer is Composer.DRAFT
    assert read(coloured.format("\x1b[38;5;244mSay something\x1b[39m")).composer is Composer.EMPTY


def test_a_drawn_box_is_read_without_its_sides() -> None:
    region = RegionSpec(name="composer", start="^╭─{3,}", end="^╰─{3,}", closed=True)
    profile = replace(FABLE, regions=(region,))
    assert read("╭─────╮\n│ fable> │\n╰─────╯", profile=profile).composer is Composer.EMPTY
    assert read("┏━━━━━┓\n┃ fable> hi ┃\n┗━━━━━┛", profile=profile).composer_text == "hi"


def test_a_limit_carries_the_time_at_which_it_ends() -> None:
    assert read("! spent, back in 30m\n" + BOX.format("")).resets_at == NOON + 1800
    assert read("! spent, back in time\n" + BOX.format("")).resets_at is None


def test_spinners_clocks_counters_and_noise_do_not_change_the_body() -> None:
    before, after = ("⠋ Thinking (3s · ↑ 12 tokens)\nmana 9", "⠙ Thinking (1m 4s · ↑ 1.2k tokens)\nmana 88")
    assert read(before).body == read(after).body
    assert read("line 293").body != read("line 294").body
