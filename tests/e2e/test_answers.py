"""Dialogs of a real program in a real tmux: answered by a rule or by hand, by label, or left alone."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from amp_fsm.model.record import IntentStatus
from tests.configured_team import Home, Said, run
from tests.tmux_server import until

ASKS = json.dumps({"asks": {"after": 0}})
COMMAND = json.dumps(
    [
        sys.executable,
        "-m",
        "amp_fsm.rehearsal.practice_agent",
        "--works",
        "600",
        "--behaviour",
        ASKS,
        "--world",
        "{world}",
    ]
)


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    made = Home(folder=tmp_path)
    try:
        yield made
    finally:
        made.end()


def start(home: Home, more: str = "") -> None:
    """Let ada have a dialog up, as soon as she was given her task."""
    home.write(command=COMMAND.replace("{world}", str(home.folder / "world")), more=more)


def passes(home: Home, number: int = 12) -> Said:
    return home.run("reconcile", "--watch", "--interval", "0.3s", "--max-passes", str(number))


def screen(home: Home) -> str:
    return home.tmux("capture-pane", "-p", "-t", "=crew:0")


def receipts(home: Home) -> list[dict[str, str]]:
    found = sorted((home.folder / "world").glob("*/receipts.jsonl"))
    return [json.loads(line) for path in found for line in path.read_text().splitlines()]


def given(home: Home) -> list[tuple[str, str]]:
    return [(one["kind"], one["text"]) for one in receipts(home) if one["kind"] in ("approved", "denied")]


RULE = "approvals: [{name: build, dialog: command, command: 'cargo build( --release)?', answer: '%s'}]"


def test_without_a_rule_a_dialog_is_left_alone_and_its_text_is_told(home: Home) -> None:
    start(home)
    said = passes(home)
    assert "Do you want to run this command?" in screen(home)
    assert given(home) == []
    assert "agent/ada asks: command" in said.out
    told = home.run("history", "agent/ada", "--json").json
    texts = [line["evidence"][0] for line in told["entries"] if line["kind"] == "notify"]
    (text,) = [text for text in texts if text.startswith("agent/ada asks: command")]
    assert "cargo build --release" in text
    assert "Yes, and don't ask again" in text


@pytest.mark.parametrize(
    ("answer", "kind", "label"), [("Yes", "approved", "Yes"), ("No", "denied", "No"), ("Yes, and*", "approved", None)]
)
def test_a_rule_answers_by_label_whatever_is_selected(home: Home, answer: str, kind: str, label: str | None) -> None:
    start(home, RULE % answer)
    said = passes(home)
    assert given(home) == [(kind, label or "Yes, and don't ask again")]
    assert "approval:build" in said.out


def test_a_rule_about_another_command_answers_nothing(home: Home) -> None:
    start(home, RULE.replace("cargo build( --release)?", "cargo build") % "Yes")
    passes(home)
    assert given(home) == []
    assert "Do you want to run this command?" in screen(home)


def test_agent_answer_shows_the_dialog_and_answers_it_once(home: Home) -> None:
    start(home)
    passes(home)
    shown = run("agent", "answer", home.config, "ada", "--json").json
    assert (shown["dialog"], shown["command"], shown["selected"]) == ("command", "cargo build --release", "Yes")
    wrong = run("agent", "answer", home.config, "ada", "Perhaps")
    assert wrong.code == 1
    assert "'Yes, and don't ask again'" in wrong.err.replace('"', "'")
    other = run("agent", "answer", home.config, "ada", "Yes", "--dialog", "0000000000000000")
    assert other.code == 1
    assert given(home) == []
    done = run("agent", "answer", home.config, "ada", "No", "--dialog", shown["digest"])
    assert (done.code, done.out) == (0, "agent/ada: done: chose 'No'\n")
    until(lambda: given(home) == [("denied", "No")], "the answer")
    again = run("agent", "answer", home.config, "ada", "No")
    assert again.code == 1
    assert "no dialog" in again.err
    assert not [one for one in home.store.load().intents.values() if one.status is IntentStatus.UNKNOWN]


def test_agent_attach_prints_the_command_that_shows_the_window(home: Home) -> None:
    start(home)
    passes(home, 2)
    said = run("agent", "attach", home.config, "ada", "--print")
    assert said.out.startswith(f"tmux -u -L {home.socket} ")
    pane = home.tmux("display-message", "-p", "-t", "=crew:0", "#{pane_id}").strip()
    assert said.out.strip().endswith(f"-t {pane}")
