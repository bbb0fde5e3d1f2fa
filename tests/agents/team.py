"""A team of one real agent program, and the passes that drive it.

Passes are made in this process, so a test waits for what it wants to see; or in one of their own that is killed.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from amp_fsm.cli.asking import ask
from amp_fsm.engine.reconcile import PassResult, run_pass
from amp_fsm.engine.requests import ANSWER
from amp_fsm.model.record import Intent, IntentStatus, Record
from tests.agents.desk import DEADLINE, Desk
from tests.agents.mock_llm import serving
from tests.agents.programs import Place, Program
from tests.tmux_server import TmuxServer

ROOT = Path(__file__).parents[2]

MACHINES = """
machines:
  agent:
    initial: FREE
    transitions:
      - {name: retire, from: any, to: GONE, manual: true}
      - {name: limited, from: LIMITS, to: LIMITED, when: limited, do: [release]}
    states:
      GONE: {final: true}
      FREE:
        transitions:
          - {name: start, to: FREE, when: gone, do: [start], max: 1000, per: ever}
          - {name: give, to: HELD, when: {all: [GUARD, offered]}, do: [assign, {send: '{{ kind.prompt }}'}]}
      HELD:
        transitions:
          - {name: died, to: FREE, when: gone, do: [release]}
          - {name: back, to: FREE, when: {all: [turn_over, prompt_delivered]}, do: [release]}
      LIMITED:
        transitions:
          - {name: due, to: HELD, when: {all: [GUARD, offered]}, do: [assign, {send: '{{ kind.prompt }}'}]}
          - {name: reset, to: FREE, when: {all: [turn_over, {not: limited}]}}
  task:
    initial: PENDING
    states:
      PENDING: {transitions: [{name: give, to: COMPLETED, when: offered}]}
      COMPLETED: {final: true}
