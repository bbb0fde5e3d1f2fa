"""How long it takes to look as passes do: one listing, the screens kept in the store, and those that stirred anew."""

from __future__ import annotations

import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from amp_fsm.engine.screens import see_screens
from amp_fsm.model.record import Record
from amp_fsm.model.seen import PaneSeen
from amp_fsm.ports import Commit
from amp_fsm.world.sqlite import SqliteStore
from amp_fsm.world.tmux import TmuxTerminal
from tests.benchmarks.looking import SESSION, loop, server
from tests.benchmarks.measure import Timing, ratio, table, timed

STIRRED = 10
ROUNDS = {10: 9, 100: 9, 1_000: 3}


def report() -> str:
    """Return the table of looks."""
    rows = []
    for size, rounds in ROUNDS.items():
        with server(size) as socket, tempfile.TemporaryDirectory() as folder:
            one_shot, kept_open, bare, libtmux = _times(socket, Path(folder), size, rounds)
        rows.append([f"{size:,}", *map(str, (bare, one_shot, kept_open, libtmux))])
        rows[-1] += [ratio(one_shot, bare), _faster(libtmux, one_shot), _faster(libtmux, kept_open)]
    head = ["panes", "a bare `tmux display-message`", "one-shot", "in a watch", "libtmux's loop"]
    head += ["one-shot to bare", "one-shot faster than the loop", "in a watch faster than the loop"]
    note = (
        f"{STIRRED} panes drew something since the last look.  One-shot: a process for the listing, one for the "
        "captures, and the store is opened and read; in a watch: control mode.  The loop captures every "
        "pane, as it has to."
    )
    return table("Looking again", head, rows, note)


def _times(socket: str, folder: Path, size: int, rounds: int) -> list[Timing]:
    terminal, watching = TmuxTerminal(socket, timeout=60.0), TmuxTerminal(socket, timeout=60.0)
    store = SqliteStore(folder)
    _keep_all(terminal, store, size)
    with watching.kept_open(SESSION, print):
        actions: list[Callable[[], object]] = [
            lambda: _look(terminal, store),
            lambda: _look(watching, store),
            lambda: _bare(socket),
            lambda: loop(socket),
        ]
        actions[1]()  # attached
        seconds: list[list[float]] = [[] for _ in actions]
        for _ in range(rounds):
            for action, taken in zip(actions, seconds, strict=True):
                _stir(socket)
                taken.append(timed(action))
    return [Timing(seconds=tuple(taken)) for taken in seconds]


def _keep_all(terminal: TmuxTerminal, store: SqliteStore, size: int) -> None:
    """Let the store hold every screen, which takes until the second is over in which the last one was drawn."""
    while len(store.screens()) < size:
        time.sleep(0.5)
        store.commit(Commit(record=Record(), screens=see_screens(terminal, {}, _listed(terminal)).fresh))


def _look(terminal: TmuxTerminal, store: SqliteStore) -> None:
    panes = _listed(terminal)
    screens = see_screens(terminal, store.screens(), panes)
    assert len(screens.captures) == len(panes)


def _listed(terminal: TmuxTerminal) -> tuple[PaneSeen, ...]:
    return terminal.survey(SESSION, "").panes


def _stir(socket: str) -> None:
    names = _tmux(socket, "list-panes", "-a", "-F", "#{pane_tty}").split()
    for name in names[:STIRRED]:
        Path(name).write_text(".")


def _bare(socket: str) -> None:
    _tmux(socket, "display-message", "-p", "here")


def _tmux(socket: str, *arguments: str) -> str:
    argv = ["tmux", "-u", "-S", socket, *arguments]
    return subprocess.run(argv, check=True, capture_output=True, text=True).stdout


def _faster(theirs: Timing, ours: Timing) -> str:
    return f"{theirs.median / ours.median:.1f} times"
