"""What real programs tell besides their screens: prompts with their markers, ends of turns, questions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from amp_fsm.model.channel import Channel, Event, Meaning
from amp_fsm.model.channel_files import channel_files
from amp_fsm.model.facts import Truth
from amp_fsm.model.machine import Verb
from amp_fsm.model.record import Action, Intent, Record
from amp_fsm.model.seen import Seen, Survey
from amp_fsm.observe.channels import receipt_in, told_by
from amp_fsm.world.config_files import load_profiles
from tests.agents.programs import Program, chosen
from tests.agents.team import Team, team_of
from tests.configured_team import run

PROFILES = load_profiles()


def channels_of(program: Program) -> tuple[Channel, ...]:
    has = PROFILES[program.profile].channels
    return tuple(channel for channel in Channel if getattr(has, channel) is not None)


def tells(program: Program, meaning: Meaning) -> set[Channel]:
    """Return the channels of which some rule has this meaning."""
    has = PROFILES[program.profile].channels
    return {c for c in channels_of(program) if any(rule.means is meaning for rule in getattr(has, c).events)}


TELLING = [program for program in chosen() if channels_of(program)]


@pytest.fixture
def heard(program: Program, tmp_path: Path) -> Iterator[Team]:
    """A team whose program is heard by every channel that it has."""
    with team_of(program, tmp_path) as team:
        team.channels = tuple(channels_of(program))
        yield team


def events(team: Team, prompt: str) -> dict[Channel, list[Event]]:
    """Return what every channel told so far, read as a pass reads it that follows `prompt`, oldest first."""
    agent, world = team.project.agents["it"], team.world()
    globs = channel_files(team.project, agent, "")
    seen = Seen(terminal=Survey(server=""), tails={key: world.files.tails(glob) for key, glob in globs.items()})
    sent = Intent(id=prompt, address=agent.address, entry=1, cause="give", action=Action(verb=Verb.SEND, target="it"))
    told = told_by(team.project, agent, Record(intents={prompt: sent}), seen)
    assert told.failed == ()
    return {channel: [event for event in told.events if event.channel is channel] for channel in Channel}


def write_hooks(team: Team) -> None:
    """Do what an operator does: have the hooks written, and trust them if the program asks."""
    if Channel.HOOK in channels_of(team.program):
        said = run("agent", "hooks", str(team.config), "it", "--write")
        assert said.code == 0, said.err


def until_ready(team: Team) -> None:
    """Make passes until the program is at its prompt, trusting our hooks as a person does."""

    def ready() -> bool:
        if "Hooks need review" in team.screen():
            team.press("2", "Enter")
        return team.is_ready()

    team.until(ready, f"{team.program.name} at its prompt")


@pytest.mark.parametrize("program", TELLING, indirect=True, ids=lambda program: program.name)
def test_a_turn_is_heard_by_every_channel_and_a_question_by_those_that_tell_it(heard: Team) -> None:
    task = heard.give("Do {task} and be heard.\nIn two lines.")
    write_hooks(heard)
    until_ready(heard)
    heard.until(heard.at_rest, "the end of its turn")
    (received,) = heard.model.received(f"Do {task} and be heard.")
    (prompt,) = set(re.findall(r"\[amp:(\w+)\]", received))
    told = events(heard, prompt)
    for channel in tells(heard.program, Meaning.PROMPT):
        assert receipt_in(told[channel], prompt), (channel, told[channel])
    for channel in tells(heard.program, Meaning.TURN_OVER):
        assert told[channel][-1].means is Meaning.TURN_OVER, (channel, told[channel])
    if heard.program.dialog and tells(heard.program, Meaning.ASKS):
        heard_asking(heard, prompt)


LIMITED = [p for p in TELLING if p.name in ("claude-code", "codex")]
"""Others are silent about a limit, or try again for minutes before they tell."""


@pytest.mark.parametrize("program", LIMITED, indirect=True, ids=lambda program: program.name)
def test_a_usage_limit_is_heard(heard: Team) -> None:
    with heard.model.limited():
        task = heard.give("Do {task} within the limit.")
        write_hooks(heard)
        until_ready(heard)
        heard.until(lambda: heard.model.asked(f"Do {task} within the limit."), "its turn")
        limited = tells(heard.program, Meaning.LIMITED)

        def told() -> bool:
            found = events(heard, "")
            return all(found[channel] and found[channel][-1].means is Meaning.LIMITED for channel in limited)

        heard.until_seen(told, f"its limit by {limited}")


def heard_asking(team: Team, prompt: str) -> None:
    file = team.place.work / "asked"
    team.say(f"Make a file.\n{team.program.dialog.format(file=file)}")
    asking = tells(team.program, Meaning.ASKS)

    def asked() -> bool:
        told = events(team, prompt)
        return all(any(event.means is Meaning.ASKS for event in told[channel]) for channel in asking)

    team.until_seen(asked, f"a question by {asking}")
    team.until(lambda: team.run_pass().plan.facts["agent/it"]["asks"].truth is Truth.TRUE, "that it asks")
    assert not file.exists()
    team.press(*team.program.refuse)
    team.until_seen(team.is_ready, "its prompt")
