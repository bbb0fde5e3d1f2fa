"""Which pane is whose, when a team lives in several tmux servers."""

from __future__ import annotations

from dataclasses import replace

import pytest

from amp_fsm.model.panes import resolve_panes, sockets_of, unreachable_of
from amp_fsm.model.project import AgentSpec, Project, ServiceSpec, TmuxSpec
from amp_fsm.model.seen import Failed, PaneRef, PaneSeen, Survey

PROJECT = Project(
    name="p",
    root="/r",
    store="/s",
    source="p.yaml",
    digest="d",
    tmux=TmuxSpec(session="team", socket="main"),
    agents={
        "ada": AgentSpec(name="ada", profile="x", window="1"),
        "ben": AgentSpec(name="ben", profile="x", window="1", socket="heavy"),
    },
    services={"proxy": ServiceSpec(name="proxy", command=("proxy",), socket="heavy")},
)


def pane(server: str, window: str = "1", owner: str = "") -> PaneSeen:
    return PaneSeen(
        ref=PaneRef(server=server, pane="%1", pid=7), session="team", window=window, name="", owner=owner, command="x"
    )


def survey(*panes: PaneSeen, silent: str = "") -> Survey:
    servers = {socket: server for socket, server in (("main", "1:1"), ("heavy", "2:2")) if socket != silent}
    return Survey(server="1:1", panes=panes, servers=servers, unreachable={silent: "no answer"} if silent else {})


def test_every_socket_is_looked_at_once() -> None:
    assert sockets_of(PROJECT) == ("main", "heavy")
    assert sockets_of(replace(PROJECT, agents={}, services={})) == ("main",)


def test_a_window_is_one_of_the_subjects_own_server() -> None:
    near, far = pane("1:1"), pane("2:2")
    assert resolve_panes(PROJECT, survey(near, far)) == {"agent/ada": near, "agent/ben": far}
    assert resolve_panes(PROJECT, survey(far)) == {"agent/ben": far}


def test_20_a_pane_with_our_mark_is_found_in_whatever_server_it_is() -> None:
    """Its socket was changed in the configuration: a second agent beside the first would be worse."""
    moved = pane("1:1", window="5", owner="p/agent/ben")
    assert resolve_panes(PROJECT, survey(moved)) == {"agent/ben": moved}


@pytest.mark.parametrize("window", ["1", "5"])
def test_24_whose_server_did_not_answer_has_no_pane_that_is_known(window: str) -> None:
    near = pane("1:1", window=window, owner="p/agent/ben")
    seen = survey(near, silent="heavy")
    assert resolve_panes(PROJECT, seen) == {}
    assert unreachable_of(PROJECT, seen) == dict.fromkeys(("*", "agent/ben", "service/proxy"), "no answer")


def test_24_without_a_look_nobodys_pane_is_known() -> None:
    found = unreachable_of(PROJECT, Failed(reason="timed out"))
    assert found == dict.fromkeys(("*", "agent/ada", "agent/ben", "service/proxy"), "timed out")
