"""Golden screens: what real agent programs showed, and how they must be read.

Each folder of `tests/golden/screens` holds `screen.txt` or `screen.ansi`, tmux's variables where they were used, and
the reading.  Screens of programs whose licence forbids more are cut down to their bottom zone.
"""

import json
from pathlib import Path

import pytest

from amp_fsm.model.profile import Composer, ScreenState
from amp_fsm.observe.screen import _read, read_screen
from amp_fsm.world.config_files import load_profiles

FOLDER = Path(__file__).parents[1] / "golden" / "screens"
CASES = sorted(path.parent for path in FOLDER.glob("*/expected.json"))
PROFILES = load_profiles()
NOW = 1795426800.0
BY_HAND = {"amp", "antigravity", "generic", "practice"}


def test_there_are_golden_screens_of_every_program_that_was_captured() -> None:
    seen = {json.loads((case / "expected.json").read_text())["profile"] for case in CASES}
    assert seen == set(PROFILES) - BY_HAND


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_screen(case: Path) -> None:
    expected = json.loads((case / "expected.json").read_text())
    capture = next(case.glob("screen.*")).read_text()
    variables = case / "variables.json"
    known = json.loads(variables.read_text()) if variables.exists() else {}
    reading = read_screen(PROFILES[expected.pop("profile")], capture, known, NOW)
    assert {key: getattr(reading, key) for key in expected} == expected


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_screen_that_was_read_before_is_read_as_if_anew(case: Path) -> None:
    profile = PROFILES[json.loads((case / "expected.json").read_text())["profile"]]
    text, later = next(case.glob("screen.*")).read_text(), NOW + 100_000.0
    read_screen(profile, text, {}, NOW)
    assert read_screen(profile, text, {}, later) == _read(profile, text, {}, later, None, "UTC")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_generic_profile_calls_no_program_idle(case: Path) -> None:
    reading = read_screen(PROFILES["generic"], next(case.glob("screen.*")).read_text(), {}, NOW)
    assert reading.state is not ScreenState.IDLE


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_without_variables_a_screen_is_read_the_same_or_not_at_all_but_never_more_boldly(case: Path) -> None:
    expected = json.loads((case / "expected.json").read_text())
    reading = read_screen(PROFILES[expected["profile"]], next(case.glob("screen.*")).read_text(), {}, NOW)
    assert reading.state in {expected["state"], ScreenState.UNKNOWN}
    if expected["composer"] == Composer.DRAFT:
        assert reading.composer is not Composer.EMPTY


RULE = "─" * 60
DRAWN = "╭" + "─" * 58 + "╮\n│ > {:<54} │\n╰" + "─" * 58 + "╯\n  ? for shortcuts"


