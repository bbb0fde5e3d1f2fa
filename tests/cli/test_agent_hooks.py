"""`agent hooks`: shows what it would write, writes it when asked to, and loses nothing of what is there."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.configured_team import Home, Said
from tests.configured_team import run as run_program

HOOKS = "{event: Asked, means: prompt, text: [prompt]}, {event: Stop, means: turn_over}"
ENTRY = '{"hooks": {"{event}": [{"command": {command}}]}}'
HEARD = f"""
profiles:
  practice:
    channels:
      hook:
        file: '{{cwd}}/settings.json'
        format: json
        entry: '{ENTRY}'
        events: [{HOOKS}]
        notes: Trust them once.
"""


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path).write(more=HEARD)


def settings(home: Home) -> Path:
    return home.folder / "settings.json"


def run(home: Home, *options: str, name: str = "ada") -> Said:
    return run_program("agent", "hooks", home.config, name, *options)


def test_it_is_shown_and_not_written(home: Home) -> None:
    said = run(home)
    assert said.code == 0
    assert '+        "command": "' in said.out
    assert "Nothing was written" in said.out
    assert "Trust them once." in said.out
    assert "channels: [hook]" in said.out
    assert not settings(home).exists()


def test_it_is_written_when_asked_to_and_works(home: Home) -> None:
    settings(home).write_text('{"mine": [1], "hooks": {"Stop": [{"command": "theirs"}]}}')
    assert run(home, "--write", "--named").code == 0
    told = json.loads(settings(home).read_text())
    assert told["mine"] == [1]
    assert told["hooks"]["Stop"][0] == {"command": "theirs"}
    command = told["hooks"]["Stop"][1]["command"]
    subprocess.run(["sh", "-c", command], input=b'{"hook_event_name": "Stop"}', check=True, timeout=30)
    (event,) = (home.folder / ".amp-fsm" / "crew" / "spool" / "ada").glob("*.hook.json")
    assert json.loads(event.read_text()) == {"hook_event_name": "Stop"}
    assert "has them already" in run(home, "--named").out


def test_json_tells_the_file_and_its_text(home: Home) -> None:
    said = run(home, "--json", "--write").json
    assert (said["file"], said["changed"], said["written"]) == (str(settings(home)), True, True)
    assert said["text"] == settings(home).read_text()


def test_what_cannot_be_added_to_is_left_and_shown(home: Home) -> None:
    settings(home).write_text("// mine\n{}\n")
    said = run(home, "--write")
    assert said.code == 1
    assert "is left as it is" in said.err
    assert '"Asked"' in said.err
    assert settings(home).read_text() == "// mine\n{}\n"


def test_a_program_without_hooks_is_said_to_have_none(tmp_path: Path) -> None:
    said = run(Home(tmp_path).write())
    assert said.code == 1
    assert "knows no hooks" in said.err


def test_nobody_of_that_name(home: Home) -> None:
    assert "no subject 'adda'" in run(home, name="adda").err
