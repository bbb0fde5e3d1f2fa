"""A configured project in a folder of its own, and the command line used on it, for tests of commands.

Its tmux server has a private socket; whoever starts anything ends it with `Home.end`.
"""

from __future__ import annotations

import contextlib
import io
import json
import secrets
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from amp_fsm.cli.main import main
from amp_fsm.world.sqlite import SqliteStore

STATUS = """\
# Team

## Agent Status

| Agent | Task | Status | Last Update |
|---|---|---|---|
| ada | - | IDLE | - |
| ben | - | IDLE | - |
"""

LOG = """\
# Log

| Agent | Action |
|---|---|
"""

CONFIG = """\
version: 1
project: {{name: crew, root: ., store: .amp-fsm/crew}}
include: ['builtin:profiles', 'builtin:machines', 'builtin:prompts']
tmux: {{session: crew, socket: {socket}}}
agents:
  ada: {{profile: practice, window: 0, command: {command}}}
  ben: {{profile: practice, window: 1, command: {command}}}
documents:
  status:
    file: STATUS.md
    table: {{heading: Agent Status, key: Agent}}
    columns: {{task: Task, status: Status, updated: Last Update}}
    words: {{idle: [IDLE], working: [WORKING, ASSIGNED], blocked: [BLOCKED], done: [COMPLETED]}}
  log:
    file: LOG.md
    table: {{heading: Log, key: Agent}}
    row: {{Agent: '{{{{ agent.name }}}}', Action: '{{{{ task.id }}}}: {{{{ because }}}}'}}
kinds:
  code: {{prompt: code}}
tasks:
  - id: T-1
    kind: code
    title: Greet
    deliverables: [greeting.txt]
    brief: {{context: The first., objective: Greet.}}
policies: {{person: 1s}}
{more}
"""


PRACTICE = json.dumps([sys.executable, "-m", "amp_fsm.rehearsal.practice_agent"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a command said."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass(slots=True)
class Home:
    """A project's folder; `config` is what every command is given."""

    folder: Path
    socket: str = field(default_factory=lambda: f"amp-test-{secrets.token_hex(6)}")

    def write(self, *, command: str = PRACTICE, more: str = "") -> Home:
        """Write the configuration and its status table."""
        Path(self.config).write_text(CONFIG.format(socket=self.socket, command=command, more=more))
        (self.folder / "STATUS.md").write_text(STATUS)
        (self.folder / "LOG.md").write_text(LOG)
        return self

    @property
    def config(self) -> str:
        return str(self.folder / "crew.yaml")

    @property
    def store(self) -> SqliteStore:
        return SqliteStore(self.folder / ".amp-fsm" / "crew")

    def run(self, command: str, *arguments: str) -> Said:
        """Run one command on the configuration, in this process."""
        return run(command, self.config, *arguments)

    def files(self) -> Mapping[str, str]:
        """Return every path below the folder, with the digest of what is in it."""
        return {
            str(path.relative_to(self.folder)): sha256(path.read_bytes()).hexdigest() if path.is_file() else "folder"
            for path in sorted(self.folder.rglob("*"))
        }

    def tmux(self, *words: str) -> str:
        """Return what tmux says on the private socket, empty when no server runs."""
        argv = ["tmux", "-u", "-L", self.socket, *words]
        return subprocess.run(argv, capture_output=True, text=True, timeout=15, check=False).stdout

    def end(self) -> None:
        """End the private tmux server, if it runs."""
        self.tmux("kill-server")


def run(*arguments: str) -> Said:
    """Run the program in this process."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main(arguments)
    return Said(code=code, out=out.getvalue(), err=err.getvalue())
