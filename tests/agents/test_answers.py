"""A real program's dialog is answered by a rule or by hand, by label and whatever is selected, and else left alone."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from amp_fsm.errors import NotPossibleError
from amp_fsm.model.record import Intent
from tests.agents.team import Team


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """What a program's dialog about a command calls its answers."""

    yes: str
    no: str


LABELS = {
    "aider": Labels(yes="Yes", no="No"),
    "claude-code": Labels(yes="Yes", no="No"),
    "codex": Labels(yes="Yes, proceed", no="No, and tell Codex*"),
    "copilot": Labels(yes="Yes", no="No, and tell Copilot*"),
    "gemini": Labels(yes="Allow once", no="No, suggest changes"),
    "opencode": Labels(yes="Allow once", no="Reject"),
    "qwen-code": Labels(yes="Yes, allow once", no="No, suggest changes"),
    "vibe": Labels(yes="Allow once", no="Deny"),
}


@pytest.fixture
def labels(team: Team) -> Labels:
    if not team.program.dialog:
        pytest.skip(f"{team.program.name} asks for no approvals")
    return LABELS[team.program.name]


def ask(team: Team, name: str) -> Path:
    """Give a task for which the program asks whether it may make a file; return the file."""
    file = team.place.work / name
    team.give(f"Make {name}.\n{team.program.dialog.format(file=file)}")
    return file


def asks_about(team: Team, name: str) -> bool:
    """Return whether the dialog about this file is up."""
    reading = team.reading()
    return reading is not None and reading.asked is not None and name in reading.asked.text


def rule(answer: str, command: str = "") -> str:
    approval = {"name": "it", "dialog": "command", "answer": answer, "max": 5, "per": "ever"}
    return f"approvals: {json.dumps([approval | ({'command': command} if command else {})])}"


def test_a_rule_approves_what_it_is_about(team: Team, labels: Labels) -> None:
    # aider shows no more than the end of what it asks about, so that no command can be matched there
    command = "" if team.program.name == "aider" else r"touch \S*made-by-rule( .*)?"
    team.more = rule(labels.yes, command)
    file = ask(team, "made-by-rule")
    team.until(lambda: file.exists() and team.at_rest(), "the file, and the end of its turn")


def test_a_rule_refuses_as_well_whatever_is_selected(team: Team, labels: Labels) -> None:
    team.more = rule(labels.no)
    file = ask(team, "refused-by-rule")
    team.until(lambda: "refused-by-rule" in answered(team), "the answer")
    team.until_seen(lambda: not team.shows("blocked"), "the dialog gone")
    assert not file.exists()


def answered(team: Team) -> str:
    """Return what was asked about in the dialogs that were answered, as the journal has it."""
    entries = team.world().store.history("agent/it")
    return "".join(entry.text for entry in entries if entry.kind == "answer")


def test_a_rule_about_another_command_answers_nothing(team: Team, labels: Labels) -> None:
    team.more = rule(labels.yes, "touch another-file")
    file = ask(team, "not-approved")
    team.until(lambda: asks_about(team, "not-approved"), "the dialog")
    keys = team.keys()
    for _ in range(5):
        team.run_pass()
    assert team.keys() == keys
    assert not file.exists()
    assert team.shows("blocked")


def test_by_hand_the_answer_is_given_to_the_dialog_that_was_shown(team: Team, labels: Labels) -> None:
    file = ask(team, "made-by-hand")
    team.until(lambda: asks_about(team, "made-by-hand"), "the dialog")
    reading = team.reading()
    assert reading is not None
    assert reading.asked is not None, team.screen()
    with pytest.raises(NotPossibleError, match="another dialog"):
        team.answer(labels.yes, "0" * 16)
    assert not file.exists()
    outcome: Intent = team.answer(labels.yes, reading.asked.digest)
    assert outcome.status == "done", outcome.note
    team.until(file.exists, "the file")
