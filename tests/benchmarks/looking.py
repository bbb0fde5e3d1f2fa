"""How long it takes to see every screen, beside a loop over libtmux's panes, in the same run on the same server."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import libtmux

from amp_fsm.world.tmux import TmuxTerminal
from tests.benchmarks.measure import ratio, side_by_side, table

SESSION = "bench"
SIZES = {10: 7, 100: 5, 1_000: 3}
SCREEN = "seq -f 'line %g of a screen that an agent may have drawn' 40; exec cat"


def report() -> str:
    """Return the table of looks."""
    rows = []
    for size, rounds in SIZES.items():
        with server(size) as socket:
            ours, theirs = side_by_side([partial(look, socket, size), partial(loop, socket)], rounds)
        rows.append([f"{size:,}", str(ours), str(theirs), ratio(ours, theirs)])
    head = ["panes", "listing and every screen", "`pane.capture_pane()` for each of `server.panes`", "ratio"]
    return table("Looking", head, rows, "A private tmux server; every screen of 200 by 50 is captured, changed or not.")


def look(socket: str, size: int) -> None:
    """See every pane as a pass does: one listing, then all screens at once."""
    terminal = TmuxTerminal(socket, timeout=60.0)
    panes = [pane.ref for pane in terminal.survey(SESSION, "").panes]
    screens = terminal.capture(panes)
    assert len(panes) == size
    assert all(isinstance(screens[pane], str) for pane in panes)


def loop(socket: str) -> None:
    """See every pane as one would with libtmux."""
    for pane in libtmux.Server(socket_path=socket).panes:
        pane.capture_pane(escape_sequences=True, join_wrapped=True)


@contextmanager
def server(size: int) -> Iterator[str]:
    """A tmux server with that many windows, ended afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        socket = str(Path(folder) / "tmux")
        open_window = f'new-window -d -t {SESSION}: "{SCREEN}"\n'
        _tmux(socket, "new-session", "-d", "-s", SESSION, "-x", "200", "-y", "50", SCREEN)
        try:
            _tmux(socket, "source-file", "-", text=open_window * (size - 1))
            yield socket
        finally:
            _tmux(socket, "kill-server")


def _tmux(socket: str, *arguments: str, text: str = "") -> None:
    argv = ["tmux", "-u", "-S", socket, "-f", "/dev/null", *arguments]
    subprocess.run(argv, input=text, text=True, check=True, stdout=subprocess.DEVNULL)