"""


@dataclass(slots=True, kw_only=True)
class Team(Desk):
    """One program, its model, and the passes that drive it.

    Attributes:
        prompts: the prompts of the tasks it was given; task number N is `TN`.
        more: YAML that is added to the configuration.
        channels: what it is heard by besides its screen.
        eager: prompts fall due whatever the program is at; only the delivery itself refuses.
        known: prompts of earlier tests of which it is not known whether they arrived.
    """

    prompts: list[str] = field(default_factory=list)
    more: str = ""
    channels: tuple[str, ...] = ()
    eager: bool = False
    known: frozenset[str] = frozenset()

    def renew(self) -> None:
        """Be ready for another test: what earlier ones left unfinished is given up, with the program it was for."""
        self.more, self.eager, self.wrap = "", False, lambda terminal: terminal
        self.write()
        if self.pane() is not None and not self.at_rest():
            self.end_program()
        if self.prompts:
            self.until(lambda: not (self.open_intents() or self.record().assignments), "the end of earlier work")
        self.known |= {intent.id for intent in self.unknown_intents()}

    # ---- giving work ---------------------------------------------------------------------------------------------

    def give(self, prompt: str) -> str:
        """Add a task with this prompt, and return the task's name, which the prompt has for `{task}`."""
        name = f"T{len(self.prompts) + 1}"
        self.prompts.append(prompt.replace("{task}", name))
        self.write()
        return name

    def write(self) -> None:
        """Write the configuration with all tasks given so far."""
        names = [f"T{number}" for number in range(1, len(self.prompts) + 1)]
        agent = {"profile": self.program.profile, "window": 0, "command": self.program.command}
        store = str(self.config.parent / "store")
        parts = {
            "version": 1,
            "project": {"name": self.name, "root": str(self.place.work), "store": store},
            "include": ["builtin:profiles"],
            "tmux": {"session": "real", "socket": self.server.socket, "size": "100x30", "adopt": True},
            "agents": {"it": {**agent, "env": self.environment(), "channels": self.channels}},
            "kinds": {name: {"prompt": name} for name in names},
            "prompts": dict(zip(names, self.prompts, strict=True)),
            "policies": {"prompt_min_lines": 1, "person": "0s"},
            "tasks": [{"id": name, "kind": name, "title": name} for name in names],
        }
        guard, limits = ("{not: gone}", "[FREE]") if self.eager else ("at_prompt", "[FREE, HELD]")
        machines = MACHINES.replace("GUARD", guard).replace("LIMITS", limits)
        lines = [f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in parts.items()]
        self.config.write_text("\n".join([*lines, self.more, machines]))

    def environment(self) -> dict[str, str]:
        """Return what the program is started with."""
        return {**self.program.prepare(self.place), "HOME": str(self.place.home), "LANG": "C.UTF-8"}

    # ---- passes --------------------------------------------------------------------------------------------------

    def run_pass(self) -> PassResult:
        """Make one pass in this process."""
        world = self.world()
        with world.store.lock(timeout=5.0):
            return run_pass(self.project, world)

    def answer(self, label: str, digest: str) -> Intent:
        """Answer the dialog by hand; return how that ended."""
        asked = ask(self.project, self.world(), ANSWER, ("agent/it", label, digest))
        return asked.outcomes[0]

    def until(self, condition: Callable[[], object], what: str) -> None:
        """Make passes until a condition holds."""
        end = time.monotonic() + DEADLINE
        while not condition():
            notes = [f"{intent.status}: {intent.note}" for intent in self.open_intents()]
            assert time.monotonic() < end, f"never came: {what}\n{self.screen()}\n{notes}"
            if not self.run_pass().acted:
                time.sleep(0.1)

    def killed_pass(self, point: str, seconds: float = DEADLINE) -> int:
        """Make passes in a process of their own that is killed at a point; return its exit code."""
        command = [sys.executable, "-m", "tests.agents.killed_passes", str(self.config), str(seconds), point]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=seconds + 30, check=False)
        assert "Traceback" not in done.stderr, done.stderr
        return done.returncode

    # ---- how things stand ----------------------------------------------------------------------------------------

    def record(self) -> Record:
        return self.world().store.load()

    def state(self) -> str:
        """Return the agent's state in the record; empty before the first pass."""
        subject = self.record().subjects.get("agent/it")
        return subject.state if subject is not None else ""

    def open_intents(self) -> list[Intent]:
        return [intent for intent in self.record().intents.values() if not intent.settled]

    def unknown_intents(self) -> list[Intent]:
        """Return the prompts of this test of which it is not known whether they arrived."""
        unknown = (intent for intent in self.record().intents.values() if intent.status is IntentStatus.UNKNOWN)
        return [intent for intent in unknown if intent.id not in self.known]

    def at_rest(self) -> bool:
        """Return whether nothing is left to be given or typed, and the program is at its prompt."""
        record = self.record()
        tasks = [record.subjects.get(f"task/T{number}") for number in range(1, len(self.prompts) + 1)]
        given = all(task is not None and task.state == "COMPLETED" for task in tasks)
        return given and not record.assignments and not self.open_intents() and self.is_ready()

    def answered(self, *markers: str) -> bool:
        """Return whether the prompts with these markers were answered and nothing is left to be done."""
        return all(self.model.received(marker) for marker in markers) and self.at_rest()

    # ---- the end -------------------------------------------------------------------------------------------------

    def end_program(self) -> None:
        """End the program and all it left behind, and close its pane."""
        self.kill_program()
        if self.server.has("real"):
            self.server.tmux("kill-session", "-t", "=real")


@contextmanager
def team_of(program: Program, folder: Path, more: str = "") -> Iterator[Team]:
    """Give a team of `program` while the block runs; nothing of it is started yet.

    Its tmux server runs with a clean environment and notes in `@sent` what is sent to panes.
    """
    home, work = folder / "home", folder / "work"
    home.mkdir()
    work.mkdir()
    server = TmuxServer()
    with serving(folder / "requests.jsonl") as model:
        place = Place(home=home, work=work, url=model.url)
        team = Team(program=program, place=place, model=model, server=server, config=folder / "team.yaml", more=more)
        team.write()
        try:
            _open_server(server)
            yield team
        finally:
            server.end()
            team.kill_program()


def _open_server(server: TmuxServer) -> None:
    """Start the server by a session that keeps it alive."""
    clean = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "TERM": "xterm-256color", "HOME": "/nonexistent"}
    argv = ["tmux", "-u", "-L", server.socket, "-f", "/dev/null", "new-session", "-d", "-s", "keeper", "sleep", "9999"]
    subprocess.run(argv, env=clean, check=True, capture_output=True)
    server.tmux("set-option", "-g", "default-terminal", "tmux-256color")
    server.tmux("set-option", "-g", "@sent", "")
    server.tmux("set-hook", "-g", "after-paste-buffer", "set-option -agF @sent 'p#{pane_id} '")
    server.tmux("set-hook", "-g", "after-send-keys", "set-option -agF @sent 'k#{pane_id} '")
