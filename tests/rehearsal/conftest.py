from __future__ import annotations

import json
import secrets
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

DEADLINE = 10.0


class Pane:
    """One practice agent on a tmux server of the test's own."""

    def __init__(self, socket: str, world: Path) -> None:
        self.socket = socket
        self.world = world

    def tmux(self, *arguments: str, text: str = "") -> str:
        done = subprocess.run(
            ["tmux", "-u", "-L", self.socket, *arguments],
            input=text,
            capture_output=True,
            text=True,
            timeout=DEADLINE,
            check=True,
        )
        return done.stdout

    def screen(self, *options: str) -> str:
        captured = self.tmux("capture-pane", "-p", "-J", *options, "-t", "t")
        return "\n".join(line.rstrip() for line in captured.splitlines())

    def variable(self, name: str) -> str:
        return self.tmux("display-message", "-p", "-t", "t", f"#{{{name}}}").strip()

    def paste(self, text: str) -> None:
        self.tmux("load-buffer", "-b", "prompt", "-", text=text)
        self.tmux("paste-buffer", "-p", "-d", "-b", "prompt", "-t", "t")

    def press(self, *keys: str) -> None:
        self.tmux("send-keys", "-t", "t", *keys)

    def submit(self, text: str) -> None:
        self.paste(text)
        self.until(lambda: "❯ " in self.screen() and 'Try "fix' not in self.screen(), "the text in the composer")
        self.press("Enter")

    def until(self, condition: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + DEADLINE
        while not condition():
            assert time.monotonic() < deadline, f"never came: {what}\n{self.screen()}"
            time.sleep(0.01)

    def shows(self, text: str) -> None:
        self.until(lambda: text in self.screen(), text)

    def receipts(self) -> list[dict[str, Any]]:
        path = self.world / "ada" / "receipts.jsonl"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    def state(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.world / "ada" / "state.json").read_text())
        return found


Open = Callable[..., Pane]


@pytest.fixture
def open_pane(tmp_path: Path) -> Iterator[Open]:
    opened: list[Pane] = []

    def open_one(behaviour: dict[str, Any] | None = None, *, works: float = 600, size: str = "100x30") -> Pane:
        pane = Pane(f"amp-test-{secrets.token_hex(6)}", tmp_path)
        opened.append(pane)
        columns, rows = size.split("x")
        program = [sys.executable, "-m", "amp_fsm.rehearsal.practice_agent", "--world", str(tmp_path), "--name", "ada"]
        options = ["--works", str(works), "--behaviour", json.dumps(behaviour or {})]
        new = ["new-session", "-d", "-s", "t", "-x", columns, "-y", rows, *program, *options]
        pane.tmux("-f", "/dev/null", *new, ";", "set-option", "-g", "remain-on-exit", "on")
        return pane

    yield open_one
    for pane in opened:
        subprocess.run(["tmux", "-L", pane.socket, "kill-server"], capture_output=True, timeout=DEADLINE, check=False)
