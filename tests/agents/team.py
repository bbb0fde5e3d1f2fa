"""A team of one real agent program in a private tmux, with a home of its own, against a scripted model.

Passes are made in this process, so a test waits for what it wants to see; or in one of their own that is killed.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from amp_fsm.engine.reconcile import PassResult, run_pass
from amp_fsm.model.profile import Composer, ScreenReading, ScreenState
from amp_fsm.model.record import Intent, IntentStatus, Record
from amp_fsm.model.seen import PaneSeen
from amp_fsm.observe.screen import read_screen
from amp_fsm.ports import World
from amp_fsm.wiring import build, project_at
from tests.agents.mock_llm import Model, serving
from tests.agents.programs import Place, Program
from tests.tmux_server import TmuxServer

ROOT = Path(__file__).parents[2]
DEADLINE = 45.0

MACHINES = """
machines:
  agent:
    initial: FREE
    transitions:
      - {name: retire, from: any, to: GONE, manual: true}
      - {name: limited, from: any, except: [GONE, LIMITED], to: LIMITED, when: limited}
    states:
      GONE: {final: true}
      FREE:
        transitions:
          - {name: start, to: FREE, when: gone, do: [start], max: 20, per: ever}
          - {name: give, to: HELD, when: {all: [at_prompt, offered]}, do: [assign, {send: '{{ kind.prompt }}'}]}
      HELD:
        transitions:
          - {name: died, to: FREE, when: gone, do: [release]}
          - {name: back, to: FREE, when: {all: [turn_over, prompt_delivered]}, do: [release]}
      LIMITED:
        transitions:
          - {name: reset, to: FREE, when: {all: [turn_over, {not: limited}]}, do: [release]}
  task:
    initial: PENDING
    states:
      PENDING: {transitions: [{name: give, to: COMPLETED, when: offered}]}
      COMPLETED: {final: true}
