"""How a program is started in tmux, as commands.  Pure, but for looking the program up on its PATH.

A window is opened and marked in one command list, so that a pane of ours without its mark cannot come to be.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from amp_fsm.errors import ProgramMissingError
from amp_fsm.model.seen import PaneSeen
from amp_fsm.ports import Launch
from amp_fsm.world.hook_command import listener
from amp_fsm.world.tmux_text import ENTERED, OWNER, STARTED, TYPED

Commands = tuple[tuple[str, ...], ...]

IDENTITY = "#{pane_id} #{pane_pid} #{pid}:#{start_time}"


def require(launch: Launch, environment: Mapping[str, str]) -> None:
    """See that the program is there; tmux looks on our PATH too, whatever PATH its server was started with.

    Raises:
        ProgramMissingError: there is no such program, or no such folder to run it in.
    """
    if not launch.argv:
        raise ProgramMissingError(f"{launch.name}: no command is configured", hint="give it a `command`")
    if not Path(launch.cwd).is_dir():
        hint = "set `project.root` or `cwd`"
        raise ProgramMissingError(f"{launch.name}: its folder {launch.cwd} does not exist", hint=hint)
    path = {**environment, **launch.env}.get("PATH", os.defpath)
    program = launch.argv[0]
    # A program with a slash is found from the folder it is started in, as execvp does.
    found = shutil.which(str(Path(launch.cwd) / program) if "/" in program else program, path=path)
    if found is None:
        hint = f"install {program}, or give `{launch.name}` another `command`"
        raise ProgramMissingError(f"{launch.name}: {program} not found on PATH", hint=hint)


def open_commands(launch: Launch, panes: Sequence[PaneSeen], *, session_exists: bool) -> Commands:
    """Return the commands that open a window for `launch`, mark its pane and print `IDENTITY`.

    The window gets the index that is wanted if it is free, else one above all others.  Panes that carried the same
    owner lose it: one agent has one pane.
    """
    taken = {pane.window for pane in panes if pane.session == launch.session}
    wanted = launch.window if launch.window.isdigit() and launch.window not in taken else ""
    name = _unexpanded(launch.name if launch.window.isdigit() or not launch.window else launch.window)
    common = (*_surroundings(launch), "-n", name, "-P", "-F", IDENTITY, *_program(launch))
    forsaken = tuple(
        ("set-option", "-p", "-u", "-t", pane.ref.pane, OWNER) for pane in panes if pane.owner == launch.owner
    )
    if session_exists:
        index = wanted or str(max((int(window) for window in taken), default=0) + 1)
        target = f"={launch.session}:{index}"
        return (("new-window", "-d", "-t", target, *common), *_marked(launch, target), *forsaken)
    target = f"={launch.session}:"
    size = ("-x", str(launch.columns), "-y", str(launch.rows))
    opened = ("new-session", "-d", "-s", launch.session, *size, *common)
    # A session's first window gets the lowest index, whatever is wanted; when that is the same, moving does nothing.
    moved = (("move-window", "-s", target, "-t", f"={launch.session}:{wanted}"),) if wanted else ()
    return (opened, *_marked(launch, target), *forsaken, *moved)


def respawn_commands(launch: Launch, pane: PaneSeen) -> Commands:
    """Return the commands that start `launch` anew in a pane of ours."""
    again = ("respawn-pane", "-k", "-t", pane.ref.pane, *_surroundings(launch), *_program(launch))
    return (again, *_marked(launch, pane.ref.pane))


def _marked(launch: Launch, target: str) -> Commands:
    values = ((OWNER, launch.owner), (STARTED, launch.intent), (TYPED, ""), (ENTERED, ""))
    marks = tuple(("set-option", "-p", "-t", target, name, value) for name, value in values)
    heard = (
        (("pipe-pane", "-O", "-t", target, _timeless(listener(launch.listen))),) if launch.listen is not None else ()
    )
    return (*marks, ("set-option", "-w", "-t", target, "remain-on-exit", "on"), *heard)


def _surroundings(launch: Launch) -> Iterable[str]:
    for name, value in launch.env.items():
        yield from ("-e", f"{name}={value}")
    yield from ("-c", _unexpanded(launch.cwd))


def _program(launch: Launch) -> tuple[str, ...]:
    # tmux gives a single word to a shell, several words to execvp.
    return launch.argv if len(launch.argv) > 1 else ("env", *launch.argv)


def _timeless(command: str) -> str:
    """Return a command in which tmux sees neither a format nor a time."""
    return _unexpanded(command).replace("%", "%%")


def _unexpanded(text: str) -> str:
    return text.replace("#", "##")