@pytest.mark.parametrize(
    ("profile", "capture", "state", "composer"),
    [
        pytest.param("claude-code", DRAWN.format(""), "idle", "empty", id="a-composer-drawn-as-a-box"),
        pytest.param("claude-code", DRAWN.format("hi"), "idle", "draft", id="a-draft-in-a-drawn-box"),
        pytest.param(
            "claude-code",
            "> hi\n\n✢ Pondering… (3s · esc to interrupt)\n\n" + DRAWN.format(""),
            "working",
            "empty",
            id="a-spinner-over-a-footer-that-still-offers-shortcuts",
        ),
        pytest.param(
            "claude-code",
            "✢ Pondering… (esc to interrupt · ctrl+t to hide todos)\n" + "  ☐ one more thing\n" * 20 + DRAWN.format(""),
            "working",
            "empty",
            id="a-spinner-over-a-long-list-of-todos",
        ),
        pytest.param(
            "claude-code", f"● x\n{RULE}\n❯ 1. do\n  2. this\n{RULE}", "idle", "draft", id="a-draft-that-is-a-list"
        ),
        pytest.param(
            "claude-code", f"● x\n{RULE}\n! \n{RULE}\n  ! for bash mode", "idle", "draft", id="bash-mode-is-not-empty"
        ),
        pytest.param(
            "claude-code",
            f"● x\n{RULE}\n❯ \n{RULE}\n  ⏸ manual · esc to interr…",
            "working",
            "empty",
            id="a-cut-footer",
        ),
        pytest.param(
            "claude-code",
            f"Which?\n❯ 1. A\n  2. B\n{RULE}\n  3. Chat\nEnter to select · Esc to cancel",
            "blocked",
            "absent",
            id="a-question-with-a-rule-inside",
        ),
        pytest.param(
            "claude-code",
            "Choose a style\n ❯ 1. Dark ✔\n   2. Light\n╌╌╌╌╌╌╌╌╌╌╌╌",
            "blocked",
            "absent",
            id="theme-menu",
        ),
        pytest.param(
            "claude-code", " Security notes:\n Press Enter to continue…", "blocked", "absent", id="press-enter"
        ),
        pytest.param(
            "codex",
            "› hi\n\n• streaming\n\n› Find and fix a bug in @filename\n\n  100% context left · ? for shortcuts",
            "unknown",
            "empty",
            id="an-open-answer-without-a-title",
        ),
        pytest.param(
            "gemini",
            "✦ hi\n╭────────────╮\n│ >   Type your message │\n╰────────────╯\n ~/x",
            "idle",
            "empty",
            id="gemini-in-a-drawn-box",
        ),
        pytest.param(
            "opencode",
            " x\n ┃{0}Context\n ┃{0}1,234 tokens\n ┃  Build · Mock{0}LSP\n ╹▀▀▀▀▀▀\n ~/x".format(" " * 70),
            "idle",
            "empty",
            id="opencode-beside-a-side-bar",
        ),
        pytest.param(
            "opencode",
            " x\n ┃\n ┃  mend a · b\n ┃\n ┃  Build · Mock\n ╹▀▀▀▀▀▀\n ~/x",
            "idle",
            "draft",
            id="opencode-draft-that-looks-like-its-lower-line",
        ),
        pytest.param(
            "opencode", " x\n ┃\n ┃  Build · Mock\n ╹▀▀▀▀▀▀", "unknown", "empty", id="opencode-cut-above-its-footer"
        ),
        pytest.param(
            "opencode",
            ' x\n ┃\n ┃  Ask anything… "What is\n ┃  this?" no\n ┃  and more\n ┃  Build · Mock\n ╹▀▀▀▀▀▀\n ~/x',
            "idle",
            "draft",
            id="opencode-draft-that-begins-like-its-placeholder",
        ),
        pytest.param(
            "amp", "╭──────╮\n│      │\n╰──────╯", "unknown", "empty", id="amp-is-never-idle-by-its-text-alone"
        ),
        pytest.param("amp", "Allow once / Reject\n╭──────╮\n│      │\n╰──────╯", "blocked", "absent", id="amp-asks"),
        pytest.param(
            "amp",
            "╭─9% of 168k──smart─╮\n│      │\n╰ ∿ Thinking ────~/x─╯",
            "working",
            "empty",
            id="amp-works-in-its-corner",
        ),
        pytest.param(
            "codex",
            "› hi\n• said\n  Worked for 2s\n› Ask Codex to do anything\n  m · ~/x\n ↑/↓ to scroll  q to quit",
            "unknown",
            "empty",
            id="a-transcript-viewer-takes-the-keys",
        ),
    ],
)
def test_what_misled_earlier_rules(profile: str, capture: str, state: str, composer: str) -> None:
    reading = read_screen(PROFILES[profile], capture, {}, NOW)
    assert (reading.state, reading.composer) == (state, composer)


def test_antigravity_reads_the_limit_that_its_proxy_passes_on() -> None:
    capture = f"❯ a\n● API Error: 429 RESOURCE_EXHAUSTED quota will reset after 2h13m.\n{RULE}\n❯ \n{RULE}\n"
    reading = read_screen(PROFILES["antigravity"], capture, {}, NOW)
    assert (reading.state, reading.resets_at) == (ScreenState.LIMITED, NOW + 7980)


def test_amp_is_idle_in_a_still_box_when_tmux_knows_the_program() -> None:
    capture = "  done\n╭─9% of 168k──smart─╮\n│      │\n╰──────────~/x─╯"
    reading = read_screen(PROFILES["amp"], capture, {"pane_current_command": "amp"}, NOW)
    assert (reading.state, reading.composer) == (ScreenState.IDLE, Composer.EMPTY)


@pytest.mark.parametrize(
    ("title", "state"),
    [
        pytest.param("demo", "idle", id="still"),
        pytest.param("⠋ demo", "working", id="spinner-first"),
        pytest.param("demo ⠋", "working", id="spinner-last"),
        pytest.param("[ ! ] Action Required | demo", "blocked", id="asks"),
    ],
)
def test_codex_says_in_its_title_whether_an_open_answer_still_grows(title: str, state: str) -> None:
    capture = "› hi\n\n• streaming\n\n› Use /skills to list available skills\n\n  m default · ~/demo"
    assert read_screen(PROFILES["codex"], capture, {"pane_title": title}, NOW).state == state
