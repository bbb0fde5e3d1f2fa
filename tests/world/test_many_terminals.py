"""Several tmux servers of one project: their panes are told apart, and what one lacks is not the others' loss."""

from __future__ import annotations

import os
import signal
from dataclasses import replace
from pathlib import Path

import pytest

from amp_fsm.errors import TerminalUnreachableError
from amp_fsm.model.seen import Failed
from amp_fsm.world.many_terminals import ManyTerminals
from amp_fsm.world.tmux import TmuxTerminal
from tests.fakes.terminal import FakeTerminal
from tests.terminal_stage import SESSION, TmuxStage
from tests.tmux_server import TmuxServer, until

Stages = tuple[TmuxStage, TmuxStage, ManyTerminals]


@pytest.fixture
def stages(tmp_path: Path, tmux_server: TmuxServer, other_server: TmuxServer) -> Stages:
    """Two servers, each with a pane `%0` of its own, and both of them as one terminal."""
    sockets = {"": tmux_server.socket, "heavy": other_server.socket}
    many = ManyTerminals({name: TmuxTerminal(socket, timeout=1.0) for name, socket in sockets.items()})
    return TmuxStage(tmp_path, tmux_server), TmuxStage(tmp_path, other_server), many


def test_panes_of_the_same_number_are_told_apart(stages: Stages) -> None:
    one, other, many = stages
    panes = [
        many.start(stage.launch(name, name, argv=("sh", "-c", f"echo this is {name}; exec sleep 1000"), socket=socket))
        for stage, name, socket in ((one, "ada", ""), (other, "ben", "heavy"))
    ]
    assert [pane.pane for pane in panes] == ["%0", "%0"]
    until(lambda: all("this is" in str(screen) for screen in many.capture(panes).values()), "what both say")
    screens = many.capture(panes)
    assert ["ada" in str(screens[pane]) for pane in panes] == [True, False]
    survey = many.survey(SESSION, "p/")
    where = {pane.owner: pane.ref.server for pane in survey.panes}
    assert where == {"p/agent/ada": survey.server_at(""), "p/agent/ben": survey.server_at("heavy")}
    assert many.stop(panes[1], "p/agent/ben").happened
    assert [pane.ref for pane in many.survey(SESSION, "p/").panes] == [panes[0]]


def test_24_a_server_that_does_not_answer_hides_nothing_of_the_other(stages: Stages) -> None:
    one, other, many = stages
    near, far = one.stranger(SESSION), other.stranger(SESSION)
    assert {pane.ref for pane in many.survey(SESSION, "p/").panes} == {near, far}
    os.kill(int(far.server.split(":")[0]), signal.SIGSTOP)
    try:
        survey = many.survey(SESSION, "p/")
        screens = many.capture((near, far))
        with pytest.raises(TerminalUnreachableError, match="did not answer"):
            many.adopt(far, "p/agent/ben")
    finally:
        os.kill(int(far.server.split(":")[0]), signal.SIGCONT)
    assert ([pane.ref for pane in survey.panes], list(survey.unreachable)) == ([near], ["heavy"])
    assert [isinstance(screens[pane], Failed) for pane in (near, far)] == [False, True]
    assert (survey.server_at(""), survey.server_at("heavy")) == (near.server, "")


def test_a_server_that_was_started_again_has_none_of_the_panes_it_had(stages: Stages) -> None:
    one, other, many = stages
    near, far = one.stranger(SESSION), other.stranger(SESSION)
    many.survey(SESSION, "p/")
    other.end_server()
    again = other.stranger(SESSION)
    assert again.pane == far.pane
    assert {pane.ref for pane in many.survey(SESSION, "p/").panes} == {near, again}
    assert isinstance(many.capture((far, again))[far], Failed)
    assert not many.adopt(far, "p/agent/ben").happened
    assert many.adopt(again, "p/agent/ben").happened


def test_an_effect_needs_no_look_before_it(stages: Stages) -> None:
    """A pass that was killed left a pane in its record, and the next process knows no server yet."""
    _, other, many = stages
    assert many.adopt(other.stranger(SESSION), "p/agent/ben").happened


def test_two_names_of_one_server_are_one_server(tmux_server: TmuxServer) -> None:
    tmux_server.open(SESSION, "sleep", "1000")
    path = tmux_server.tmux("display-message", "-p", "#{socket_path}").strip()
    many = ManyTerminals({socket: TmuxTerminal(socket) for socket in (tmux_server.socket, path)})
    survey = many.survey(SESSION, "p/")
    assert len(survey.panes) == 1
    assert survey.server_at(path) == survey.server_at(tmux_server.socket) != ""


def test_24_when_none_answers_there_is_no_survey() -> None:
    many = ManyTerminals({"": FakeTerminal(broken="timed out"), "heavy": FakeTerminal(broken="refused")})
    with pytest.raises(TerminalUnreachableError, match="default server: timed out; heavy: refused"):
        many.survey(SESSION, "p/")


def test_each_server_has_a_connection_of_its_own_while_they_are_kept_open(stages: Stages) -> None:
    one, other, many = stages
    panes = {one.stranger(SESSION), other.stranger(SESSION)}

    def clients() -> list[int]:
        return [len(stage.server.tmux("list-clients").splitlines()) for stage in (one, other)]

    with many.kept_open(SESSION, pytest.fail):
        listed = many.survey(SESSION, "p/").panes
        assert {pane.ref for pane in listed} == panes
        assert clients() == [1, 1]
        assert {str(screen).strip() for screen in many.capture([*panes]).values()} == {""}
        until(lambda: many.silence(listed).keys() == panes, "both heard")
        assert many.silence([replace(listed[0], ref=replace(listed[0].ref, server="9:9"))]) == {}
    assert clients() == [0, 0]
    assert many.silence(listed) == {}
