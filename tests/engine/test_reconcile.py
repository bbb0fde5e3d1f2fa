"""Passes over fakes: a whole working day, killed everywhere, and what a single pass promises."""

from __future__ import annotations

import copy
import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from amp_fsm.engine.reconcile import plan_pass
from amp_fsm.model.machine import Verb
from amp_fsm.model.record import Action, Intent, IntentStatus
from amp_fsm.ports import Commit
from tests.engine.fake_day import LOG, STATUS, Day

EFFECTS = frozenset({"start", "adopt", "paste", "submit", "replace", "commit", "save_intent", "tell"})
TASKS = ["PRACTICE-1", "PRACTICE-2", "PRACTICE-3"]


class Killed(BaseException):
    """The process is no more."""


@dataclass(slots=True)
class Life:
    """A process that dies at its effect number `effects`, before or after it happened; then nothing gets through."""

    effects: int
    after: bool
    dead: bool = False
    lock: Any = field(default_factory=threading.RLock)

    def call(self, method: Any, name: str, *arguments: Any, **named: Any) -> Any:
        with self.lock:
            if self.dead:
                raise Killed
            if name not in EFFECTS:
                return method(*arguments, **named)
            self.effects -= 1
            self.dead = self.effects <= 0
            if self.dead and not self.after:
                raise Killed
            answer = method(*arguments, **named)
            if self.dead:
                raise Killed
            return answer


class Mortal:
    """A port as a mortal process sees it."""

    def __init__(self, port: Any, life: Life) -> None:
        self._port, self._life = port, life

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._port, name)
        return lambda *arguments, **named: self._life.call(method, name, *arguments, **named)


def mortal(day: Day, life: Life) -> dict[str, Any]:
    ports = {name: getattr(day, name) for name in ("terminal", "files", "runner", "notifier", "store")}
    return {name: Mortal(port, life) for name, port in ports.items()}


def lives_of(day: Day, lengths: Callable[[], int], *, after: bool) -> int:
    """Let the day be lived by one process after another; return how many that took."""
    for lives in range(1, 400):
        try:
            day.go_on(**mortal(day, Life(lengths(), after)))
        except Killed:
            continue
        return lives
    raise AssertionError(f"the day does not end: {day.states()}, {day.store.record.intents}")


def test_a_day_ends_with_every_task_done_each_prompt_received_once_and_each_row_written_once() -> None:
    day = Day()
    day.go_on()
    assert sorted(day.states().items()) == [(task, "COMPLETED") for task in TASKS]
    assert len(day.prompts()) == len(set(day.prompts())) == 3
    assert sorted(day.log_rows()) == TASKS
    assert day.store.record.intents == {}


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("seed", range(8))
def test_a_day_of_processes_that_are_killed_again_and_again_ends_just_so(seed: int, after: bool) -> None:
    """A pass needs up to four effects to get one action further; most of these lives are shorter than a pass."""
    day, chance = Day(), random.Random(seed)
    assert lives_of(day, lambda: chance.randint(1, 9), after=after) > 10
    assert sorted(day.states().items()) == [(task, "COMPLETED") for task in TASKS]
    assert len(day.prompts()) == len(set(day.prompts())) == 3
    assert sorted(day.log_rows()) == TASKS
    assert day.store.record.intents == {}


def test_everything_is_written_down_before_anything_is_done() -> None:
    day = Day()
    seen: list[tuple[str, set[str]]] = []

    class Witness:
        """A terminal that notes what the store knows of when it is asked to start a program."""

        def __getattr__(self, name: str) -> Any:
            if name == "start":
                seen.append((name, {intent.address for intent in day.store.record.intents.values()}))
            return getattr(day.terminal, name)

    day.a_pass(terminal=Witness())
    assert [name for name, _ in seen] == ["start", "start"]
    assert seen[0][1] == {"agent/ada", "agent/ben"}


