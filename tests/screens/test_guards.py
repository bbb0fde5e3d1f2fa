"""What tmux itself is asked in the moment of the submit key: whether a dialog may be up.  On a real server.

A dialog that opened since the last look must be seen by the server, in the very command that would press the key.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from amp_fsm.model.profile import ScreenState
from amp_fsm.world.config_files import load_profiles
from tests.screens.corpus import Screen, load_screens
from tests.tmux_server import TmuxServer, until

PROFILES = load_profiles()
SCREENS = [screen for screen in load_screens() if not screen.hidden]
GUARDED = sorted({screen.program for screen in SCREENS if PROFILES[screen.program].no_dialog})
NOT_DRAWN = {("vibe", "2.12.1", "approval-shell-80x24"), ("vibe", "1.2.2", "approval-write-80x24")}
"""Captured while the program was still drawing: no dialog is to be seen there."""
BELOW_ANOTHER = {("aider", "0.75.2", "approval-shell-80x24-2"), ("aider", "0.86.2", "approval-shell-200x50")}
"""A question answered by its default looks open for ever, and the server finds the uppermost; aider asks nothing while
it waits for a prompt, so that none opens between a paste and its submit key."""


@pytest.fixture
def server() -> Iterator[TmuxServer]:
    server = TmuxServer()
    try:
        yield server
    finally:
        server.end()


def refused(server: TmuxServer, screens: Sequence[Screen], folder: Path) -> set[str]:
    """Return which of the screens, each shown in a pane of its size, the server would press no submit key on."""
    for number, screen in enumerate(screens):
        file = folder / f"{number}"
        cursor = "\x1b[?25l" if screen.variables.get("cursor_flag") == "0" else ""
        file.write_text(f"{screen.plain}{cursor}\x1b]2;drawn\x07")
        size = ("-x", str(screen.columns), "-y", str(screen.rows))
        server.tmux("new-session", "-d", "-s", f"s{number}", *size, f"cat {file}; exec sleep 600")
    until(lambda: set(server.tmux("list-panes", "-a", "-F", "#{pane_title}").split()) == {"drawn"}, "every screen")
    guard = PROFILES[screens[0].program].no_dialog
    said = server.tmux("list-panes", "-a", "-F", f"#{{session_name}} #{{?{guard},press,refuse}}").splitlines()
    numbers = [int(line.split()[0][1:]) for line in said if line.endswith(" refuse")]
    return {f"{screens[number].version} {screens[number].name}" for number in numbers}


def called(screens: Sequence[Screen]) -> set[str]:
    return {f"{screen.version} {screen.name}" for screen in screens}


@pytest.mark.parametrize("program", GUARDED)
def test_16_the_server_sees_every_dialog_and_takes_no_draft_for_one(
    program: str, server: TmuxServer, tmp_path: Path
) -> None:
    ours = [screen for screen in SCREENS if screen.program == program]
    drawn = [one for one in ours if (one.program, one.version, one.name) not in NOT_DRAWN | BELOW_ANOTHER]
    dialogs = [one for one in drawn if one.accept == (ScreenState.BLOCKED,)]
    drafts = [one for one in ours if one.accept == (ScreenState.IDLE,) and one.composer == ("draft",)]
    assert refused(server, [*dialogs, *drafts], tmp_path) == called(dialogs)
