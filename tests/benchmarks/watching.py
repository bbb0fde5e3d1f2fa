"""What a watch costs while nothing is to be done: processor time and memory of the whole program, from outside."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from amp_fsm.rehearsal.practice_agent.screen import View, picture
from tests.benchmarks.measure import table

SETTLED_SECONDS = 15.0
SETTLED_SECONDS_EACH = 0.03
"""A watch is left alone that long first: its passes follow each other while it comes to know its team."""

WINDOW_SECONDS = 30.0
DEADLINE = 180.0
FRAMES_A_SECOND = 10
WORKING = "✻ Working… ({seconds}s · esc to interrupt)"
COLUMNS, ROWS = 100, 30

CONFIG = """\
version: 1
project: {{name: bench, root: ., store: .amp-fsm/bench}}
include: ['builtin:profiles', 'builtin:machines', 'builtin:prompts']
tmux: {{session: bench, socket: {socket}}}
profiles: {{still: {{extends: practice, programs: [cat]}}}}
documents:
  status:
    file: STATUS.md
    table: {{heading: Agent Status, key: Agent}}
    columns: {{task: Task, status: Status}}
    words: {{idle: [IDLE], working: [WORKING], blocked: [BLOCKED], done: [COMPLETED]}}
agents:
{agents}
"""

STATUS = "## Agent Status\n\n| Agent | Task | Status |\n|---|---|---|\n"


def report() -> str:
    """Return the table of watches."""
    rows = [
        ["1,000 quiet panes", *_watched(1_000, spinning=False)],
        ["60 panes with live spinners", *_watched(60, spinning=True)],
        ["60 quiet panes", *_watched(60, spinning=False)],
    ]
    head = ["`reconcile --watch` of", "processor, of one core", "memory", "the tmux server meanwhile"]
    note = (
        f"Over {WINDOW_SECONDS:g} s, once every agent is known.  Processes that it runs count as its "
        f"own.  A live spinner is drawn {FRAMES_A_SECOND} times a second."
    )
    return table("Watching", head, rows, note)


def _watched(size: int, *, spinning: bool) -> list[str]:
    screen = Screen(spinning=spinning)
    with team(size, screen) as (socket, folder):
        server = psutil.Process(int(_tmux(socket, "display-message", "-p", "#{pid}")))
        with watch(folder) as process, drawn(socket, screen):
            time.sleep(SETTLED_SECONDS + size * SETTLED_SECONDS_EACH)
            before, server_before = _spent(process), _spent(server)
            begun = time.monotonic()
            time.sleep(WINDOW_SECONDS)
            took = time.monotonic() - begun
            share, of_server = (_spent(process) - before) / took, (_spent(server) - server_before) / took
            memory = process.memory_info().rss / 1e6
    return [f"{share:.1%}", f"{memory:.0f} MB", f"{of_server:.1%}"]


def _spent(process: psutil.Process) -> float:
    """Return the processor time of a process and of its children that ended, in seconds."""
    times = process.cpu_times()
    return float(times.user + times.system + times.children_user + times.children_system)


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """What every pane shows: an agent at its prompt, or one whose spinner turns."""

    spinning: bool

    @property
    def lines(self) -> tuple[str, ...]:
        """Its lines."""
        notes = (WORKING.format(seconds=0),) if self.spinning else ()
        return picture(View(name="still", notes=notes, ghost='Try "fix the tests"'), COLUMNS, ROWS).lines

    def frame(self, number: int) -> bytes:
        """Return what draws the next frame."""
        row = self.lines.index(WORKING.format(seconds=0)) + 1
        seconds, colour = number // FRAMES_A_SECOND, 31 + number % 6
        return f"\x1b[{row};1H\x1b[{colour}m{WORKING.format(seconds=seconds)}\x1b[0m".encode()


@contextmanager
def team(size: int, screen: Screen) -> Iterator[tuple[str, Path]]:
    """Panes that carry our mark, of programs that draw a screen and then nothing; the configuration in a folder."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        socket = str(folder / "tmux")
        (folder / "screen").write_text("\r\n".join(screen.lines))
        rows = "".join(f"| a{number} | - | IDLE |\n" for number in range(size))
        (folder / "STATUS.md").write_text(STATUS + rows)
        agents = "".join(f"  a{number}: {{profile: still, window: {number}}}\n" for number in range(size))
        (folder / "team.yaml").write_text(CONFIG.format(socket=socket, agents=agents))
        program = f"stty raw -echo; cat {folder}/screen; exec cat"
        size_of = ("-x", str(COLUMNS), "-y", str(ROWS))
        _tmux(socket, "-f", "/dev/null", "new-session", "-d", "-s", "bench", *size_of, program)
        try:
            more = f'new-window -d -t bench: "{program}"\n' * (size - 1)
            _tmux(socket, "source-file", "-", text=more)
            panes = _tmux(socket, "list-panes", "-a", "-F", "#{pane_id}").split()
            marks = (f"set-option -p -t {pane} @amp_agent bench/agent/a{n}\n" for n, pane in enumerate(panes))
            _tmux(socket, "source-file", "-", text="".join(marks))
            yield socket, folder
        finally:
            _tmux(socket, "kill-server")


@contextmanager
def watch(folder: Path) -> Iterator[psutil.Process]:
    """A watch of the team, from the end of its first pass to the end of the block."""
    argv = [sys.executable, "-m", "amp_fsm", "reconcile", str(folder / "team.yaml"), "--watch"]
    environment = {**os.environ, "XDG_CACHE_HOME": str(folder)}
    said = folder / "said"
    with said.open("w") as out, subprocess.Popen(argv, stdout=out, stderr=out, env=environment) as process:
        try:
            _until_it_says_something(said)
            yield psutil.Process(process.pid)
            if process.poll() is not None:
                raise RuntimeError(said.read_text()[-2000:])
        finally:
            process.terminate()
            process.wait(DEADLINE)


def _until_it_says_something(said: Path) -> None:
    deadline = time.monotonic() + DEADLINE
    while not said.read_text():
        if time.monotonic() > deadline:
            raise TimeoutError
        time.sleep(0.05)


@contextmanager
def drawn(socket: str, screen: Screen) -> Iterator[None]:
    """Draw every pane's spinner, if it has one, again and again, as its program would."""
    if not screen.spinning:
        yield
        return
    names = _tmux(socket, "list-panes", "-a", "-F", "#{pane_tty}").split()
    ttys = [os.open(name, os.O_WRONLY | os.O_NOCTTY) for name in names]
    ends = threading.Event()
    drawing = threading.Thread(target=_draw, args=(ttys, screen, ends))
    drawing.start()
    try:
        yield
    finally:
        ends.set()
        drawing.join()
        for tty in ttys:
            os.close(tty)


def _draw(ttys: list[int], screen: Screen, ends: threading.Event) -> None:
    for number in itertools.count():
        frame = screen.frame(number)
        for tty in ttys:
            os.write(tty, frame)
        if ends.wait(1 / FRAMES_A_SECOND):
            return


def _tmux(socket: str, *arguments: str, text: str = "") -> str:
    argv = ["tmux", "-u", "-S", socket, *arguments]
    return subprocess.run(argv, input=text, text=True, check=True, capture_output=True).stdout
