"""Deliveries by a process that is really killed, to a real program in a real tmux: none is lost, none is doubled."""

from __future__ import annotations

import os
import random
import signal
import time
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import pytest

from amp_fsm.model.machine import Verb
from amp_fsm.model.record import Action, Intent, IntentStatus
from amp_fsm.model.seen import PaneRef
from amp_fsm.ports import Commit
from amp_fsm.world.clock import SystemClock
from amp_fsm.world.sqlite import SqliteStore
from tests.delivery_pass import one_pass
from tests.killing import Blow, StruckTerminal, struck
from tests.terminal_stage import TmuxStage, read
from tests.tmux_server import TmuxServer, until

KILLED = -signal.SIGKILL
RANDOM_KILLS = 30


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


@dataclass(slots=True)
class Office:
    """A practice agent whose turns are short, a store on the disk, and processes that deliver."""

    stage: TmuxStage
    store: SqliteStore
    pane: PaneRef

    def plan(self, name: str) -> None:
        """Write down an intent, as a commit does before any effect, once the agent is at its prompt."""
        until(self.at_prompt, "the agent at its prompt")
        text = f"write report {name}\nwith care\n\n[amp:{name}]"
        action = Action(verb=Verb.SEND, target="agent/ada", text=text)
        intent = Intent(id=name, address="agent/ada", entry=1, cause="prompt", action=action)
        record = self.store.load()
        self.store.commit(Commit(record=replace(record, intents={name: intent}), intents=(name,), moves=True))

    def at_prompt(self) -> bool:
        reading = read(self.stage, self.pane)
        return (reading.state, reading.composer) == ("idle", "empty")

    def run(self, name: str, blow: Blow) -> None:
        """Do one pass over the intent."""
        intent = self.store.load().intents[name]
        terminal = StruckTerminal(self.stage.terminal, blow)
        one_pass(intent, terminal, SystemClock(), struck(self.store.save_intent, blow))

    def settle(self, name: str) -> IntentStatus:
        """Do passes, unharmed, until the intent is settled; return how (a store keeps no delivered intents)."""
        for _ in range(5):
            intent = self.store.load().intents.get(name)
            if intent is None or intent.settled:
                return intent.status if intent else IntentStatus.DONE
            self.run(name, Blow(strike=die))
        raise AssertionError(self.store.load().intents[name])

    def arrived(self) -> Counter[str]:
        """Return how often each prompt reached the agent, by its marker."""
        return Counter(text[-9:-1] for text in self.stage.received(self.pane))


@pytest.fixture
def office(tmp_path: Path, tmux_server: TmuxServer) -> Office:
    world = tmp_path / "world"
    world.mkdir()
    stage = TmuxStage(world, tmux_server)
    launch = stage.launch("ada", "start001")
    launch = replace(launch, argv=tuple("0.05" if word == "600" else word for word in launch.argv))
    office = Office(stage, SqliteStore(tmp_path / "store"), stage.terminal.start(launch))
    until(office.at_prompt, "the agent at its prompt")
    return office


def in_a_child(work: Callable[[], None]) -> int:
    """Do `work` in a process of its own and return its pid."""
    pid = os.fork()
    if pid:
        return pid
    try:
        work()
    except BaseException:
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def ended(pid: int) -> int:
    """Wait for a child and return its exit code, negative for a signal."""
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def test_13_killed_before_and_after_its_every_call_a_prompt_arrives_exactly_once(office: Office) -> None:
    office.plan("measured")
    whole = Blow(strike=die)
    office.run("measured", whole)
    assert {"survey", "capture", "save", "paste", "submit"} == set(whole.calls)
    outcomes: dict[str, IntentStatus] = {}
    # The last looks repeat until the text is gone, so a later call may not come: then nothing is killed.
    for call in range(1, len(whole.calls) + 1):
        for after in (False, True):
            name = f"kill{call:03d}{'a' if after else 'b'}"
            office.plan(name)
            blow = Blow(strike=die, call=call, after=after)
            code = ended(in_a_child(partial(office.run, name, blow)))
            assert code in (KILLED, 0)
            outcomes[name] = office.settle(name)
    judge(outcomes, office.arrived())


def test_13_killed_at_random_instants_no_prompt_is_lost_or_doubled(office: Office) -> None:
    office.plan("measured")
    begun = time.monotonic()
    office.run("measured", Blow(strike=die))
    usual = time.monotonic() - begun
    chance = random.Random(20261123)
    outcomes: dict[str, IntentStatus] = {}
    killed = 0
    for number in range(RANDOM_KILLS):
        name = f"rand{number:04d}"
        office.plan(name)
        pid = in_a_child(partial(office.run, name, Blow(strike=die)))
        time.sleep(chance.uniform(0.0, usual))  # the instant is the experiment, no condition to wait for
        os.kill(pid, signal.SIGKILL)
        killed += ended(pid) == KILLED
        outcomes[name] = office.settle(name)
    assert killed > RANDOM_KILLS // 2
    judge(outcomes, office.arrived())


def judge(outcomes: dict[str, IntentStatus], arrived: Counter[str]) -> None:
    """Every prompt arrived once, or somebody is asked about it."""
    assert set(outcomes.values()) <= {IntentStatus.DONE, IntentStatus.UNKNOWN}
    wrong = {name: arrived[name] for name, status in outcomes.items() if status is IntentStatus.DONE}
    assert wrong == dict.fromkeys(wrong, 1)
    assert all(arrived[name] <= 1 for name in outcomes)
    doubtful = [name for name, status in outcomes.items() if status is IntentStatus.UNKNOWN]
    assert len(doubtful) < len(outcomes) / 10, doubtful
