"""Passes over agents that tell what they do: receipts settle deliveries, hints hold back, each has its own spool."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from amp_fsm.engine.reconcile import plan_pass
from amp_fsm.model.channel import Channel, Channels, EventRule, HookSpec, Meaning, OscSpec
from amp_fsm.model.facts import Truth
from amp_fsm.model.machine import Verb
from amp_fsm.model.project import Project
from amp_fsm.model.record import Intent, IntentStatus
from amp_fsm.model.seen import PaneRef
from amp_fsm.ports import Effect, Listen, PaneGuard
from tests.engine.fake_day import PROJECT, Day
from tests.fakes.terminal import FakePane, FakeTerminal

HOOK = HookSpec(
    file="{home}/settings.json",
    format="json",
    entry='{"{event}": [{command}]}',
    events=(
        EventRule(event="Asked", means=Meaning.PROMPT, text=("prompt",)),
        EventRule(event="Stop", means=Meaning.TURN_OVER),
    ),
)
CHANNELS = Channels(hook=HOOK, osc=OscSpec(number=7501))


def heard(*channels: Channel) -> Project:
    """Return the practice team, whose agents are heard by these channels."""
    profiles = {name: replace(profile, channels=CHANNELS) for name, profile in PROJECT.profiles.items()}
    agents = {name: replace(agent, channels=channels) for name, agent in PROJECT.agents.items()}
    return replace(PROJECT, profiles=profiles, agents=agents)


def tell(day: Day, agent: str, **event: str) -> None:
    """Drop an event of an agent's hook."""
    path = f"{PROJECT.store}/spool/{agent}/{day.clock.wall * 1e9:.0f}-1.hook.json"
    day.files.texts[path] = json.dumps(event)
    day.files.mtimes[path] = day.clock.wall


def until_typed(day: Day) -> FakePane:
    """Let the day go on until ada's prompt stands in her composer, and its submit key is lost for ever."""
    for _ in range(20):
        for pane in day.terminal.panes.values():
            pane.swallows = 99
        day.a_pass()
        day.clock.pass_time(2.0)
        if unknown(day):
            return next(pane for pane in day.terminal.panes.values() if pane.name == "ada")
    raise AssertionError("no prompt was typed")


def unknown(day: Day) -> list[Intent]:
    return [intent for intent in day.store.record.intents.values() if intent.status is IntentStatus.UNKNOWN]


@pytest.fixture
def day() -> Day:
    return Day(project=heard(Channel.HOOK))


def test_a_receipt_that_comes_late_settles_what_a_person_would_have_been_asked(day: Day) -> None:
    pane = until_typed(day)
    (intent,) = [intent for intent in unknown(day) if intent.address == "agent/ada"]
    asked = [held.text for held in plan_pass(day.project, day.world()).plan.held if held.address == "agent/ada"]
    assert any("resolve" in text for text in asked)
    tell(day, "ada", hook_event_name="Asked", prompt=pane.box.text)
    planned = plan_pass(day.project, day.world()).plan
    assert not [held for held in planned.held if held.address == "agent/ada" and "resolve" in held.text]
    result = day.a_pass()
    (outcome,) = [outcome for outcome in result.outcomes if outcome.id == intent.id]
    assert (outcome.status, outcome.note) == (IntentStatus.DONE, "hook: Asked holds its marker")
    assert intent.id not in day.store.record.intents
    assignment = day.store.record.assignments[intent.assignment]
    assert (assignment.delivered, assignment.unknown) == (intent.at, False)


def test_a_receipt_for_another_prompt_settles_nothing(day: Day) -> None:
    until_typed(day)
    tell(day, "ada", hook_event_name="Asked", prompt="Something else. [amp:zzzzzzzz]")
    before = {intent.id for intent in unknown(day)}
    day.a_pass()
    assert {intent.id for intent in unknown(day)} == before


def test_a_receipt_in_anothers_spool_settles_nothing(day: Day) -> None:
    pane = until_typed(day)
    tell(day, "ben", hook_event_name="Asked", prompt=pane.box.text)
    day.a_pass()
    assert "agent/ada" in {intent.address for intent in unknown(day)}


