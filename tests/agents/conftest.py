"""Real agent programs, as `tools/setup agents` installs them, in a private tmux with a home of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.agents.llm_server import Model, serving

ROOT = Path(__file__).parents[2]
PI = ROOT / ".agents" / "node_modules" / ".bin" / "pi"

MACHINES = """
machines:
  agent:
    initial: FREE
    transitions: [{name: retire, from: any, to: GONE, manual: true}]
    states:
      GONE: {final: true}
      FREE:
        transitions:
          - {name: start, to: FREE, when: gone, do: [start], max: 2, per: ever}
          - {name: give, to: HELD, when: {all: [at_prompt, offered]}, do: [assign, {send: '{{ kind.prompt }}'}]}
      HELD:
        transitions:
          - {name: back, to: FREE, when: {all: [turn_over, prompt_delivered]}, do: [release]}
  task:
    initial: PENDING
    states:
      PENDING: {transitions: [{name: give, to: COMPLETED, when: offered}]}
      COMPLETED: {final: true}
"""


@dataclass(frozen=True)
class PiTeam:
    """One pi in a private tmux, talking to a scripted model."""

    folder: Path
    model: Model
    socket: str

    @property
    def config(self) -> Path:
        return self.folder / "team.yaml"

    def write(self, prompt: str, tasks: int) -> None:
        """Write a configuration in which pi is given `tasks` tasks, one after the other."""
        listed = "\n".join(f"  - {{id: T{number}, kind: k, title: number {number}}}" for number in range(1, tasks + 1))
        text = "\n".join(f"    {line}" for line in prompt.split("\n"))
        self.config.write_text(
            f"""version: 1
project: {{name: pi-team, root: ., store: store}}
include: ['builtin:profiles']
tmux: {{session: pi, socket: {self.socket}, size: 100x30}}
agents:
  pi: {{profile: pi, window: 0, command: [{PI}], env: {json.dumps(self.environment())}}}
kinds: {{k: {{prompt: work}}}}
prompts:
  work: |-
{text}
policies: {{prompt_min_lines: 1}}
tasks:
{listed}
{MACHINES}"""
        )

    def environment(self) -> dict[str, str]:
        return {"HOME": str(self.folder / "home"), "PI_OFFLINE": "1", "PI_SKIP_VERSION_CHECK": "1", "LANG": "C.UTF-8"}

    def run(self, point: str = "", seconds: float = 60) -> int:
        """Run passes in a process of their own, until nothing is open or it is killed; return its exit code."""
        arguments = [str(self.config), str(seconds), *([point] if point else [])]
        command = [sys.executable, "-m", "tests.agents.killed_passes", *arguments]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=seconds + 30, check=False)
        assert "Traceback" not in done.stderr, done.stderr
        return done.returncode

    def received(self, words: str) -> list[str]:
        return [prompt for prompt in self.model.prompts if words in prompt]


@pytest.fixture
def pi(tmp_path: Path) -> Iterator[PiTeam]:
    if not PI.exists():
        pytest.skip("pi is not installed: `tools/setup agents` installs it with npm")
    home = tmp_path / "home" / ".pi" / "agent"
    home.mkdir(parents=True)
    with serving() as model:
        known = {"id": "mock-model", "name": "mock", "contextWindow": 100000, "maxTokens": 4096, "input": ["text"]}
        cost = {"input": 0, "output": 0, "cacheRead": 0, "cacheWrite": 0}
        provider = {
            "baseUrl": model.url,
            "api": "openai-completions",
            "apiKey": "none",
            "models": [{**known, "reasoning": False, "cost": cost}],
        }
        (home / "models.json").write_text(json.dumps({"providers": {"mock": provider}}))
        (home / "settings.json").write_text(json.dumps({"defaultProvider": "mock", "defaultModel": "mock-model"}))
        socket = str(tmp_path / "tmux")
        try:
            yield PiTeam(folder=tmp_path, model=model, socket=socket)
        finally:
            subprocess.run(
                ["tmux", "-S", socket, "kill-server"], capture_output=True, check=False, env=dict(os.environ)
            )
