"""A text and its paste go to the server as one line: all of it is done, or nothing."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from amp_fsm.world.tmux_effect import ONE_GO, paste
from amp_fsm.world.tmux_process import Answer, TmuxProcess
from tests.terminal_stage import TmuxStage, composed, guard_of, launched, read, see
from tests.tmux_server import TmuxServer, until

TEXT = "do it\nin two lines\n[amp:aaaaaaaa]"
SQUEEZED = "".join(TEXT.split())


class Recording(TmuxProcess):
    """Processes of which is written down what they are run with."""

    def __init__(self, socket: str) -> None:
        super().__init__(socket, environment=os.environ, timeout=15.0)
        self.ran: list[str] = []
        self.scripts: list[str] = []

    def run(self, *words: str, text: str = "") -> Answer:
        self.ran.append(words[0])
        self.scripts.append(text)
        return super().run(*words, text=text)


@pytest.fixture
def stage(tmp_path: Path, tmux_server: TmuxServer) -> TmuxStage:
    return TmuxStage(tmp_path, tmux_server)


def test_a_paste_that_is_cut_off_anywhere_pastes_nothing(stage: TmuxStage) -> None:
    """We may be killed while the text is on its way: the server then gets a part of it, and its end."""
    pane = launched(stage)
    guard = guard_of(stage, pane)
    process = Recording(stage.server.socket)
    assert not paste(process, pane, TEXT, "aaaaaaaa", replace(guard, owner="somebody")).happened
    script = process.scripts[0].replace("somebody", guard.owner).rstrip("\n")
    end = len(script)
    for cut in (*range(0, end, 31), *range(script.rindex("paste-buffer") - 20, end, 3), end - 1):
        process.run("source-file", "-", text=script[:cut])
    assert see(stage, pane).typed == ""
    assert composed(stage, pane) == ""
    process.run("source-file", "-", text=script)
    until(lambda: composed(stage, pane) == SQUEEZED, "the text")


@pytest.mark.parametrize(
    ("characters", "ran"),
    [
        pytest.param(ONE_GO, ["source-file"], id="one-process"),
        pytest.param(ONE_GO + 1, ["load-buffer", "list-buffers"], id="longer-ones-are-loaded-first"),
    ],
)
def test_a_text_is_pasted_whole_by_as_few_processes_as_can_be(
    stage: TmuxStage, characters: int, ran: list[str]
) -> None:
    pane = launched(stage)
    process = Recording(stage.server.socket)
    text = ('do it, "now" \\ $HOME ~ #{pane_id} é;\n' * characters)[: characters - 14] + "[amp:aaaaaaaa]"
    assert paste(process, pane, text, "aaaaaaaa", guard_of(stage, pane)).happened
    assert process.ran == ran
    until(lambda: read(stage, pane).collapsed, "the collapsed paste")
    assert stage.terminal.submit(pane, "Enter", "aaaaaaaa", guard_of(stage, pane)).happened
    until(lambda: stage.received(pane) == [text], "what was received")