def test_without_the_channel_nothing_is_read() -> None:
    day = Day(project=heard())
    pane = until_typed(day)
    tell(day, "ada", hook_event_name="Asked", prompt=pane.box.text)
    day.a_pass()
    assert "agent/ada" in {intent.address for intent in unknown(day)}


class TellingTerminal(FakeTerminal):
    """A terminal whose agents tell by a hook what they were given, and then show what no rule knows."""

    def __init__(self, day: Day) -> None:
        super().__init__()
        self.day = day

    def submit(self, pane: PaneRef, key: str, intent: str, guard: PaneGuard, *, again: bool = False) -> Effect:
        effect = super().submit(pane, key, intent, guard, again=again)
        given = self.panes[pane.pane]
        given.garbage = "nothing that a rule knows"
        tell(self.day, given.name, hook_event_name="Asked", prompt=given.received[-1])
        return effect


def test_a_delivery_is_settled_in_its_own_pass_where_the_screen_tells_nothing(day: Day) -> None:
    day.terminal = TellingTerminal(day)
    sent: list[Intent] = []
    for _ in range(20):
        sent += [outcome for outcome in day.a_pass().outcomes if outcome.action.verb is Verb.SEND]
        day.clock.pass_time(2.0)
    assert {intent.address for intent in sent} == {"agent/ada"}
    assert {(intent.status, intent.note) for intent in sent} == {(IntentStatus.DONE, "hook: Asked holds its marker")}


def test_a_hint_keeps_an_agent_that_looks_idle_from_being_given_work_until_it_is_old_or_over(day: Day) -> None:
    def facts() -> tuple[Truth, Truth]:
        seen = plan_pass(day.project, day.world()).plan.facts["agent/ada"]
        return seen["busy"].truth, seen["turn_over"].truth

    while "agent/ada" not in day.store.record.subjects or not day.terminal.panes:
        day.a_pass()
    for pane in day.terminal.panes.values():
        pane.busy = True
    day.a_pass()
    for pane in day.terminal.panes.values():
        pane.busy = False
    tell(day, "ada", hook_event_name="Asked", prompt="by a person")
    assert facts() == (Truth.TRUE, Truth.FALSE)
    day.clock.pass_time(29.0)
    assert facts() == (Truth.TRUE, Truth.FALSE)
    day.clock.pass_time(2.0)
    assert facts()[0] is Truth.FALSE
    tell(day, "ada", hook_event_name="Asked", prompt="again")
    assert facts()[0] is Truth.TRUE
    day.clock.pass_time(1.0)
    tell(day, "ada", hook_event_name="Stop")
    assert facts()[0] is Truth.FALSE


def test_a_day_with_receipts_ends_as_any_other(day: Day) -> None:
    day.go_on()
    assert set(day.states().values()) == {"COMPLETED"}
    assert len(day.prompts()) == len(set(day.prompts()))


@pytest.mark.parametrize(
    ("channels", "variables", "listen"),
    [
        pytest.param((), {}, False, id="none"),
        pytest.param((Channel.OSC,), {}, True, id="osc"),
        pytest.param(
            (Channel.HOOK,),
            {"AMP_FSM_SPOOL": f"{PROJECT.store}/spool", "AMP_FSM_AGENT": "ada"},
            False,
            id="hook",
        ),
    ],
)
def test_a_program_is_started_with_what_its_channels_need(
    channels: tuple[Channel, ...], variables: dict[str, str], listen: bool
) -> None:
    day = Day(project=heard(*channels))
    started = plan_pass(day.project, day.world()).plan
    (action,) = [
        intent.action
        for change in started.changes
        for intent in change.intents
        if intent.action.verb is Verb.START and change.address == "agent/ada"
    ]
    assert {name: value for name, value in action.env if name.startswith("AMP_FSM_")} == variables
    day.a_pass()
    heard_by = next(launch.listen for launch in day.terminal.launches if launch.name == "ada")
    assert heard_by == (Listen(osc=7501, spool=f"{PROJECT.store}/spool", agent="ada") if listen else None)
