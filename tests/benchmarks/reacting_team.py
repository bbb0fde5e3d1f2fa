"""A team of scripted agents in a tmux of its own, watched by the whole program, for `reacting`."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from amp_fsm.world.sqlite import SqliteStore

SETTLE = 0.03
STABLE_FOR = 0.1
DEADLINE = 120.0
SPARE_TASKS = 150
SCRIPT = Path(__file__).with_name("scripted_agent.py")

CONFIG = """\
version: 1
project: {{name: bench, root: ., store: .amp-fsm/bench}}
include: ['builtin:profiles', 'builtin:machines', 'builtin:prompts']
tmux: {{session: bench, socket: {socket}}}
profiles: {{practice: {{settle: {settle}, stable_for: {stable}}}}}
agents: {agents}
documents:
  status:
    file: STATUS.md
    table: {{heading: Agent Status, key: Agent}}
    columns: {{task: Task, status: Status}}
    words: {{idle: [IDLE], working: [WORKING, ASSIGNED], blocked: [BLOCKED], done: [COMPLETED]}}
  log:
    file: LOG.md
    table: {{heading: Log, key: Agent}}
    row: {{Agent: '{{{{ agent.name }}}}', Action: '{{{{ task.id }}}}: {{{{ because }}}}'}}
kinds: {{code: {{prompt: code}}}}
policies: {{person: 1s}}
tasks: {tasks}
"""


AT_WORK = ("ASSIGNED", "WORKING")


@dataclass(slots=True, kw_only=True)
class Team:
    """A team in a folder of its own: every agent has a task in hand, and more wait."""

    folder: Path
    size: int
    watching: subprocess.Popen[bytes] | None = None

    @property
    def config(self) -> str:
        """Its configuration."""
        return str(self.folder / "team.yaml")

    def end(self) -> None:
        """End the watch, if it is not ended yet; panes and store stay."""
        if self.watching is not None and self.watching.poll() is None:
            self.watching.send_signal(signal.SIGTERM)
            self.watching.wait(DEADLINE)

    @property
    def names(self) -> list[str]:
        """Its agents."""
        return [f"a{number:02}" for number in range(self.size)]

    @property
    def socket(self) -> str:
        """Its tmux server's."""
        return str(self.folder / "tmux")

    def write(self, *, works: bool, spare: int) -> None:
        """Write the configuration and its documents; with `works`, prompts begin turns that somebody must end."""
        python = [sys.executable, "-S", "-I", str(SCRIPT)]
        agents = {
            name: {"profile": "practice", "window": number, "command": [*python, str(self._log(name))]}
            for number, name in enumerate(self.names)
        }
        brief = {"context": "A benchmark.", "objective": "Nothing."}
        task = {"kind": "code", "title": "Nothing", "brief": brief, "deliverables": ["README"]}
        tasks = [{"id": f"T-{number}", **task} for number in range(self.size + spare)]
        settings = {"settle": SETTLE, "stable": STABLE_FOR, "agents": json.dumps(agents), "tasks": json.dumps(tasks)}
        Path(self.config).write_text(CONFIG.format(socket=self.socket, **settings))
        rows = "".join(f"| {name} | - | IDLE |\n" for name in self.names)
        (self.folder / "STATUS.md").write_text(f"## Agent Status\n\n| Agent | Task | Status |\n|---|---|---|\n{rows}")
        (self.folder / "LOG.md").write_text("## Log\n\n| Agent | Action |\n|---|---|\n")
        (self.folder / "README").write_text("What every task is to leave behind.\n")
        for name in self.names if works else ():
            Path(f"{self._log(name)}.works").touch()

    def claim(self, name: str) -> int:
        """Write, as an editor does, that an agent's work is done; return when, in nanoseconds."""
        status = self.folder / "STATUS.md"
        lines = [
            f"| {name} | {line.split('|')[2].strip()} | COMPLETED |" if line.startswith(f"| {name} ") else line
            for line in status.read_text().splitlines()
        ]
        beside = self.folder / "STATUS.md~"
        beside.write_text("\n".join([*lines, ""]))
        at = time.time_ns()
        beside.replace(status)
        return at

    def end_turn(self, name: str) -> None:
        """Let an agent's screen turn idle."""
        shown = ("-f", f"#{{==:#{{window_name}},{name}}}", "-F", "#{pane_pid}")
        listing = subprocess.run(
            ["tmux", "-S", self.socket, "list-panes", "-a", *shown], capture_output=True, text=True, check=True
        )
        os.kill(int(listing.stdout.split()[0]), signal.SIGUSR1)

    def times(self, name: str, what: str) -> list[int]:
        """Return when that happened to an agent, in nanoseconds."""
        log = self._log(name)
        lines = log.read_text().splitlines() if log.exists() else []
        return [int(line.split()[1]) for line in lines if line.startswith(what)]

    def state(self, name: str) -> str:
        """Return an agent's state."""
        subject = SqliteStore(self.folder / ".amp-fsm" / "bench").load().subjects.get(f"agent/{name}")
        return subject.state if subject is not None else ""

    def until(self, condition: Callable[[], bool], what: str) -> None:
        """Wait for a condition, up to a deadline."""
        deadline = time.monotonic() + DEADLINE
        while not condition():
            if time.monotonic() > deadline:
                said = (self.folder / "said").read_text()[-2000:]
                message = f"never came: {what}; the program said:\n{said}"
                raise TimeoutError(message)
            time.sleep(0.002)

    def _log(self, name: str) -> Path:
        return self.folder / f"{name}.log"


@contextmanager
def team(size: int, *, works: bool, spare: int = SPARE_TASKS) -> Iterator[Team]:
    """A team every member of which has its first prompt, and `spare` tasks more; watched until the end of the block."""
    with tempfile.TemporaryDirectory() as folder:
        made = Team(folder=Path(folder), size=size)
        made.write(works=works, spare=spare)
        argv = [sys.executable, "-m", "amp_fsm", "reconcile", made.config, "--watch", "--interval", "1h"]
        environment = {**os.environ, "XDG_CACHE_HOME": folder}
        with (made.folder / "said").open("w") as said:
            made.watching = subprocess.Popen(argv, stdout=said, stderr=said, env=environment)
        try:
            made.until(lambda: all(made.times(name, "submitted") for name in made.names), "the first prompts")
            made.until(lambda: all(made.state(name) in AT_WORK for name in made.names), "everybody at work")
            yield made
        finally:
            made.end()
            subprocess.run(["tmux", "-S", made.socket, "kill-server"], capture_output=True, check=False)
