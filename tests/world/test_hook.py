"""The hook as agents run it: a process of its own, that drops what it is told and is never noticed."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from amp_fsm.ports import Listen
from amp_fsm.world.hook import MOST_FILES, MOST_KEPT, PATIENCE, drop, shortened, states_in
from amp_fsm.world.hook_command import HOOK, hook_command, listener
from tests.tmux_server import TmuxServer, until

BARE = (sys.executable, "-I", "-S", str(HOOK))
STATE = b"\x1b]7501;state=working:app=codex\x1b\\"


def hook(event: bytes, *words: str, env: Mapping[str, str] | None = None) -> None:
    """Run the hook as an agent does; it says nothing and ends well, whatever it is given."""
    done = subprocess.run([*BARE, *words], input=event, capture_output=True, timeout=30, check=False, env=env)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


def dropped(spool: Path, agent: str = "ada") -> list[str]:
    return [path.read_text() for path in sorted((spool / agent).glob("[0-9]*.json"))]


def test_an_event_is_dropped_whole_into_the_agents_own_folder(tmp_path: Path) -> None:
    before = time.time()
    hook(b'{"hook_event_name": "Stop", "said": "\xc3\xa9t\xc3\xa9"}', "--spool", str(tmp_path), "--agent", "ada")
    (path,) = tmp_path.rglob("[0-9]*.hook.json")
    assert json.loads(path.read_text()) == {"hook_event_name": "Stop", "said": "été"}
    assert before <= int(path.name.partition("-")[0]) / 1e9 <= time.time()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_the_environment_says_where_and_whose_it_is(tmp_path: Path) -> None:
    hook(b'{"a": 1}', env={"AMP_FSM_SPOOL": str(tmp_path), "AMP_FSM_AGENT": "ben"})
    assert dropped(tmp_path, "ben") == ['{"a": 1}']


def test_an_event_may_be_handed_over_as_an_argument(tmp_path: Path) -> None:
    hook(b"", "--spool", str(tmp_path), "--agent", "ada", '{"type": "agent-turn-complete"}')
    assert dropped(tmp_path) == ['{"type": "agent-turn-complete"}']


@pytest.mark.parametrize(
    "words",
    [
        pytest.param((), id="nobody-says-where"),
        pytest.param(("--spool", "relative", "--agent", "ada"), id="a-relative-spool"),
        pytest.param(("--spool", "{spool}", "--agent", "../ada"), id="a-name-that-leads-out"),
        pytest.param(("--spool", "{spool}", "--agent", ".."), id="a-name-of-dots"),
        pytest.param(("--spool", "/proc/nowhere", "--agent", "ada"), id="a-spool-that-cannot-be-made"),
        pytest.param(("--spool",), id="an-option-without-its-value"),
    ],
)
def test_what_cannot_be_dropped_is_no_trouble_to_the_agent(tmp_path: Path, words: tuple[str, ...]) -> None:
    hook(b'{"a": 1}', *(word.replace("{spool}", str(tmp_path / "spool")) for word in words), env={})
    assert list(tmp_path.rglob("*")) == []


@pytest.mark.parametrize("event", [b"", b"  \n"], ids=["nothing", "blanks"])
def test_no_event_is_dropped_for_nothing(tmp_path: Path, event: bytes) -> None:
    hook(event, "--spool", str(tmp_path), "--agent", "ada")
    assert dropped(tmp_path) == []


def test_an_agent_that_never_ends_its_event_is_not_waited_for(tmp_path: Path) -> None:
    words = [*BARE, "--spool", str(tmp_path), "--agent", "ada"]
    with subprocess.Popen(words, stdin=subprocess.PIPE) as process:
        assert process.stdin is not None
        process.stdin.write(b'{"a": 1}')
        process.stdin.flush()
        assert process.wait(timeout=PATIENCE * 5) == 0
    assert dropped(tmp_path) == ['{"a": 1}']


def test_a_long_event_is_kept_short_and_with_its_markers(tmp_path: Path) -> None:
    prompt = "x" * MOST_KEPT + "[amp:abcdefgh]" + "y" * MOST_KEPT
    hook(json.dumps({"hook_event_name": "UserPromptSubmit", "prompt": prompt}).encode(), *_to(tmp_path))
    (text,) = dropped(tmp_path)
    assert len(text) < MOST_KEPT
    assert json.loads(text)["hook_event_name"] == "UserPromptSubmit"
    assert "[amp:abcdefgh]" in json.loads(text)["prompt"]


def test_a_long_event_that_is_no_json_is_not_kept() -> None:
    with pytest.raises(ValueError, match="Expecting"):
        shortened(b"x" * (MOST_KEPT + 1))


def test_many_hooks_at_once_lose_nothing(tmp_path: Path) -> None:
    events = [json.dumps({"number": number}) for number in range(20)]
    running = [subprocess.Popen([*BARE, *_to(tmp_path), event], stdin=subprocess.DEVNULL) for event in events]
    assert [process.wait(timeout=30) for process in running] == [0] * 20
    assert sorted(json.loads(text)["number"] for text in dropped(tmp_path)) == list(range(20))


def test_a_spool_keeps_the_newest_events_only(tmp_path: Path) -> None:
    stale = tmp_path / ".1-1.hook.json"
    stale.write_text("half")
    for number in range(MOST_FILES + 50):
        drop(str(tmp_path), "hook", str(number).encode())
    kept = [path.read_text() for path in sorted(tmp_path.glob("*.json"))]
    assert len(kept) <= MOST_FILES
    assert kept == [str(number) for number in range(MOST_FILES + 50 - len(kept), MOST_FILES + 50)]
    assert not stale.exists()


def test_it_takes_hardly_longer_than_an_empty_program(tmp_path: Path) -> None:
    def cheapest(*argv: str) -> float:
        took = []
        for _ in range(7):
            begun = time.perf_counter()
            subprocess.run(argv, input=b"{}", check=True, capture_output=True)
            took.append(time.perf_counter() - begun)
        return min(took)

    assert cheapest(*BARE, *_to(tmp_path)) < 5 * cheapest(sys.executable, "-I", "-S", "-c", "pass")


def test_nothing_slow_is_imported(tmp_path: Path) -> None:
    argv = [sys.executable, "-X", "importtime", *BARE[1:], *_to(tmp_path)]
    done = subprocess.run(argv, input=b"{}", capture_output=True, check=True)
    imported = {line.rpartition(b"|")[2].strip() for line in done.stderr.splitlines()}
    assert b"signal" in imported
    assert imported & {b"re", b"json", b"pathlib", b"contextlib", b"click", b"amp_fsm"} == set()


def test_the_program_itself_is_a_hook_too(tmp_path: Path) -> None:
    argv = [sys.executable, "-c", "from amp_fsm.__main__ import start; raise SystemExit(start())", "hook"]
    done = subprocess.run([*argv, *_to(tmp_path)], input=b'{"a": 1}', capture_output=True, timeout=30, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    assert dropped(tmp_path) == ['{"a": 1}']


def test_the_command_for_settings_runs_in_a_shell(tmp_path: Path) -> None:
    spool = tmp_path / "a spool"
    subprocess.run(["sh", "-c", hook_command(str(spool), "ada")], input=b'{"a": 1}', check=True, timeout=30)
    subprocess.run(
        ["sh", "-c", hook_command()],
        input=b'{"b": 2}',
        check=True,
        timeout=30,
        env={**os.environ, "AMP_FSM_SPOOL": str(spool), "AMP_FSM_AGENT": "ada"},
    )
    assert dropped(spool) == ['{"a": 1}', '{"b": 2}']


def _to(spool: Path) -> tuple[str, ...]:
    return ("--spool", str(spool), "--agent", "ada")


# ---- the state that a program's output tells -----------------------------------------------------------------------


@pytest.mark.parametrize("end", [b"\x1b\\", b"\x07"], ids=["st", "bel"])
@pytest.mark.parametrize("cut", range(1, 45))
def test_a_state_is_found_wherever_the_output_is_cut(end: bytes, cut: int) -> None:
    output = b"text\x1b[1m" + STATE.removesuffix(b"\x1b\\") + end + b"more \x1b]0;title\x07"
    first, left = states_in(output[:cut], "7501")
    second, _ = states_in(left + output[cut:], "7501")
    assert [json.loads(state) for state in first + second] == [{"state": "working", "app": "codex"}]


def test_an_endless_sequence_is_given_up_and_the_next_one_found() -> None:
    states, left = states_in(b"\x1b]7501;state=" + b"x" * 5000 + STATE, "7501")
    assert [json.loads(state)["state"] for state in states] == ["working"]
    assert len(left) < 100


def test_what_would_break_out_of_json_is_left_out() -> None:
    (state,), _ = states_in(b'\x1b]7501;state=idle;app="},{"a":"b;kind=\xff\x07', "7501")
    assert json.loads(state) == {"state": "idle"}


def test_a_panes_output_is_listened_to_from_its_first_byte(tmp_path: Path, tmux_server: TmuxServer) -> None:
    spool = tmp_path / "50%Y of #S"
    script = f"printf '{STATE.decode().encode('unicode_escape').decode()}'; printf '\\033]7501;state=idle\\007'; cat"
    command = listener(Listen(osc=7501, spool=str(spool), agent="ada")).replace("#", "##").replace("%", "%%")
    tmux_server.tmux(
        *("new-session", "-d", "-s", "s", "sh", "-c", script.replace("\\x1b", "\\033").replace("\\\\", "\\\\\\\\")),
        *(";", "pipe-pane", "-O", "-t", "=s:", command),
    )
    until(lambda: len(dropped(spool)) == 2, "both states")
    assert [json.loads(state)["state"] for state in dropped(spool)] == ["working", "idle"]
    assert all(path.name.endswith(".osc.json") for path in (spool / "ada").iterdir())
