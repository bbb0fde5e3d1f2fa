"""What every terminal keeps: the fake, a real tmux server with practice agents, by processes and by control mode, and
one of several servers.

[n]: row of FAILURES.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from amp_fsm.errors import ProgramMissingError, TerminalUnreachableError
from amp_fsm.model.seen import Failed, PaneRef
from amp_fsm.ports import PaneGuard
from amp_fsm.world.many_terminals import ManyTerminals
from amp_fsm.world.tmux import TmuxTerminal
from tests.terminal_stage import (
    SESSION,
    FakeStage,
    Stage,
    TmuxStage,
    composed,
    guard_of,
    launched,
    read,
    see,
)
from tests.tmux_server import TmuxServer, until

TEXT = "do it\nin two lines\n[amp:aaaaaaaa]"
SQUEEZED = "".join(TEXT.split())


@pytest.fixture(params=["fake", "tmux", "control", "many"])
def stage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stage]:
    if request.param == "fake":
        yield FakeStage(tmp_path)
        return
    server: TmuxServer = request.getfixturevalue("tmux_server")
    if request.param == "tmux":
        yield TmuxStage(tmp_path, server)
    elif request.param == "control":
        stage = TmuxStage(tmp_path, server)
        with stage.terminal.kept_open(SESSION, pytest.fail):
            yield stage
    else:
        other: TmuxServer = request.getfixturevalue("other_server")
        yield TmuxStage(tmp_path, server, many(server, other))


def many(server: TmuxServer, other: TmuxServer) -> ManyTerminals:
    """Return the server among others: one with panes of the same numbers, and one that does not run."""
    for _ in range(3):
        other.open("elsewhere", "sleep", "1000")
    sockets = {"other": other.socket, "": server.socket, "none": f"{other.socket}-none"}
    return ManyTerminals({name: TmuxTerminal(socket, timeout=15.0) for name, socket in sockets.items()})


def typed(stage: Stage, pane: PaneRef, intent: str = "aaaaaaaa") -> None:
    assert stage.terminal.paste(pane, TEXT, intent, guard_of(stage, pane)).happened
    until(lambda: composed(stage, pane) == SQUEEZED, "the text in the composer")


# ---- looking -----------------------------------------------------------------------------------------------------


def test_no_server_is_an_empty_survey(stage: Stage) -> None:
    survey = stage.terminal.survey(SESSION, "p/")
    assert (survey.server_at(""), survey.panes) == ("", ())


def test_a_few_panes_are_found_by_their_owners_and_no_others(stage: Stage) -> None:
    assert stage.terminal.find(SESSION, ["p/agent/ada"]).panes == ()
    panes = {name: launched(stage, name, f"start-{name}") for name in ("ada", "a,b}#{c}", "cyd")}
    stage.stranger(SESSION)
    for wanted in (["ada"], ["a,b}#{c}", "ada"], ["cyd", "nobody"], ["nobody"]):
        found = stage.terminal.find(SESSION, [f"p/agent/{name}" for name in wanted])
        assert {pane.ref for pane in found.panes} == {panes[name] for name in wanted if name in panes}
        every = stage.terminal.survey(SESSION, "p/")
        assert found.server == every.server
        assert {pane.ref: pane.owner for pane in found.panes}.items() <= {p.ref: p.owner for p in every.panes}.items()


def test_a_survey_holds_the_session_and_our_panes_and_nobody_elses(stage: Stage) -> None:
    ours = launched(stage)
    beside = stage.stranger(SESSION)
    elsewhere = stage.stranger("private")
    away = stage.terminal.start(stage.launch("ben", "start002", session="other"))
    seen = {pane.ref for pane in stage.terminal.survey(SESSION, "p/").panes}
    assert seen == {ours, beside, away}
    assert elsewhere not in seen


def test_a_started_pane_carries_our_marks(stage: Stage) -> None:
    pane = see(stage, launched(stage))
    assert (pane.owner, pane.started, pane.typed, pane.entered) == ("p/agent/ada", "start001", "", "")
    assert (pane.session, pane.name, pane.dead) == (SESSION, "ada", False)


def test_a_screen_is_captured_and_a_pane_that_is_gone_or_another_process_is_a_failed_look(stage: Stage) -> None:
    pane = launched(stage)
    other_process = replace(pane, pid=pane.pid + 1)
    gone = replace(pane, pane="%99")
    screens = stage.terminal.capture((gone, pane))
    assert "? for shortcuts" in str(screens[pane])
    for other in (gone, other_process, replace(pane, server="1:1")):
        assert isinstance(stage.terminal.capture((pane, other))[other], Failed)


def test_capturing_nothing_asks_nothing(stage: Stage) -> None:
    assert stage.terminal.capture(()) == {}


# ---- starting ----------------------------------------------------------------------------------------------------


def test_starting_the_same_intent_again_starts_nothing(stage: Stage) -> None:
    pane = launched(stage)
    assert stage.terminal.start(stage.launch("ada", "start001")) == pane
    assert len(stage.terminal.survey(SESSION, "p/").panes) == 1


def test_a_launch_that_died_at_once_is_not_started_again_by_the_same_intent(stage: Stage) -> None:
    pane = launched(stage)
    stage.die(pane)
    assert stage.terminal.start(stage.launch("ada", "start001")) == pane
    assert len(stage.terminal.survey(SESSION, "p/").panes) == 1


def test_a_missing_program_is_said_and_nothing_is_opened(stage: Stage) -> None:
    if isinstance(stage, FakeStage):
        stage.terminal.missing.add("no-such-agent")
    with pytest.raises(ProgramMissingError, match="no-such-agent not found on PATH"):
        stage.terminal.start(stage.launch("ada", "start001", argv=("no-such-agent", "--x")))
    assert stage.terminal.survey(SESSION, "p/").panes == ()


@pytest.mark.parametrize("window", ["0", "3"], ids=["the-lowest-index", "another-index"])
def test_the_wanted_window_is_used_when_it_is_free(stage: Stage, window: str) -> None:
    pane = launched_in(stage, window)
    assert see(stage, pane).window == window


def test_20_a_window_that_a_stranger_has_is_left_to_him(stage: Stage) -> None:
    stranger = stage.stranger(SESSION)
    taken = see(stage, stranger).window
    pane = launched_in(stage, taken)
    assert see(stage, pane).window != taken
    assert see(stage, stranger).owner == ""
    assert see(stage, stranger).ref == stranger


def launched_in(stage: Stage, window: str) -> PaneRef:
    return stage.terminal.start(stage.launch("ada", "start001", window=window))


def test_a_window_can_be_wanted_by_name(stage: Stage) -> None:
    pane = stage.terminal.start(stage.launch("ada", "start001", window="first agent"))
    assert see(stage, pane).name == "first agent"


def test_a_dead_pane_of_ours_is_started_anew_in_place(stage: Stage) -> None:
    pane = launched(stage)
    typed(stage, pane)
    stage.die(pane)
    again = stage.terminal.start(stage.launch("ada", "start002", replace=pane))
    seen = see(stage, again)
    assert (again.pane, again.pid != pane.pid, seen.dead) == (pane.pane, True, False)
    assert (seen.started, seen.typed, seen.owner) == ("start002", "", "p/agent/ada")
    assert stage.terminal.start(stage.launch("ada", "start002", replace=pane)) == again


def test_a_living_program_is_never_replaced(stage: Stage) -> None:
    pane = launched(stage)
    with pytest.raises(TerminalUnreachableError, match="changed meanwhile"):
        stage.terminal.start(stage.launch("ada", "start002", replace=pane))
    assert see(stage, pane).started == "start001"


def test_a_pane_we_did_not_start_is_never_replaced(stage: Stage) -> None:
    adopted = stage.stranger(SESSION)
    assert stage.terminal.adopt(adopted, "p/agent/ada").happened
    pane = stage.terminal.start(stage.launch("ada", "start001", replace=adopted))
    assert pane.pane != adopted.pane
    assert see(stage, adopted).ref == adopted
    assert (see(stage, adopted).owner, see(stage, pane).owner) == ("", "p/agent/ada")


# ---- adopting and stopping ---------------------------------------------------------------------------------------


def test_a_strangers_pane_is_adopted_once_asked_and_by_one_owner_only(stage: Stage) -> None:
    pane = stage.stranger(SESSION)
    assert stage.terminal.adopt(pane, "p/agent/ada").happened
    assert stage.terminal.adopt(pane, "p/agent/ada").happened
    assert not stage.terminal.adopt(pane, "p/agent/ben").happened
    assert see(stage, pane).owner == "p/agent/ada"


def test_a_pane_whose_process_changed_is_not_adopted(stage: Stage) -> None:
    pane = stage.stranger(SESSION)
    effect = stage.terminal.adopt(replace(pane, pid=pane.pid + 1), "p/agent/ada")
    assert not effect.happened
    assert see(stage, pane).owner == ""


def test_only_what_we_started_and_own_is_stopped(stage: Stage) -> None:
    ours, theirs = launched(stage), stage.stranger(SESSION)
    assert stage.terminal.adopt(theirs, "p/agent/ben").happened
    assert "did not start" in stage.terminal.stop(theirs, "p/agent/ben").reason
    assert "not ours" in stage.terminal.stop(ours, "p/agent/ben").reason
    assert stage.terminal.stop(ours, "p/agent/ada").happened
    assert {pane.ref for pane in stage.terminal.survey(SESSION, "p/").panes} == {theirs}
    assert "gone" in stage.terminal.stop(ours, "p/agent/ada").reason


# ---- typing ------------------------------------------------------------------------------------------------------


def test_a_paste_is_typed_and_witnessed_and_not_submitted(stage: Stage) -> None:
    pane = launched(stage)
    typed(stage, pane)
    assert (see(stage, pane).typed, see(stage, pane).entered) == ("aaaaaaaa", "")
    assert stage.received(pane) == []


def test_13_a_text_is_never_typed_twice(stage: Stage) -> None:
    pane = launched(stage)
    typed(stage, pane)
    again = stage.terminal.paste(pane, TEXT, "aaaaaaaa", guard_of(stage, pane))
    assert (again.happened, again.reason) == (False, "it was typed before")
    assert composed(stage, pane) == SQUEEZED


def test_submitting_hands_the_whole_text_over_once(stage: Stage) -> None:
    pane = launched(stage)
    typed(stage, pane)
    guard = guard_of(stage, pane)
    assert stage.terminal.submit(pane, "Enter", "aaaaaaaa", guard).happened
    until(lambda: stage.received(pane) == [TEXT], "the prompt")
    assert see(stage, pane).entered == "aaaaaaaa"
    assert stage.terminal.submit(pane, "Enter", "aaaaaaaa", guard).reason == "it was submitted before"


def test_1_a_swallowed_submit_key_can_be_pressed_again(stage: Stage) -> None:
    pane = launched(stage, behaviour={"swallows_enter": 1})
    typed(stage, pane)
    guard = guard_of(stage, pane)
    assert stage.terminal.submit(pane, "Enter", "aaaaaaaa", guard).happened
    assert not stage.terminal.submit(pane, "Enter", "aaaaaaaa", guard).happened
    assert stage.terminal.submit(pane, "Enter", "aaaaaaaa", guard, again=True).happened
    until(lambda: stage.received(pane) == [TEXT], "the prompt")


def test_submitting_what_was_not_typed_last_is_refused(stage: Stage) -> None:
    pane = launched(stage)
    typed(stage, pane)
    effect = stage.terminal.submit(pane, "Enter", "bbbbbbbb", guard_of(stage, pane))
    assert (effect.happened, effect.reason) == (False, "something else was typed since")


@pytest.mark.parametrize("key", ["Entr", "y", "Enter Enter", "", "C-;", "-l"])
def test_2_what_is_no_key_is_refused_because_it_would_be_typed_as_text(stage: Stage, key: str) -> None:
    pane = launched(stage)
    typed(stage, pane)
    assert not stage.terminal.submit(pane, key, "aaaaaaaa", guard_of(stage, pane)).happened
    assert see(stage, pane).entered == ""


@pytest.mark.parametrize("key", ["Enter", "C-m"])
def test_2_the_submit_key_belongs_to_the_profile(stage: Stage, key: str) -> None:
    pane = launched(stage)
    typed(stage, pane)
    assert stage.terminal.submit(pane, key, "aaaaaaaa", guard_of(stage, pane)).happened
    until(lambda: stage.received(pane) == [TEXT], "the prompt")


def test_3_newlines_and_hostile_characters_arrive_as_one_text(stage: Stage) -> None:
    pane = launched(stage)
    text = "one\r\n\ttwo \x1b[201~; `rm` $HOME \"q\" 'q' #{pid} %% ~ é ✅\x9b\x07\nlast;\n[amp:aaaaaaaa]"
    assert stage.terminal.paste(pane, text, "aaaaaaaa", guard_of(stage, pane)).happened
    until(lambda: read(stage, pane).collapsed or composed(stage, pane) != "", "the text in the composer")
    assert stage.received(pane) == []
    assert stage.terminal.submit(pane, "Enter", "aaaaaaaa", guard_of(stage, pane)).happened
    clean = "one\n\ttwo [201~; `rm` $HOME \"q\" 'q' #{pid} %% ~ é ✅\nlast;\n[amp:aaaaaaaa]"
    until(lambda: stage.received(pane) == [clean], "the prompt")


def test_a_long_text_arrives_whole(stage: Stage) -> None:
    pane = launched(stage)
    text = "\n".join(f"line {number} " + "x" * 90 for number in range(400)) + "\n[amp:aaaaaaaa]"
    assert stage.terminal.paste(pane, text, "aaaaaaaa", guard_of(stage, pane)).happened
    until(lambda: read(stage, pane).collapsed, "the collapsed paste")
    assert stage.terminal.submit(pane, "Enter", "aaaaaaaa", guard_of(stage, pane)).happened
    until(lambda: stage.received(pane) == [text], "the prompt")


def test_half_a_character_cannot_stop_a_delivery(stage: Stage) -> None:
    pane = launched(stage)
    assert stage.terminal.paste(pane, "half \ud83d\n[amp:aaaaaaaa]", "aaaaaaaa", guard_of(stage, pane)).happened
    until(lambda: composed(stage, pane) == "half\ufffd[amp:aaaaaaaa]", "the text in the composer")


# ---- answering ---------------------------------------------------------------------------------------------------


def asking(stage: Stage) -> PaneRef:
    """Return the pane of an agent that put up a dialog when it was given its task."""
    pane = launched(stage, behaviour={"asks": {"after": 0}})
    typed(stage, pane)
    assert stage.terminal.submit(pane, "Enter", "aaaaaaaa", guard_of(stage, pane)).happened
    until(lambda: read(stage, pane).asked is not None, "the dialog")
    return pane


def selected(stage: Stage, pane: PaneRef) -> int:
    asked = read(stage, pane).asked
    return asked.selected if asked is not None else -1


def plain_guard(stage: Stage, pane: PaneRef) -> PaneGuard:
    return replace(guard_of(stage, pane), no_dialog="")


def test_16_a_dialog_is_answered_once_and_the_answer_is_witnessed(stage: Stage) -> None:
    pane = asking(stage)
    guard = plain_guard(stage, pane)
    assert stage.terminal.press(pane, ("Down",), "", guard).happened
    until(lambda: selected(stage, pane) == 1, "the next answer selected")
    assert (see(stage, pane).answered, stage.approvals(pane)) == ("", 0)
    assert stage.terminal.press(pane, ("Enter",), "bbbbbbbb", guard).happened
    until(lambda: stage.approvals(pane) == 1, "the answer")
    assert see(stage, pane).answered == "bbbbbbbb"
    again = stage.terminal.press(pane, ("Enter",), "bbbbbbbb", guard)
    assert (again.happened, again.reason) == (False, "it was answered before")
    assert stage.terminal.press(pane, ("Up",), "bbbbbbbb", guard, again=True).happened


@pytest.mark.parametrize("keys", [(), ("Entr",), ("yes",), ("y", "rm -rf"), ("",), ("C-c ;",)])
def test_what_is_no_key_of_a_dialog_is_refused(stage: Stage, keys: tuple[str, ...]) -> None:
    pane = asking(stage)
    effect = stage.terminal.press(pane, keys, "bbbbbbbb", plain_guard(stage, pane))
    assert not effect.happened
    assert "no keys to answer a dialog with" in effect.reason
    assert (see(stage, pane).answered, stage.approvals(pane)) == ("", 0)


def test_another_process_in_the_pane_gets_no_answer(stage: Stage) -> None:
    pane = asking(stage)
    effect = stage.terminal.press(replace(pane, pid=pane.pid + 1), ("Enter",), "bbbbbbbb", plain_guard(stage, pane))
    assert (effect.happened, effect.reason) == (False, "the pane's process changed")
    assert stage.approvals(pane) == 0


# ---- the guard ---------------------------------------------------------------------------------------------------

Spoil = Callable[[Stage, PaneRef], None]


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        pytest.param(lambda stage, pane: stage.die(pane), "the pane is dead", id="18-the-program-died"),
        pytest.param(lambda stage, pane: stage.scroll(pane), "the pane is in a mode", id="5-somebody-scrolls"),
        pytest.param(lambda stage, pane: stage.synchronise(pane), "the panes are synchronised", id="synchronised"),
        pytest.param(lambda stage, pane: stage.close_input(pane), "the pane's input is off", id="input-off"),
    ],
)
def test_the_guard_refuses_what_happened_after_the_look(stage: Stage, spoil: Spoil, reason: str) -> None:
    pane = launched(stage)
    guard = guard_of(stage, pane)
    spoil(stage, pane)
    effect = stage.terminal.paste(pane, TEXT, "aaaaaaaa", guard)
    assert (effect.happened, reason in effect.reason) == (False, True)
    assert see(stage, pane).typed == ""


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        pytest.param({"command": "zsh"}, "another program came to the front", id="18-a-shell-is-in-front"),
        pytest.param({"command": "a,b}#{c"}, "another program came to the front", id="a-name-with-format-syntax"),
        pytest.param({"owner": "p/agent/ben"}, "the pane is not ours", id="20-another-agents-pane"),
        pytest.param({"owner": ""}, "the pane is not ours", id="no-owner-named"),
    ],
)
def test_the_guard_refuses_a_pane_that_is_not_as_expected(stage: Stage, change: dict[str, str], reason: str) -> None:
    pane = launched(stage)
    effect = stage.terminal.paste(pane, TEXT, "aaaaaaaa", replace(guard_of(stage, pane), **change))
    assert (effect.happened, effect.reason) == (False, reason)
    assert see(stage, pane).typed == ""


def test_20_a_pane_of_another_server_or_process_is_refused(stage: Stage) -> None:
    pane = launched(stage)
    guard = guard_of(stage, pane)
    for other in (replace(pane, pid=pane.pid + 1), replace(pane, server="1:1"), replace(pane, pane="%99")):
        assert not stage.terminal.paste(other, TEXT, "aaaaaaaa", guard).happened
    assert see(stage, pane).typed == ""


def test_16_the_submit_key_is_refused_while_a_dialog_is_up(stage: Stage) -> None:
    pane = launched(stage, behaviour={"asks": {"after": 0}})
    typed(stage, pane)
    guard = guard_of(stage, pane)
    assert guard.no_dialog
    assert stage.terminal.submit(pane, "Enter", "aaaaaaaa", guard).happened
    until(lambda: read(stage, pane).state == "blocked", "the dialog")
    effect = stage.terminal.submit(pane, "Enter", "aaaaaaaa", guard, again=True)
    assert (effect.happened, effect.reason) == (False, "a dialog may be up")
    assert stage.approvals(pane) == 0


def test_effects_on_a_server_that_ended_say_that_the_pane_is_gone(stage: Stage) -> None:
    pane = launched(stage)
    guard = guard_of(stage, pane)
    stage.end_server()
    assert not stage.terminal.paste(pane, TEXT, "aaaaaaaa", guard).happened
    assert stage.terminal.submit(pane, "Enter", "aaaaaaaa", guard).reason == "the pane is gone"
    assert isinstance(stage.terminal.capture((pane,))[pane], Failed)
