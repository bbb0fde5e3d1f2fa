"""The lead is handed over in whole passes, killed before and after every call: written, told and moved once."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest

from amp_fsm.engine.reconcile import PassResult
from amp_fsm.model.project import HandOverAt, Project, SuccessionSpec
from amp_fsm.model.record import IntentStatus
from tests.engine.fake_day import PROJECT, STATUS, Day
from tests.killing import Blow, StruckTerminal

FILE = "handed/ada_to_ben.md"
SECOND = "handed/ada_to_ben-2.md"
NOBODY = "handed/ada_to_nobody.md"
SPEC = replace(PROJECT.succession, order=("ada", "ben"), file="handed/{from}_to_{to}.md")


def team(spec: SuccessionSpec = SPEC) -> Project:
    status = replace(PROJECT.documents["status"], lead='**Lead**: {{ lead or "nobody: restart " ~ before }}')
    documents = {**PROJECT.documents, "status": status}
    return replace(PROJECT, tasks={}, succession=spec, documents=documents)


PASSES = 4
"""Passes in which a hand-over is asked for, written, told and settled."""


class Killed(BaseException):
    """What a SIGKILL is to everything that would still have run."""


def kill() -> None:
    raise Killed


class Struck:
    """A port whose every call passes the blow."""

    def __init__(self, real: object, blow: Blow) -> None:
        self._real, self._blow = real, blow

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method = getattr(self._real, name)
        return lambda *args, **more: self._blow.around(name, lambda: method(*args, **more))


class Play:
    """Two idle agents, and the operator's wish that the second one leads."""

    def __init__(self, spec: SuccessionSpec = SPEC) -> None:
        self.day = Day(project=team(spec))
        self.path = PROJECT.documents["status"].file
        self.day.files.texts[self.path] = f"# Status\n\n**Lead**: somebody (see below)\n\n{STATUS}"
        for _ in range(8):
            self.day.a_pass()
            self.day.clock.pass_time(6.0)

    def run(self, blow: Blow, passes: int = 6) -> PassResult:
        """Do passes, which the blow may end."""
        day = self.day
        ports = {
            "terminal": StruckTerminal(day.terminal, blow),
            "files": Struck(day.files, blow),
            "store": Struck(day.store, blow),
        }
        for _ in range(passes):
            result = day.a_pass(**ports)
            day.clock.pass_time(6.0)
        return result

    def told(self) -> list[str]:
        """Return who received the prompt of the hand-over, as often as they did."""
        panes = self.day.terminal.panes.values()
        return [pane.name for pane in panes for text in pane.received if "[HAND-OVER]" in text]

    def prompt(self) -> str:
        """Return the first prompt that ben received."""
        return next(pane.received[0] for pane in self.day.terminal.panes.values() if pane.name == "ben")

    def moves(self) -> list[str]:
        return [entry.text for entry in self.day.store.history() if entry.kind == "lead"]


def wished() -> Play:
    play = Play()
    play.day.store.request("hand_over", ("agent/ada", ""))
    return play


def test_the_file_is_there_before_the_prompt_and_the_lead_moves_with_it() -> None:
    play = wished()
    assert "**Lead**: ada\n" in play.day.files.texts[play.path]
    calls = Blow(strike=kill)
    play.run(calls)
    assert calls.calls.index("write_own") < calls.calls.index("paste")
    assert (play.told(), play.moves()) == (["ben"], ["ben leads by now"])
    record = play.day.store.record
    assert (record.lead, list(record.written)) == ("ben", [FILE])
    assert f"Read {FILE} to its end" in play.prompt()
    assert "# HAND-OVER: ada -> ben" in play.day.files.texts[FILE]
    assert "**Lead**: ben\n" in play.day.files.texts[play.path]
    assert "(see below)" not in play.day.files.texts[play.path]


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_killed_at_any_call_it_is_written_told_and_moved_once(after: bool) -> None:
    calls, begun = Blow(strike=kill), wished()
    deepcopy(begun).run(calls, PASSES)
    assert len(calls.calls) > 40
    for call in range(1, len(calls.calls) + 1):
        play = deepcopy(begun)
        with pytest.raises(Killed):
            play.run(Blow(strike=kill, call=call, after=after), PASSES)
        if play.day.store.record.lead:
            assert play.told() == ["ben"]
        play.run(Blow(strike=kill), PASSES + 1)
        record = play.day.store.record
        assert (call, play.told(), play.moves()) == (call, ["ben"], ["ben leads by now"])
        assert (record.lead, list(record.written), sorted(play.day.files.texts)[-1]) == ("ben", [FILE], FILE)
        assert "HAND-OVER-2" not in record.added


def test_while_the_file_cannot_be_written_the_prompt_waits_and_the_plan_says_why() -> None:
    play = wished()
    play.day.files.broken |= dict.fromkeys((FILE, SECOND), "the disk is full")
    play.run(Blow(strike=kill))
    assert (play.told(), play.day.store.record.lead) == ([], "")
    waiting = {intent.action.verb.value: intent for intent in play.day.store.record.intents.values()}
    assert waiting["write"].note == "the disk is full"
    assert waiting["send"].status is IntentStatus.OPEN
    play.day.files.broken.clear()
    play.run(Blow(strike=kill))
    assert (play.told(), play.day.store.record.lead) == (["ben"], "ben")


def test_a_file_of_somebody_else_is_left_and_another_one_written() -> None:
    play = wished()
    play.day.files.texts[FILE] = "Mine."
    play.run(Blow(strike=kill))
    assert (play.day.files.texts[FILE], list(play.day.store.record.written)) == ("Mine.", [SECOND])
    assert f"Read {SECOND} to its end" in play.prompt()


def test_when_nobody_is_left_it_is_written_said_in_the_document_and_told_once() -> None:
    play = Play(replace(SPEC, hand_over_at=HandOverAt(away=60.0)))
    for _ in range(30):
        for pane in play.day.terminal.panes.values():
            pane.dead = True
        play.run(Blow(strike=kill), passes=1)
    told = [text for _, text in play.day.notifier.told if "nobody is left" in text]
    assert len(told) == 1
    assert told[0].endswith(f"restart ada; what it has to know is in {NOBODY}")
    assert "# HAND-OVER: ada -> nobody" in play.day.files.texts[NOBODY]
    assert "**Lead**: nobody: restart ada\n" in play.day.files.texts[play.path]
    assert play.day.store.record.stranded == "ada"
