"""Usage in a whole look: what is remembered, and to whom the growth goes."""

from __future__ import annotations

from dataclasses import replace

from amp_fsm.model.channel import Channel, Channels, TranscriptSpec, TranscriptUsage
from amp_fsm.model.observed import Observed
from amp_fsm.model.profile import Profile
from amp_fsm.model.project import AgentSpec, Project, TmuxSpec
from amp_fsm.model.record import Assignment, Record
from amp_fsm.model.seen import PaneRef, PaneSeen, Seen, Survey, Tail
from amp_fsm.model.time import Now
from amp_fsm.model.usage import Figures, Spent, UsageRule
from amp_fsm.observe.observed import observe

WALL = 1_800_000_000.0
USED = TranscriptUsage(event="used", spent=("n",))
PROFILE = Profile(
    name="p",
    programs=("prog",),
    usage=(
        UsageRule(id="u", pattern=r"(?P<tokens>\d+) tokens"),
        UsageRule(id="c", pattern=r"(?P<context_percent>\d+)%"),
    ),
    context_full=("9[5-9]%",),
    channels=Channels(transcript=TranscriptSpec(files="/t/*.jsonl", usage=USED)),
)
ADA = AgentSpec(name="ada", profile="p")
HELD = Assignment(id="T-1#1", agent="ada", task="T-1", prompt="p1")


def look(
    screen: str, record: Record, *, seconds: float = 0.0, transcript: str | None = None, dead: bool = False
) -> tuple[Observed, Record]:
    agent = replace(ADA, channels=(Channel.TRANSCRIPT,)) if transcript is not None else ADA
    project = Project(
        name="t",
        root="/r",
        store="/s",
        source="",
        digest="",
        tmux=TmuxSpec(session="s"),
        agents={"ada": agent},
        profiles={"p": PROFILE},
    )
    ref = PaneRef(server="1:1", pane="%0", pid=7)
    pane = PaneSeen(ref=ref, session="s", window="0", name="", owner="t/agent/ada", command="prog", dead=dead)
    tails = (
        {"agent/ada|transcript": (Tail(path="/t/a.jsonl", text=transcript, mtime=WALL + seconds),)}
        if transcript
        else {}
    )
    seen = Seen(terminal=Survey(server="1:1", panes=(pane,)), captures={pane.ref: screen}, tails=tails)
    made = observe(project, record, seen, Now(policy=100.0 + seconds, wall=WALL + seconds), {})
    after = replace(record, usage={**record.usage, **made.memory.usage}, spent={**record.spent, **made.memory.spent})
    return made, after


def test_growth_is_attributed_to_the_agent_and_to_the_task_it_holds_at_that_time() -> None:
    _, record = look("100 tokens", Record())
    assert record.spent == {}
    _, record = look("130 tokens", record, seconds=1)
    _, record = look("150 tokens", replace(record, assignments={HELD.id: HELD}), seconds=2)
    assert record.spent == {"agent/ada": Spent(tokens=50.0), "task/T-1": Spent(tokens=20.0)}


def test_a_figure_survives_a_screen_without_it_and_nothing_is_written_when_nothing_changed() -> None:
    _, record = look("100 tokens 40%", Record())
    made, record = look("nothing", record, seconds=60)
    assert made.memory.usage == {}
    assert record.usage["ada"].last == Figures(tokens=100.0, context_percent=40.0)
    assert made.facts["agent/ada"]["tokens"].value == "100"
    assert made.facts["agent/ada"]["tokens"].at == WALL


def test_a_full_context_is_a_fact_of_this_screen_only_and_ends_with_the_program() -> None:
    made, record = look("96%", Record())
    assert made.facts["agent/ada"]["context_full"].truth == "true"
    made, record = look("nothing", record, seconds=1)
    assert made.facts["agent/ada"]["context_full"].truth == "false"
    assert record.usage["ada"].last.context_percent == 96.0
    _, record = look("nothing", record, seconds=2, dead=True)
    assert record.usage["ada"].last.context_percent is None


def test_a_transcript_counts_and_the_screens_counter_does_not() -> None:
    line = f'{{"type": "used", "timestamp": {WALL - 5}, "n": 7, "of": "[amp:p1]"}}\n'
    held = Record(assignments={HELD.id: HELD})
    _, record = look("900 tokens", held, transcript=line)
    more = f'{line}{{"type": "used", "timestamp": {WALL + 5}, "n": 30}}\n'
    _, record = look("1000 tokens", record, seconds=10, transcript=more)
    _, record = look("1000 tokens", record, seconds=20, transcript=more)
    assert record.spent == {"agent/ada": Spent(tokens=30.0), "task/T-1": Spent(tokens=30.0)}
    assert record.usage["ada"].last.tokens == 30.0