"""


@dataclass(slots=True, kw_only=True)
class Team:
    """One program, its model, and the passes that drive it.

    Attributes:
        prompts: the prompts of the tasks it was given; task number N is `TN`.
    """

    program: Program
    place: Place
    model: Model
    server: TmuxServer
    config: Path
    prompts: list[str] = field(default_factory=list)
    more: str = ""

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
        environment = {**self.environment, "HOME": str(self.place.home), "LANG": "C.UTF-8"}
        command = json.dumps(self.program.command)
        agent = f"{{profile: {self.program.profile}, window: 0, command: {command}, env: {json.dumps(environment)}}}"
        parts = {
            "version": "1",
            "project": json.dumps(
                {"name": "real", "root": str(self.place.work), "store": str(self.config.parent / "store")}
            ),
            "include": "['builtin:profiles']",
            "tmux": f"{{session: real, socket: {self.server.socket}, size: 100x30}}",
            "agents": f"{{it: {agent}}}",
            "kinds": json.dumps({name: {"prompt": name} for name in names}),
            "prompts": json.dumps(dict(zip(names, self.prompts, strict=True)), ensure_ascii=False),
            "policies": "{prompt_min_lines: 1, person: 0s}",
            "tasks": json.dumps([{"id": name, "kind": name, "title": name} for name in names]),
        }
        self.config.write_text("\n".join(f"{key}: {value}" for key, value in parts.items()) + self.more + MACHINES)

    @property
    def environment(self) -> dict[str, str]:
        return dict(self.program.prepare(self.place))

    # ---- passes --------------------------------------------------------------------------------------------------

    def world(self) -> World:
        return build(project_at(self.config, os.environ), environment=os.environ)

    def run_pass(self) -> PassResult:
        """Make one pass in this process."""
        world = self.world()
        with world.store.lock(timeout=5.0):
            return run_pass(project_at(self.config, os.environ), world)

    def until(self, condition: Callable[[], object], what: str) -> None:
        """Make passes until a condition holds."""
        end = time.monotonic() + DEADLINE
        while not condition():
            assert time.monotonic() < end, f"never came: {what}\n{self.screen()}\n{self.open_intents()}"
            if not self.run_pass().acted:
                time.sleep(0.1)

    def until_seen(self, condition: Callable[[], object], what: str) -> None:
        """Wait for a condition, making no pass."""
        end = time.monotonic() + DEADLINE
        while not condition():
            assert time.monotonic() < end, f"never came: {what}\n{self.screen()}"
            time.sleep(0.05)

    def at_rest(self) -> bool:
        """Return whether nothing is left to be given or typed, and the program is at its prompt."""
        record = self.record()
        waiting = any(
            address.startswith("task/") and subject.state == "PENDING" for address, subject in record.subjects.items()
        )
        held = any(record.assignments.values())
        return not waiting and not held and not self.open_intents() and self.is_ready()

    def killed_pass(self, point: str = "", seconds: float = DEADLINE) -> int:
        """Make passes in a process of their own until nothing is open, or it is killed; return its exit code."""
        arguments = [str(self.config), str(seconds), *([point] if point else [])]
        command = [sys.executable, "-m", "tests.agents.killed_passes", *arguments]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=seconds + 30, check=False)
        assert "Traceback" not in done.stderr, done.stderr
        return done.returncode

    # ---- what is there -------------------------------------------------------------------------------------------

    def record(self) -> Record:
        return self.world().store.load()

    def open_intents(self) -> list[Intent]:
        return [intent for intent in self.record().intents.values() if not intent.settled]

    def unknown_intents(self) -> list[Intent]:
        return [intent for intent in self.record().intents.values() if intent.status is IntentStatus.UNKNOWN]

    def pane(self) -> PaneSeen | None:
        """Return the program's pane, if there is one."""
        panes = self.world().terminal.survey("real", "real/").panes
        return next((pane for pane in panes if pane.owner == "real/agent/it"), None)

    def reading(self) -> ScreenReading | None:
        """Return what the profile reads on the screen now."""
        pane, world = self.pane(), self.world()
        if pane is None:
            return None
        screen = world.terminal.capture((pane.ref,))[pane.ref.pane]
        profile = project_at(self.config, os.environ).profiles[self.program.profile]
        return read_screen(profile, screen, pane.variables, time.time()) if isinstance(screen, str) else None

    def shows(self, *states: str) -> bool:
        """Return whether the screen is read as one of these states."""
        reading = self.reading()
        return reading is not None and reading.state in states

    def is_ready(self) -> bool:
        """Return whether the program is at its prompt, and nothing stands there."""
        reading = self.reading()
        return reading is not None and (reading.state, reading.composer) == (ScreenState.IDLE, Composer.EMPTY)

    def screen(self) -> str:
        """Return the text on the program's screen, without trailing blanks."""
        pane = self.pane()
        if pane is None:
            return ""
        return "\n".join(
            line.rstrip() for line in self.server.tmux("capture-pane", "-p", "-t", pane.ref.pane).split("\n")
        )

    def keys(self) -> str:
        """Return what was sent to any pane so far: a `p` for each paste, a `k` for each command that sends keys."""
        return self.server.tmux("show-options", "-gqv", "@sent").strip()

    def press(self, *keys: str) -> None:
        """Press keys in the program's pane, as a person does."""
        pane = self.pane()
        assert pane is not None
        self.server.tmux("send-keys", "-t", pane.ref.pane, *keys)

    # ---- the end -------------------------------------------------------------------------------------------------

    def processes(self) -> list[int]:
        """Return the processes that run with our private HOME; closing its pane does not end every program."""
        mark = f"HOME={self.place.home}".encode()
        found = []
        for path in Path("/proc").glob("[0-9]*/environ"):
            try:
                if mark in path.read_bytes().split(b"\0"):
                    found.append(int(path.parent.name))
            except OSError:
                continue
        return found

    def end_program(self) -> None:
        """End the program and all it left behind, and close its pane."""
        for number in self.processes():
            if number != self.server_number():
                _kill(number)
        if self.pane() is not None:
            self.server.tmux("kill-session", "-t", "=real")

    def server_number(self) -> int:
        return int(self.server.tmux("display-message", "-p", "#{pid}"))


def _kill(number: int) -> None:
    try:
        os.kill(number, signal.SIGKILL)
    except ProcessLookupError:
        return


@contextmanager
def team_of(program: Program, folder: Path, more: str = "") -> Iterator[Team]:
    """Give a team of `program` while the block runs; nothing of it is started yet.

    Its tmux server runs with a clean environment and notes in `@sent` what is sent to panes.
    """
    place_home, work = folder / "home", folder / "work"
    place_home.mkdir()
    work.mkdir()
    server = TmuxServer()
    with serving(folder / "requests.jsonl") as model:
        place = Place(home=place_home, work=work, url=model.url)
        team = Team(program=program, place=place, model=model, server=server, config=folder / "team.yaml", more=more)
        team.write()
        try:
            _open_server(server)
            yield team
        finally:
            server.end()
            for number in team.processes():
                _kill(number)


def _open_server(server: TmuxServer) -> None:
    """Start the server by a session that keeps it alive."""
    clean = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "TERM": "xterm-256color", "HOME": "/nonexistent"}
    argv = [
        "tmux",
        "-u",
        "-L",
        server.socket,
        "-f",
        "/dev/null",
        "new-session",
        "-d",
        "-s",
        "keeper",
        "sleep",
        "100000",
    ]
    subprocess.run(argv, env=clean, check=True, capture_output=True)
    server.tmux("set-option", "-g", "default-terminal", "tmux-256color")
    server.tmux("set-option", "-g", "@sent", "")
    server.tmux("set-hook", "-g", "after-paste-buffer", "set-option -ag @sent p")
    server.tmux("set-hook", "-g", "after-send-keys", "set-option -ag @sent k")