def test_looking_and_planning_change_nothing_at_any_moment_of_the_day() -> None:
    day = Day()
    for _ in range(12):
        ports = {name: getattr(day, name) for name in ("files", "runner", "notifier", "store", "clock")}
        before, panes = copy.deepcopy(ports), copy.deepcopy(day.terminal.panes)
        planned = plan_pass(day.project, day.world()).plan
        assert (ports, day.terminal.panes) == (before, panes)
        assert set(day.terminal.calls) <= {"survey", "capture"}
        day.terminal.calls.clear()
        done = day.a_pass().plan
        assert (done.changes, done.steps) == (planned.changes, planned.steps), "the plan is not what is done"
        day.clock.pass_time(2.0)
        day.work()
        day.terminal.calls.clear()


def test_a_pass_asks_tmux_twice_however_many_panes_there_are() -> None:
    day = Day()
    day.go_on()
    day.terminal.calls.clear()
    result = day.a_pass()
    assert not result.acted
    assert day.terminal.calls == ["survey", "capture"]


def test_after_a_gap_a_pass_only_looks_and_the_next_one_acts() -> None:
    day = Day()
    day.a_pass()
    day.clock.wall += 3600.0
    looked = day.a_pass()
    assert (looked.gap, looked.plan.changes, looked.outcomes) == (True, (), ())
    assert looked.record.samples["ada"].state == "idle"
    assert not day.a_pass().gap


def test_a_terminal_that_cannot_be_asked_holds_the_agents_and_makes_the_pass_partial() -> None:
    day = Day()
    day.go_on()
    states = {address: subject.state for address, subject in day.store.record.subjects.items()}
    day.terminal.broken = "tmux did not answer in 5 s"
    result = day.a_pass()
    assert result.partial
    assert not result.plan.changes
    assert {address: subject.state for address, subject in result.record.subjects.items()} == states


@pytest.mark.parametrize("who", ["ada", "*"])
def test_a_paused_agent_is_left_alone_until_it_may_go_on(who: str) -> None:
    day = Day()
    day.store.pause(who)
    for _ in range(8):
        day.a_pass()
        day.clock.pass_time(2.0)
    held = {"ada"} if who == "ada" else {"ada", "ben"}
    assert {pane.name for pane in day.terminal.panes.values()} == {"ada", "ben"} - held
    day.store.go(who)
    day.go_on()
    assert len(set(day.prompts())) == 3


def test_an_action_that_fails_makes_the_pass_partial_and_the_rest_is_done() -> None:
    day = Day()
    status = day.project.documents["status"].file
    while not day.terminal.panes or not any(pane.received for pane in day.terminal.panes.values()):
        day.files.broken = {status: "the disk is full"}
        result = day.a_pass()
        day.clock.pass_time(2.0)
    assert result.partial
    assert {(str(intent.action.verb), str(intent.status)) for intent in result.outcomes} == {
        ("set_row", "failed"),
        ("send", "done"),
    }


def test_an_unknown_delivery_makes_every_pass_partial_until_a_person_settles_it() -> None:
    day = Day()
    day.go_on()
    action = Action(verb=Verb.SEND, target="agent/ada", what="code")
    lost = Intent(id="lost", address="agent/ada", entry=1, cause="assign", action=action)
    unknown = {"lost": replace(lost, status=IntentStatus.UNKNOWN)}
    day.store.commit(Commit(record=replace(day.store.load(), intents=unknown), intents=("lost",)))
    assert day.a_pass().partial
    day.store.request("resolve", ("lost", "delivered"))
    assert not day.a_pass().partial


def test_the_documents_keep_every_byte_that_is_not_ours() -> None:
    day = Day()
    day.go_on()
    texts = list(day.files.texts.values())
    assert any(text.startswith(STATUS.split("| ada")[0]) for text in texts)
    assert any(text.startswith(LOG) for text in texts)


def test_every_pass_sends_what_is_due_to_the_operator() -> None:
    day = Day()
    for _ in range(2):
        day.a_pass()
    assert day.notifier.flushed == [day.clock.wall, day.clock.wall]
