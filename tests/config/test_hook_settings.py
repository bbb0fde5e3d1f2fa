"""Settings of agent programs with our hook put in: nothing is lost, twice is once, and what does not fit is left."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from typing import Any

import pytest

from amp_fsm.config.hook_settings import SettingsUnfitError, hook_events, with_hooks
from amp_fsm.model.channel import EventRule, HookSpec, Meaning
from amp_fsm.world.config_files import load_project
from amp_fsm.world.hook_command import hook_command

JSON = HookSpec(
    file="f",
    format="json",
    entry='{"hooks": {"{event}": [{"hooks": [{"type": "command", "command": {command}}]}]}}',
    events=(EventRule(event="Stop", means=Meaning.TURN_OVER), EventRule(event="Asked|Told", means=Meaning.ASKS)),
)
TOML = HookSpec(
    file="f",
    format="toml",
    entry='[[hooks.{event}]]\n[[hooks.{event}.hooks]]\ntype = "command"\ncommand = {command}\n',
    events=JSON.events,
)
COMMAND = hook_command("/a \"quoted\" 'spool' of é", "ada")


def entry(command: str) -> Mapping[str, Any]:
    return {"hooks": [{"type": "command", "command": command}]}


OTHERS = {"Stop": [entry("theirs")], "PreToolUse": [entry("more"), {"matcher": "x", "hooks": []}]}
SETTINGS = {"model": "é", "permissions": {"allow": ["Bash(ls)"]}, "hooks": OTHERS, "empty": {}, "none": []}


def test_every_event_of_the_rules_is_asked_for_once() -> None:
    events = (*JSON.events, EventRule(event="Stop", means=Meaning.FAILED), EventRule(event="Any.*", means=Meaning.ASKS))
    spec = HookSpec(file="f", format="json", entry="", events=events)
    assert hook_events(spec) == ("Stop", "Asked", "Told")


@pytest.mark.parametrize("before", ["", "  \n", "{}"])
def test_settings_begin_with_our_hooks(before: str) -> None:
    wanted = {"hooks": {name: [entry(COMMAND)] for name in ("Stop", "Asked", "Told")}}
    assert json.loads(with_hooks(JSON, COMMAND, before)) == wanted


def test_nothing_of_other_settings_is_lost() -> None:
    after = json.loads(with_hooks(JSON, COMMAND, json.dumps(SETTINGS)))
    added = {"Stop": [entry("theirs"), entry(COMMAND)], "Asked": [entry(COMMAND)], "Told": [entry(COMMAND)]}
    assert after == {**SETTINGS, "hooks": {**OTHERS, **added}}
    assert list(after) == list(SETTINGS)


@pytest.mark.parametrize("spec", [JSON, TOML], ids=["json", "toml"])
def test_twice_is_once(spec: HookSpec) -> None:
    once = with_hooks(spec, COMMAND, "")
    assert with_hooks(spec, COMMAND, once) == once


def test_the_files_own_layout_stays_when_there_is_nothing_to_add() -> None:
    once = json.dumps(json.loads(with_hooks(JSON, COMMAND, json.dumps(SETTINGS))))
    assert with_hooks(JSON, COMMAND, once) == once


def test_the_files_own_indentation_is_kept() -> None:
    assert with_hooks(JSON, COMMAND, json.dumps(SETTINGS, indent=4)).startswith('{\n    "model": "é"')


def test_hooks_whose_comments_the_program_dropped_are_not_doubled() -> None:
    bare = "".join(line for line in with_hooks(TOML, COMMAND, "").splitlines(keepends=True) if line[0] != "#")
    assert with_hooks(TOML, COMMAND, bare) == bare


def test_an_older_hook_of_ours_is_replaced() -> None:
    older = hook_command("/old", "ada")
    before = with_hooks(JSON, older, json.dumps(SETTINGS))
    assert json.loads(with_hooks(JSON, COMMAND, before)) == json.loads(with_hooks(JSON, COMMAND, json.dumps(SETTINGS)))
    assert with_hooks(TOML, COMMAND, with_hooks(TOML, older, "a = 1\n")) == with_hooks(TOML, COMMAND, "a = 1\n")


def test_a_hook_of_theirs_beside_one_of_ours_stays() -> None:
    both = {"hooks": {"Stop": [{"hooks": [*entry("theirs")["hooks"], *entry(hook_command())["hooks"]]}]}}
    after = json.loads(with_hooks(JSON, COMMAND, json.dumps(both)))
    assert after["hooks"]["Stop"] == [entry("theirs"), entry(COMMAND)]


@pytest.mark.parametrize(
    ("spec", "before"),
    [
        pytest.param(JSON, "// my settings\n{}", id="json-with-comments"),
        pytest.param(JSON, "[]", id="a-list"),
        pytest.param(JSON, '{"hooks": "off"}', id="hooks-of-another-shape"),
        pytest.param(JSON, '{"hooks": {"Stop": {}}}', id="an-event-of-another-shape"),
        pytest.param(TOML, "a = ", id="no-toml"),
        pytest.param(TOML, "hooks = {}", id="an-inline-table"),
        pytest.param(TOML, "[hooks]\nStop = [{hooks = []}]", id="an-inline-list"),
    ],
)
def test_what_does_not_fit_is_left_alone(spec: HookSpec, before: str) -> None:
    with pytest.raises(SettingsUnfitError):
        with_hooks(spec, COMMAND, before)


THEIR_TOML = """\
# mine
model = "m"  # the best

[[hooks.Stop]]
matcher = "x"
[[hooks.Stop.hooks]]
type = "command"
command = "theirs"

[projects."/a b"]
trust_level = "trusted"
"""


def test_toml_is_added_to_at_its_end_and_keeps_every_byte_above() -> None:
    after = with_hooks(TOML, COMMAND, THEIR_TOML)
    assert after.startswith(THEIR_TOML)
    told = tomllib.loads(after)
    assert told["hooks"]["Stop"] == [{"matcher": "x", **entry("theirs")}, entry(COMMAND)]
    assert told["hooks"]["Told"] == [entry(COMMAND)]
    assert told["projects"] == {"/a b": {"trust_level": "trusted"}}


def test_what_the_program_wrote_below_ours_stays_when_ours_is_replaced() -> None:
    below = '\n[hooks.state."x"]\ntrusted_hash = "h"\n'
    after = tomllib.loads(with_hooks(TOML, COMMAND, with_hooks(TOML, hook_command(), THEIR_TOML) + below))
    assert after["hooks"]["state"] == {"x": {"trusted_hash": "h"}}
    assert after["hooks"]["Stop"][1:] == [entry(COMMAND)]


@pytest.mark.parametrize("profile", ["claude-code", "codex", "gemini", "qwen-code"])
def test_the_settings_of_our_own_profiles_ask_for_receipts_and_for_ends_of_turns(
    profile: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    config = tmp_path_factory.mktemp("c") / "c.yaml"
    config.write_text("version: 1\nproject: {name: c}\ntmux: {session: c}\ninclude: ['builtin:profiles']\n")
    project = load_project(str(config), {"HOME": "/h"}).project
    assert project is not None
    hook = project.profiles[profile].channels.hook
    assert hook is not None
    after = with_hooks(hook, COMMAND, "")
    told = json.loads(after) if hook.format == "json" else tomllib.loads(after)
    assert set(told["hooks"]) == set(hook_events(hook))
    assert {Meaning.PROMPT, Meaning.TURN_OVER, Meaning.ASKS} <= {rule.means for rule in hook.events}
