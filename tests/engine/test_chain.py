"""A chain: from a row that says that work is done to the next prompt, without waiting in between."""

from __future__ import annotations

from dataclasses import dataclass, field

from amp_fsm.engine.ending import Mode
from amp_fsm.engine.listener import Listener
from amp_fsm.engine.loops import run_until
from amp_fsm.engine.reconcile import PassResult
from amp_fsm.model.record import Action
from tests.engine.fake_day import Day
from tests.fakes.runner import FakeRunner

HOUR = 3600.0
PASSES = 12


class PromptRunner(FakeRunner):
    """A machine on which every check passes before anybody looks."""

    def start(self, action: Action) -> None:
        super().start(action)
        self.end(action.key, 0)


@dataclass(slots=True)
class Witness:
    """Notes what every pass moved, and how many pauses there were before it."""

    day: Day
    causes: list[str] = field(default_factory=list)
    pauses: list[int] = field(default_factory=list)

    def saw(self, result: PassResult, _wait: float) -> None:
        self.causes += [f"{change.address} {change.cause}" for change in result.plan.changes]
        self.pauses += [len(self.day.clock.paused)] * len(result.plan.changes)


def at_the_prompt() -> Day:
    """Return a day on which ada has the first task, and nobody has said anything yet.  All others wait for it."""
    day = Day(runner=PromptRunner())
    for _ in range(PASSES):
        day.a_pass()
        day.clock.pass_time(2.0)
        for pane in day.terminal.panes.values():
            pane.busy = False
    assert [len(pane.received) for pane in day.terminal.panes.values()] in ([1, 0], [0, 1])
    return day


def test_from_a_claim_to_the_next_prompt_passes_follow_each_other_at_once() -> None:
    day = at_the_prompt()
    prompts, witness = len(day.prompts()), Witness(day)
    day.work()  # the row says that the work is done
    run_until(day.project, day.world(), Mode.WATCH, interval=HOUR, max_passes=8, listener=Listener(on_pass=witness.saw))
    assert len(day.prompts()) > prompts, "the next task was handed out"
    chain = [cause for cause, paused in zip(witness.causes, witness.pauses, strict=True) if not paused]
    given = next(place for place, cause in enumerate(witness.causes) if cause.endswith(" assign"))
    assert {cause.split()[1] for cause in witness.causes[: given + 1]} >= {"claimed", "verified", "free", "assign"}
    assert witness.causes[: given + 1] == chain[: given + 1], "nothing was waited for in between"
