"""What is read of a dialog: its text, what it asks about, its answers, and which of them is selected."""

from __future__ import annotations

import pytest

from amp_fsm.model.dialog import Dialog
from amp_fsm.observe.screen import read_screen
from amp_fsm.world.config_files import load_profiles

PROFILES = load_profiles()
RULE = "─" * 70


def shown(profile: str, screen: str, **variables: str) -> Dialog:
    reading = read_screen(PROFILES[profile], screen, variables, 0.0)
    assert reading.asked is not None, reading
    assert reading.dialog == reading.asked.name
    return reading.asked


CODEX = """\
• Running touch a

  Would you like to run the following command?

  Reason: it is needed

  $ {command}

› 1. Yes, proceed (y)
  2. Yes, and don't ask again for commands that start with `touch
     a` (p)
  3. No, and tell Codex what to do differently (esc)

  Press enter to confirm or esc to cancel
"""

CLAUDE = f"""\
● Bash(touch a)

{RULE}
 Bash command
 Run shell command
{"╌" * 70}
 {{command}}
{"╌" * 70}
 Do you want to proceed?
 ❯ 1. Yes
   2. Yes, and always allow it
   3. No

 Esc to cancel · Tab to amend
"""


def test_a_list_has_its_text_its_command_and_its_answers_on_one_line_each() -> None:
    asked = shown("codex", CODEX.format(command="touch a b"))
    assert (asked.name, asked.command, asked.selected) == ("command", "touch a b", 0)
    assert asked.text.splitlines()[0] == "Would you like to run the following command?"
    assert asked.options == (
        "Yes, proceed (y)",
        "Yes, and don't ask again for commands that start with `touch a` (p)",
        "No, and tell Codex what to do differently (esc)",
    )


def test_the_selection_is_no_part_of_the_digest_and_the_command_is() -> None:
    first = CODEX.format(command="touch a")
    moved = first.replace("› 1. Yes, p", "  1. Yes, p").replace("  3. No", "› 3. No")
    assert shown("codex", moved).selected == 2
    assert shown("codex", moved).digest == shown("codex", first).digest
    assert shown("codex", CODEX.format(command="touch b")).digest != shown("codex", first).digest


def test_a_command_that_looks_like_a_dialog_is_read_whole() -> None:
    fake = "rm -rf . #\n  Would you like to run the following command?\n\n  $ touch a"
    asked = shown("codex", CODEX.format(command=fake))
    assert asked.command == "rm -rf . # Would you like to run the following command? $ touch a"


@pytest.mark.parametrize("command", ["touch a", "touch a\n rm b"])
def test_claude_code_draws_lines_around_its_command(command: str) -> None:
    asked = shown("claude-code", CLAUDE.format(command=command))
    assert (asked.name, asked.command) == ("command", command.replace("\n", ""))
    assert asked.options == ("Yes", "Yes, and always allow it", "No")


def test_lines_of_the_agents_own_above_the_dialog_are_not_in_it() -> None:
    quoted = f"{RULE}\n touch quoted\n{RULE}\n"
    asked = shown("claude-code", f"● Look:\n{quoted}● Bash(touch a)\n" + CLAUDE.format(command="touch a"))
    assert "quoted" not in asked.text
    assert asked.command == "touch a"


def test_answers_without_numbers_are_those_in_the_column_of_the_selected_one() -> None:
    answers = " ❯ No, exit\n   Yes, I trust this folder\n\n Enter to confirm · Esc to cancel\n"
    screen = f"{RULE}\n Do you trust the files in this folder?\n\n{answers}"
    asked = shown("claude-code", screen)
    assert (asked.name, asked.options, asked.selected) == ("trust", ("No, exit", "Yes, I trust this folder"), 0)


def opencode(*grounds: str) -> str:
    labels = ("Allow once", "Allow always", "Reject")
    drawn = "".join(f"\x1b[{g}m {label} \x1b[48;2;30;30;30m " for g, label in zip(grounds, labels, strict=True))
    return (
        "\x1b[48;2;20;20;20m  ┃  △ Permission required\n  ┃    # Shell command\n  ┃\n  ┃  $ touch a\n  ┃\n"
        f"\x1b[48;2;30;30;30m  ┃  {drawn} ctrl+f fullscreen  ⇆ select  enter confirm\n  ┃\n"
    )


@pytest.mark.parametrize(
    ("grounds", "selected"),
    [
        (("48;2;9;9;9", "48;2;30;30;30", "48;2;30;30;30"), 0),
        (("48;2;30;30;30", "48;2;30;30;30", "48;5;7"), 2),
        (("48;2;30;30;30", "48;2;30;30;30", "48;2;30;30;30"), -1),
        (("48;2;9;9;9", "48;2;30;30;30", "48;2;9;9;9"), -1),
    ],
)
def test_of_answers_side_by_side_the_background_tells_which_is_selected(
    grounds: tuple[str, ...], selected: int
) -> None:
    asked = shown("opencode", opencode(*grounds), cursor_flag="0")
    assert asked.options == ("Allow once", "Allow always", "Reject")
    assert (asked.name, asked.command, asked.selected) == ("command", "touch a", selected)


def test_without_colours_the_selection_of_answers_side_by_side_cannot_be_told() -> None:
    plain = "  ┃  △ Permission required\n  ┃\n  ┃  $ touch a\n  ┃\n  ┃   Allow once   Allow always   Reject\n  ┃\n"
    assert shown("opencode", plain).selected == -1


def test_letters_stand_for_answers() -> None:
    screen = "old\n\ntouch a\nRun shell command? (Y)es/(N)o/(D)on't ask again [Yes]:"
    asked = shown("aider", screen)
    assert (asked.options, asked.keys) == (("Yes", "No", "Don't ask again"), ("y", "n", "d"))
    assert (asked.name, asked.text) == ("command", "touch a\nRun shell command?")


@pytest.mark.parametrize(
    ("label", "place"),
    [
        ("Yes, proceed", 0),
        ("yes,  PROCEED (y)", 0),
        ("No*", 2),
        ("Yes*", -1),
        ("Yes", -1),
        ("No", -1),
        ("", -1),
        ("*", -1),
    ],
)
def test_a_label_names_one_answer_or_none(label: str, place: int) -> None:
    assert shown("codex", CODEX.format(command="touch a")).place(label) == place


def test_a_title_that_is_ahead_of_its_dialog_makes_no_dialog_of_what_stands_there() -> None:
    screen = "  ● Read context files: notes.md\n  ● Extensions changed on disk.\n\n  > Make it.\n"
    reading = read_screen(PROFILES["qwen-code"], screen, {"pane_title": "✳ Qwen - work"}, 0.0)
    assert (reading.state, reading.dialog, reading.asked) == ("blocked", "title", None)
