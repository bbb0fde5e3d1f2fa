"""What agents tell besides their screens: events by a profile's rules, hints that grow old, receipts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace

import pytest

from amp_fsm.model.channel import Channel, Channels, Event, EventRule, HookSpec, Meaning, OscSpec, TranscriptSpec
from amp_fsm.model.channel_files import channel_files
from amp_fsm.model.facts import Truth, Why
from amp_fsm.model.machine import Verb
from amp_fsm.model.profile import Profile, ScreenState
from amp_fsm.model.project import AgentSpec, FactSpec, Project, Source, TmuxSpec
from amp_fsm.model.record import Action, Assignment, Intent, Record
from amp_fsm.model.seen import Failed, Seen, Survey, Tail
from amp_fsm.observe.channel_events import Wanted, spool_events, transcript_events, values_at
from amp_fsm.observe.channels import Told, hint_of, receipt_in, told_by
from amp_fsm.observe.declared import hook_facts

WALL = 1_800_000_000.0
HOOK = HookSpec(
    file="{home}/settings.json",
    format="json",
    entry="",
    events=(
        EventRule(event="UserPromptSubmit", means=Meaning.PROMPT, text=("prompt",)),
        EventRule(event="StopFailure", where={"error": "rate_limit"}, means=Meaning.LIMITED),
        EventRule(event="StopFailure", means=Meaning.FAILED),
        EventRule(event="PermissionRequest", means=Meaning.ASKS),
        EventRule(event="Stop|Idle", means=Meaning.TURN_OVER),
    ),
)
TRANSCRIPT = TranscriptSpec(
    files="{home}/.p/{folder}/*.jsonl",
    events=(
        EventRule(event="user", means=Meaning.PROMPT, text=("message.content", "message.content.text")),
        EventRule(event="end", means=Meaning.TURN_OVER),
    ),
)
OSC = OscSpec(
    number=7501,
    events=(EventRule(event="blocked", means=Meaning.ASKS), EventRule(event="idle", means=Meaning.TURN_OVER)),
)
PROFILE = Profile(name="p", channels=Channels(hook=HOOK, transcript=TRANSCRIPT, osc=OSC))
ADA = AgentSpec(name="ada", profile="p", channels=(Channel.HOOK, Channel.TRANSCRIPT, Channel.OSC))
BEN = replace(ADA, name="ben")
PROJECT = Project(
    name="team",
    root="/work/my app_1.2",
    store="/st[ore]",
    source="team.yaml",
    digest="d",
    tmux=TmuxSpec(session="s"),
    agents={"ada": ADA},
    profiles={"p": PROFILE},
)
SEND = Intent(id="aaaaaaaa", address="agent/ada", entry=1, cause="give", action=Action(verb=Verb.SEND, target="x"))


def dropped(event: Mapping[str, object], *, ago: float = 0.0, channel: str = "hook") -> Tail:
    path = f"/s/spool/ada/{(WALL - ago) * 1e9:.0f}-7.{channel}.json"
    return Tail(path=path, text=json.dumps(event), mtime=WALL - ago)


def lines(*said: Mapping[str, object], path: str = "/h/one.jsonl", end: str = "\n") -> Tail:
    return Tail(path=path, text="\n".join(json.dumps(line) for line in said) + end, mtime=WALL)


NOTHING = Record()


def told(record: Record = NOTHING, project: Project = PROJECT, **tails: tuple[Tail, ...] | Failed) -> Told:
    every = {**dict.fromkeys(("hook", "transcript", "osc"), ()), **tails}
    seen = Seen(terminal=Survey(server=""), tails={f"agent/ada|{name}": found for name, found in every.items()})
    return told_by(project, ADA, record, seen)


def hinted(*events: tuple[str, float]) -> ScreenState | None:
    tails = tuple(dropped({"hook_event_name": name, "state": name, "prompt": "x"}, ago=ago) for name, ago in events)
    hint = hint_of(told(hook=tails), WALL, 30.0)
    return hint.state if hint is not None else None


# ---- where to look -----------------------------------------------------------------------------------------------


def test_the_files_of_an_agents_channels_are_named_without_wildcards_of_their_own() -> None:
    assert channel_files(PROJECT, ADA, "/home/[me]") == {
        "agent/ada|hook": "/st[[]ore]/spool/ada/*.hook.json",
        "agent/ada|osc": "/st[[]ore]/spool/ada/*.osc.json",
        "agent/ada|transcript": "/home/[[]me]/.p/-work-my-app-1-2/*.jsonl",
    }


def test_an_agents_own_home_and_folder_count() -> None:
    agent = replace(ADA, cwd="/else", env={"HOME": "/own"}, channels=(Channel.TRANSCRIPT,))
    assert channel_files(PROJECT, agent, "/h") == {"agent/ada|transcript": "/own/.p/-else/*.jsonl"}


def test_nothing_is_looked_at_that_the_configuration_does_not_ask_for() -> None:
    assert channel_files(PROJECT, replace(ADA, channels=()), "/h") == {}


# ---- events ------------------------------------------------------------------------------------------------------


def test_an_event_of_the_spool_has_the_time_of_its_name_and_the_meaning_of_the_first_rule_that_fits() -> None:
    event = {"hook_event_name": "StopFailure", "error": "rate_limit"}
    assert list(spool_events(Channel.HOOK, HOOK, dropped(event, ago=5))) == [
        Event(
            channel=Channel.HOOK,
            name="StopFailure",
            means=Meaning.LIMITED,
            at=WALL - 5,
            raw=json.dumps(event),
            source="1799999995000000000-7.hook.json",
        )
    ]


def test_an_event_that_no_rule_speaks_of_is_kept_without_a_meaning() -> None:
    (event,) = spool_events(Channel.HOOK, HOOK, dropped({"hook_event_name": "StopIt"}))
    assert event.means is None


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"other": 1}', "[" * 100_000], ids=lambda text: text[:9])
def test_what_is_no_event_is_none(text: str) -> None:
    assert list(spool_events(Channel.HOOK, HOOK, Tail(path="/s/1-1.hook.json", text=text, mtime=WALL))) == []
    assert list(transcript_events(TRANSCRIPT, Tail(path="/h/a.jsonl", text=f"{text}\n", mtime=WALL))) == []


def test_a_line_that_is_still_being_written_waits() -> None:
    line = {"type": "end"}
    assert [len(list(transcript_events(TRANSCRIPT, lines(line, line, end=end)))) for end in ("", "\n")] == [1, 2]


@pytest.mark.parametrize(
    "content", ["Do it.", [{"type": "text", "text": "Do"}, {"type": "text", "text": "it."}]], ids=["text", "parts"]
)
def test_a_prompts_text_is_found_as_text_and_in_parts(content: object) -> None:
    (event,) = transcript_events(TRANSCRIPT, lines({"type": "user", "message": {"content": content}}))
    assert (event.means, event.text.split()) == (Meaning.PROMPT, ["Do", "it."])


def test_what_a_tool_answers_is_no_prompt() -> None:
    answer = {"type": "user", "message": {"content": [{"type": "tool_result", "content": "[amp:aaaaaaaa]"}]}}
    assert list(transcript_events(TRANSCRIPT, lines(answer))) == []


@pytest.mark.parametrize(
    ("stamp", "at"),
    [
        ("2027-01-15T08:00:00.500Z", WALL + 0.5),
        ("2027-01-15T09:00:00+01:00", WALL),
        ("2027-01-15T08:00:00", WALL),
        (WALL - 7, WALL - 7),
        (int(WALL * 1000) + 250, WALL + 0.25),
        ("some day", WALL),
        (None, WALL),
    ],
)
def test_the_moment_of_a_line(stamp: object, at: float) -> None:
    (event,) = transcript_events(TRANSCRIPT, lines({"type": "end", "timestamp": stamp}))
    assert event.at == at


def test_values_are_found_through_lists_and_truths_are_words() -> None:
    said = {"a": [{"b": True}, {"b": [1, "x", None]}, "b", {"c": 2}]}
    assert values_at(said, "a.b") == ("true", "1", "x")
    assert values_at(said, "a.b.c") == ()


OLD = {"type": "user", "message": {"content": "old"}, "timestamp": WALL - 100}
OLD_MARKED = {"type": "user", "message": {"content": "[amp:aaaaaaaa]"}, "timestamp": WALL - 101}
NEW = {"type": "user", "message": {"content": "new"}, "timestamp": WALL - 1}


@pytest.mark.parametrize(
    ("wanted", "texts"),
    [
        (Wanted(), ["[amp:aaaaaaaa]", "old", "new"]),
        (Wanted(since=WALL - 100), ["old", "new"]),
        (Wanted(since=WALL - 99), ["new"]),
        (Wanted(since=WALL - 99, markers=("[amp:aaaaaaaa]",)), ["[amp:aaaaaaaa]", "new"]),
    ],
)
def test_old_events_are_left_out_but_for_those_with_a_marker_that_is_wanted(wanted: Wanted, texts: list[str]) -> None:
    assert [event.text for event in transcript_events(TRANSCRIPT, lines(OLD_MARKED, OLD, NEW), wanted)] == texts
    spool = [
        dropped({"hook_event_name": "UserPromptSubmit", "prompt": line["message"]["content"]}, ago=ago)  # type: ignore[index]
        for line, ago in ((OLD_MARKED, 101), (OLD, 100), (NEW, 1))
    ]
    assert [event.text for tail in spool for event in spool_events(Channel.HOOK, HOOK, tail, wanted)] == texts


def test_the_newest_event_of_a_spool_is_kept_however_old_it_is_and_so_is_its_moment() -> None:
    tails = tuple(dropped({"hook_event_name": "Stop"}, ago=ago) for ago in (300, 200))
    heard = told_by(PROJECT, ADA, NOTHING, Seen(terminal=Survey(server=""), tails={"agent/ada|hook": tails}), WALL - 9)
    assert ([event.at for event in heard.events], heard.changed) == ([WALL - 200], WALL - 200)


# ---- hints -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("events", "state"),
    [
        pytest.param((("UserPromptSubmit", 5.0),), ScreenState.WORKING, id="a-prompt-works"),
        pytest.param((("PermissionRequest", 5.0),), ScreenState.BLOCKED, id="a-request-blocks"),
        pytest.param((("StopFailure", 5.0),), ScreenState.ERRORED, id="a-failure-is-an-error"),
        pytest.param((("Stop", 1.0),), None, id="the-end-of-a-turn-makes-nothing-idle"),
        pytest.param((("UserPromptSubmit", 5.0), ("Stop", 1.0)), None, id="the-end-of-a-turn-ends-a-hint"),
        pytest.param((("Stop", 5.0), ("UserPromptSubmit", 1.0)), ScreenState.WORKING, id="the-newest-counts"),
        pytest.param((("UserPromptSubmit", 29.0),), ScreenState.WORKING, id="still-fresh"),
        pytest.param((("UserPromptSubmit", 30.0),), None, id="too-old"),
        pytest.param((("UserPromptSubmit", 5.0), ("Unheard", 1.0)), ScreenState.WORKING, id="others-say-nothing"),
        pytest.param((("UserPromptSubmit", -3600.0),), None, id="from-the-future"),
    ],
)
def test_a_hint(events: tuple[tuple[str, float], ...], state: ScreenState | None) -> None:
    assert hinted(*events) == state


def test_the_newest_word_of_all_channels_counts() -> None:
    prompt, idle = dropped({"hook_event_name": "UserPromptSubmit", "prompt": "x"}, ago=9), dropped({"state": "idle"})
    assert hint_of(told(hook=(prompt,), osc=(idle,)), WALL, 30.0) is None
    blocked = dropped({"state": "blocked"}, ago=2, channel="osc")
    hint = hint_of(told(hook=(prompt,), osc=(blocked,)), WALL, 30.0)
    assert hint is not None
    assert (hint.state, hint.evidence, hint.channel) == (ScreenState.BLOCKED, "osc: blocked, 2s ago", Channel.OSC)


def test_a_channel_that_never_tells_of_an_end_gives_no_hint() -> None:
    endless = replace(HOOK, events=HOOK.events[:1])
    profile = replace(PROFILE, channels=Channels(hook=endless))
    event = dropped({"hook_event_name": "UserPromptSubmit", "prompt": "[amp:aaaaaaaa]"})
    heard = told(project=replace(PROJECT, profiles={"p": profile}), hook=(event,))
    assert hint_of(heard, WALL, 30.0) is None
    assert receipt_in(heard.events, "aaaaaaaa")


# ---- whose transcript it is --------------------------------------------------------------------------------------

OURS = lines({"type": "user", "message": {"content": "x [amp:aaaaaaaa]"}, "timestamp": WALL - 3}, path="/h/ours.jsonl")
OTHERS = lines({"type": "user", "message": {"content": "by somebody"}, "timestamp": WALL - 2}, path="/h/others.jsonl")
TWO = replace(PROJECT, agents={"ada": ADA, "ben": BEN})
HOLDS = Record(assignments={"a": Assignment(id="a", agent="ada", task="T", prompt="aaaaaaaa")})


@pytest.mark.parametrize(
    ("project", "record", "tails", "sources"),
    [
        pytest.param(PROJECT, Record(), (OURS, OTHERS), ["others.jsonl"], id="the-newest-when-nobody-else-works-there"),
        pytest.param(PROJECT, HOLDS, (OURS, OTHERS), ["ours.jsonl"], id="that-with-our-marker"),
        pytest.param(TWO, HOLDS, (OURS, OTHERS), ["ours.jsonl"], id="that-with-our-marker-among-several"),
        pytest.param(TWO, Record(), (OURS, OTHERS), [], id="none-when-another-may-write-there"),
        pytest.param(
            replace(TWO, agents={"ada": ADA, "ben": replace(BEN, cwd="/b")}),
            Record(),
            (OTHERS,),
            ["others.jsonl"],
            id="the-newest-when-the-other-works-elsewhere",
        ),
        pytest.param(
            replace(
                PROJECT,
                profiles={
                    "p": Profile(
                        name="p",
                        channels=Channels(
                            transcript=TranscriptSpec(files="{home}/all/*.jsonl", events=TRANSCRIPT.events)
                        ),
                    )
                },
            ),
            Record(),
            (OTHERS,),
            [],
            id="none-when-all-folders-share-a-place",
        ),
    ],
)
def test_whose_transcript_is_believed(
    project: Project, record: Record, tails: tuple[Tail, ...], sources: list[str]
) -> None:
    assert [event.source for event in told(record, project, transcript=tails).events] == sources


def test_a_transcript_that_the_newest_hook_named_is_believed_before_all_others() -> None:
    newer = dropped({"hook_event_name": "Stop", "transcript_path": OTHERS.path}, ago=5)
    older = dropped({"hook_event_name": "Stop", "transcript_path": OURS.path}, ago=6)
    heard = told(HOLDS, TWO, hook=(newer, older), transcript=(OTHERS, OURS))
    assert [event.source for event in heard.events if event.channel is Channel.TRANSCRIPT] == ["others.jsonl"]


# ---- receipts ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("event", "receipt"),
    [
        ({"hook_event_name": "UserPromptSubmit", "prompt": "Do it.\n\n[amp:aaaaaaaa]"}, True),
        ({"hook_event_name": "UserPromptSubmit", "prompt": "Do it.\n\n[amp:bbbbbbbb]"}, False),
        ({"hook_event_name": "Stop", "last_assistant_message": "[amp:aaaaaaaa]"}, False),
        ({"hook_event_name": "UserPromptSubmit", "other": "[amp:aaaaaaaa]"}, False),
    ],
)
def test_only_a_prompt_with_its_marker_is_a_receipt(event: Mapping[str, object], receipt: bool) -> None:
    said = receipt_in(told(hook=(dropped(event, ago=1e6),)).events, "aaaaaaaa")
    assert said == ("hook: UserPromptSubmit holds its marker" if receipt else "")


# ---- facts of one's own ------------------------------------------------------------------------------------------

FACT = FactSpec(name="asked", source=Source.HOOK, pattern="Notif.*", contains="permission", within=60.0)
WITH_FACT = replace(PROJECT, facts={"asked": FACT})


@pytest.mark.parametrize(
    ("event", "ago", "truth"),
    [
        ({"hook_event_name": "Notification", "type": "permission_prompt"}, 59, Truth.TRUE),
        ({"hook_event_name": "Notification", "type": "permission_prompt"}, 60, Truth.FALSE),
        ({"hook_event_name": "Notification", "type": "idle"}, 1, Truth.FALSE),
        ({"hook_event_name": "TheNotification", "type": "permission_prompt"}, 1, Truth.FALSE),
    ],
)
def test_a_declared_fact_about_a_hook(event: Mapping[str, object], ago: float, truth: Truth) -> None:
    assert hook_facts(WITH_FACT, told(hook=(dropped(event, ago=ago),)), WALL)["asked"].truth is truth


def test_a_spool_that_cannot_be_read_leaves_the_fact_unknown_and_hints_nothing() -> None:
    blind = told(hook=Failed(reason="permission denied"))
    fact = hook_facts(WITH_FACT, blind, WALL)["asked"]
    assert (fact.truth, fact.why, fact.evidence) == (Truth.UNKNOWN, Why.UNREACHABLE, "permission denied")
    assert hint_of(blind, WALL, 30.0) is None
