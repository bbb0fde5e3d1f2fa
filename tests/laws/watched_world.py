"""A small team that uses everything an observation can be made of, and a world of values in which all of it changes."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from hypothesis import strategies as st

from amp_fsm.model.channel import (
    Channel,
    Channels,
    EventRule,
    HookSpec,
    Meaning,
    OscSpec,
    TranscriptSpec,
    TranscriptUsage,
)
from amp_fsm.model.document import DocumentSpec, RotateSpec, Rows
from amp_fsm.model.errand import question_file
from amp_fsm.model.machine import Verb
from amp_fsm.model.project import (
    AgentSpec,
    CheckSpec,
    Deliverable,
    FactSpec,
    HttpExpect,
    KindSpec,
    Project,
    ServiceSpec,
    Source,
    TaskSpec,
    TmuxSpec,
)
from amp_fsm.model.record import Action, Assignment, CellMemory, Intent, Record
from amp_fsm.model.seen import (
    Failed,
    FileSeen,
    HttpSeen,
    Missing,
    PaneRef,
    PaneSeen,
    PathSeen,
    RunSeen,
    Seen,
    Survey,
    Survivor,
    Tail,
)
from amp_fsm.model.time import Now
from amp_fsm.model.usage import Usage, UsageRule
from amp_fsm.model.workspace import WorkspaceKind, WorkspaceSeen
from amp_fsm.world.config_files import load_profiles

BEGUN = Now(policy=1_000.0, wall=1_800_000_000.0)
WORDS = {"idle": ("IDLE",), "working": ("WORKING",), "blocked": ("BLOCKED",), "done": ("DONE",), "help": ("HELP",)}
HOOK = HookSpec(
    file="{home}/h.json",
    format="json",
    entry="",
    name="event",
    events=(
        EventRule(event="Prompt", means=Meaning.PROMPT, text=("prompt",)),
        EventRule(event="Asked", means=Meaning.ASKS),
        EventRule(event="Stop", means=Meaning.TURN_OVER),
    ),
)
USED = TranscriptUsage(event="used", spent=("n",), cost="c", resets_at="r")
TRANSCRIPT = TranscriptSpec(
    files="{home}/*.jsonl",
    time="at",
    events=(
        EventRule(event="user", means=Meaning.PROMPT, text=("said",)),
        EventRule(event="end", means=Meaning.TURN_OVER),
    ),
    usage=USED,
)
OSC = OscSpec(
    number=7501,
    events=(EventRule(event="busy", means=Meaning.WORKING), EventRule(event="idle", means=Meaning.TURN_OVER)),
)
PRACTICE = load_profiles()["practice"]
HEARD = replace(
    PRACTICE,
    name="heard",
    channels=Channels(hook=HOOK, transcript=TRANSCRIPT, osc=OSC),
    usage=(*PRACTICE.usage, UsageRule(id="resets", region="footer", pattern=r"resets in (?P<in>\d+m)")),
    context_full=("^context full",),
)
STATUS = DocumentSpec(
    name="status",
    file="STATUS.md",
    heading="Team",
    key="Agent",
    columns={"task": "Task", "status": "Status", "updated": "At"},
    words=WORDS,
)
LOG = DocumentSpec(
    name="log",
    file="LOG.md",
    heading="Log",
    key="Agent",
    row={"Agent": "a", "What": "b"},
    words=WORDS,
    rotate=RotateSpec(rows=3, to="OLD.md"),
)
QUEUE = DocumentSpec(
    name="queue", file="QUEUE.md", heading="Queue", key="Id", rows=Rows.TASKS, columns={"status": "Status"}
)
FACTS = (
    FactSpec(name="in_row", source=Source.ROW, document="status", column="task", pattern="T-1"),
    FactSpec(name="in_log", source=Source.LINE, file="LOG.md", pattern="DONE", last=2),
    FactSpec(name="in_chat", source=Source.LINE, file="chat/{name}.log", pattern="ready", last=3),
    FactSpec(name="file_there", source=Source.FILE, file="out/{name}.txt", min_bytes=2),
    FactSpec(name="http_up", source=Source.HTTP, http=HttpExpect(url="http://x")),
    FactSpec(name="check_good", source=Source.CHECK, check="suite"),
    FactSpec(name="pane_big", source=Source.PANE, variable="pane_title", pattern="big"),
    FactSpec(name="on_screen", source=Source.SCREEN, region="screen", pattern="hello"),
    FactSpec(name="hooked", source=Source.HOOK, pattern="Asked|Stop", within=90.0),
    FactSpec(name="much_used", source=Source.USAGE, field="tokens", over=50.0),
    FactSpec(name="resets_late", source=Source.USAGE, field="resets_at", over=100.0),
)
TASKS = (
    TaskSpec(
        id="T-1", kind="k", title="One", deliverables=(Deliverable(file="one/*.md", newer=True),), checks=("suite",)
    ),
    TaskSpec(
        id="T-2", kind="k", title="Two", workspace=WorkspaceKind.WORKTREE, deliverables=(Deliverable(file="two.md"),)
    ),
    TaskSpec(id="T-3", kind="k", title="Three", checks=("suite",)),
)
CHANNELS = (Channel.HOOK, Channel.TRANSCRIPT, Channel.OSC)
AGENTS = (
    AgentSpec(name="ada", profile="heard", channels=CHANNELS),
    AgentSpec(name="ben", profile="practice", window="7"),
)
PROJECT = Project(
    name="t",
    root="/r",
    store="/s",
    source="",
    digest="",
    tmux=TmuxSpec(session="s"),
    agents={agent.name: agent for agent in AGENTS},
    services={
        "web": ServiceSpec(name="web", command=("web",), ready=HttpExpect(url="http://w")),
        "db": ServiceSpec(name="db", command=("db",)),
    },
    profiles={"heard": HEARD, "practice": PRACTICE},
    documents={"status": STATUS, "log": LOG, "queue": QUEUE},
    kinds={"k": KindSpec(name="k", prompt="p")},
    checks={"suite": CheckSpec(name="suite", run=("true",), attempts=1)},
    tasks={task.id: task for task in TASKS},
    facts={fact.name: fact for fact in FACTS},
)
NAMES = tuple(PROJECT.agents)
BOX = ["─" * 20, "❯ {}", "─" * 20, "? for shortcuts{}"]
DIALOG = ["─" * 20, " Do you want to run", "❯ 1. Yes", "  2. No", "Enter to confirm · Esc to cancel"]


def screen(above: str = "", draft: str = "", below: str = "") -> str:
    """Return a screen of the practice agent."""
    return "\n".join([above, *BOX]).format(draft, below)


SCREENS = (
    screen("hello"),
    screen("there"),
    screen("there", draft="half a sentence"),
    screen("✻ Working… (3s · esc to interrupt)"),
    screen("✖ API error"),
    screen("⚠ Usage limit reached resets at 08:05 UTC"),
    screen("⚠ Usage limit reached"),
    screen("there", below="\nusage 40% · 100 tokens"),
    screen("there", below="\nusage 40% · 130 tokens"),
    screen("there", below="\nresets in 2m"),
    screen("there", below="\ncontext full"),
    "\n".join(DIALOG),
    "nobody knows this",
    "",
)


@dataclass(slots=True)
class World:
    """What is there, and what is remembered."""

    project: Project = PROJECT
    record: Record = field(default_factory=Record)
    wall: float = BEGUN.wall
    policy: float = BEGUN.policy
    unreachable: str = ""
    server: str = "1:1"
    panes: dict[str, PaneSeen] = field(default_factory=dict)
    captures: dict[str, str | Failed] = field(default_factory=dict)
    silent: dict[str, float] = field(default_factory=dict)
    rows: dict[str, str] = field(default_factory=lambda: dict.fromkeys(NAMES, "| {} | T-1 | WORKING | 9:00 |"))
    head: str = "# Team\n\n| Agent | Task | Status | At |\n|---|---|---|---|\n"
    entries: list[str] = field(default_factory=list)
    above: str = ""
    queue: str = "IDLE"
    files: dict[str, FileSeen | Missing | Failed] = field(default_factory=dict)
    globs: dict[str, tuple[PathSeen, ...] | Failed] = field(default_factory=dict)
    tails: dict[str, tuple[Tail, ...] | Failed] = field(default_factory=dict)
    http: dict[str, HttpSeen | Failed] = field(default_factory=dict)
    runs: dict[str, RunSeen] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    workspaces: dict[str, WorkspaceSeen | Failed] = field(default_factory=dict)
    survivors: dict[str, tuple[Survivor, ...]] = field(default_factory=dict)

    @property
    def now(self) -> Now:
        return Now(policy=self.policy, wall=self.wall)

    def seen(self) -> Seen:
        """Return what a pass sees of it: values that are made anew each time."""
        panes = tuple(replace(pane) for pane in self.panes.values())
        table = self.head + "".join(f"{self.rows[name].format(name)}\n" for name in NAMES if name in self.rows)
        log = f"{self.above}# Log\n\n| Agent | What |\n|---|---|\n" + "".join(f"{line}\n" for line in self.entries)
        queue = f"# Queue\n\n| Id | Status |\n|---|---|\n| T-1 | {self.queue} |\n"
        texts = {"STATUS.md": table, "LOG.md": log, "QUEUE.md": queue}
        files = {path: FileSeen(path=path, text=text, digest="d") for path, text in texts.items()}
        survey = Survey(server=self.server, panes=panes if self.server else ())
        return Seen(
            terminal=Failed(reason=self.unreachable) if self.unreachable else survey,
            captures={self.panes[name].ref: said for name, said in self.captures.items() if name in self.panes},
            files={**files, **self.files},
            silent={self.panes[name].ref: lasts for name, lasts in self.silent.items() if name in self.panes},
            globs=dict(self.globs),
            tails=dict(self.tails),
            http=dict(self.http),
            runs=dict(self.runs),
            workspaces=dict(self.workspaces),
            survivors=dict(self.survivors),
        )

    def remember(self, **changes: object) -> None:
        self.record = replace(self.record, **changes)  # type: ignore[arg-type]  # names are checked at run time


Change = Callable[[World], None]
names = st.sampled_from(NAMES)
tasks = st.sampled_from([task.id for task in TASKS])


def pane_of(name: str, **more: object) -> PaneSeen:
    """Return the pane of an agent or of a service."""
    owner = f"t/agent/{name}" if name in NAMES else f"t/service/{name}"
    ref = PaneRef(server="1:1", pane=f"%{('ada', 'ben', 'web', 'db').index(name)}", pid=1)
    pane = PaneSeen(ref=ref, session="s", window="7", name=name, owner=owner, command="python3")
    return replace(pane, **more)  # type: ignore[arg-type]  # names are checked at run time


def shows(name: str, more: Mapping[str, object], capture: str | Failed | None) -> Change:
    def change(world: World) -> None:
        world.panes[name] = pane_of(name, **more)
        if capture is not None:
            world.captures[name] = capture

    return change


def becomes(where: str, key: str, value: object) -> Change:
    """Return a change of one entry; None takes it away."""

    def change(world: World) -> None:
        found = getattr(world, where)
        if value is None:
            found.pop(key, None)
        else:
            found[key] = value

    return change


def is_now(where: str, value: object) -> Change:
    return lambda world: setattr(world, where, value)


def holds(agent: str, task: str, given: Mapping[str, object]) -> Change:
    def change(world: World) -> None:
        others = {k: a for k, a in world.record.assignments.items() if a.agent != agent and a.task != task}
        held = Assignment(id=f"{task}#1", agent=agent, task=task, since=world.policy, since_wall=world.wall - 60.0)
        held = replace(held, **_moments(given, world))  # type: ignore[arg-type]  # names are checked at run time
        world.remember(assignments={**others, held.id: held})

    return change


def _moments(given: Mapping[str, object], world: World) -> dict[str, object]:
    moments = {"delivered": world.policy, "delivered_wall": world.wall, "verdict_at": world.policy}
    return {key: moments.get(key, value) for key, value in given.items()}


def let_go(world: World) -> None:
    world.remember(assignments={})


def prompted(agent: str, is_open: bool) -> Change:
    def change(world: World) -> None:
        others = {key: one for key, one in world.record.intents.items() if one.address != f"agent/{agent}"}
        sent = Intent(id="abc", address=f"agent/{agent}", entry=1, cause="c", action=Action(verb=Verb.SEND, target="x"))
        world.remember(intents={**others, "abc": sent} if is_open else others)

    return change


def dropped(channel: str, name: str, ago: float) -> Change:
    """Return that an event was dropped, some seconds ago."""

    def change(world: World) -> None:
        at = world.wall - ago
        text = json.dumps({"event": name, "state": name, "prompt": "Do it. [amp:abc]", "path": "/h/a.jsonl"})
        tail = Tail(path=f"/s/{at * 1e9:.0f}-1.{channel}.json", text=text, mtime=at)
        before = world.tails.get(f"agent/ada|{channel}", ())
        known = before if isinstance(before, tuple) else ()
        world.tails[f"agent/ada|{channel}"] = tuple(sorted((*known, tail), key=lambda one: one.mtime))[-3:]

    return change


def wrote(kind: str, tokens: int, ago: float, resets: float) -> Change:
    """Return that the transcript grew."""

    def change(world: World) -> None:
        said = {"type": kind, "at": world.wall - ago, "n": tokens, "c": 0.5, "said": "Do it. [amp:abc]"}
        line = json.dumps({**said, "r": world.wall + resets} if resets else said)
        before = world.tails.get("agent/ada|transcript", ())
        text = before[-1].text if isinstance(before, tuple) and before else ""
        world.tails["agent/ada|transcript"] = (Tail(path="/h/a.jsonl", text=f"{text}{line}\n", mtime=world.wall),)

    return change


def asked(task: str, file: str) -> Change:
    def change(world: World) -> None:
        path = question_file(PROJECT, PROJECT.tasks[task])
        if file in ("failed", "missing"):
            world.files[path] = Failed(reason="no") if file == "failed" else Missing(path=path)
        else:
            world.files[path] = FileSeen(path=path, text=file, digest="d", mtime=world.wall)

    return change


def written(name: str, wrote: str) -> Change:
    """Return that we wrote an agent's status, over what stood there."""

    def change(world: World) -> None:
        key = f"status|{name}|status"
        known = world.record.cells.get(key, CellMemory())
        after = replace(known, wrote=wrote, replaced=known.text, replaced_row=known.row)
        world.remember(cells={**world.record.cells, key: after})

    return change


def lost(where: str) -> Change:
    """Return that a part of what is remembered is lost."""
    return lambda world: world.remember(**{where: {}})


def full_was(world: World) -> None:
    known = world.record.usage.get("ada", Usage())
    world.remember(usage={**world.record.usage, "ada": replace(known, full=not known.full)})


def logged(line: str) -> Change:
    return lambda world: world.entries.append(line)


def rotated(world: World) -> None:
    del world.entries[:1]


def reordered(world: World) -> None:
    """The columns of the status table change places; every row still says the same."""
    turned = world.head.startswith("# Team\n\n| At |")
    head = "| Agent | Task | Status | At |" if turned else "| At | Task | Status | Agent |"
    world.head = f"# Team\n\n{head}\n|---|---|---|---|\n"
    for name, row in world.rows.items():
        _, first, task, status, last, _ = row.split("|")
        world.rows[name] = f"|{last}|{task}|{status}|{first}|"


def configured(same: bool) -> Change:
    def change(world: World) -> None:
        tasks = dict(world.project.tasks)
        if not same:
            tasks["T-1"] = replace(tasks["T-1"], deliverables=(Deliverable(file="one/*.md", min_bytes=7),))
        world.project = replace(world.project, tasks=tasks)

    return change


def hinting(hint: float) -> Change:
    def change(world: World) -> None:
        world.project = replace(world.project, policies=replace(world.project.policies, hint=hint))

    return change


def ran(status: str, code: int) -> Change:
    def change(world: World) -> None:
        world.keys.update({"T-1|suite": "k1", "T-3|suite": "k1", "|suite": "k1"})
        world.runs["k1"] = RunSeen(key="k1", status=status, exit_code=code, tail="it said so")

    return change


def tried(count: int) -> Change:
    return lambda world: world.remember(run_attempts={"k1": count})


more = st.sampled_from(
    [
        {},
        {"dead": True},
        {"command": "bash"},
        {"person": 3.0},
        {"person": 30.0},
        {"in_mode": True},
        {"synchronized": True},
        {"owner": ""},
        {"variables": {"pane_title": "big one"}},
        {"activity": 77, "at_rest": True},
    ]
)
captures = st.one_of(st.sampled_from(SCREENS), st.sampled_from([Failed(reason="no"), None]))
rows = st.builds(
    lambda task, status, at: f"| {{}} | {task} | {status} | {at} |",
    st.sampled_from(["T-1", "T-2"]),
    st.sampled_from(["WORKING", "DONE", "HELP: which?", "what is that", "IDLE"]),
    st.sampled_from(["9:00", "9:30"]),
)
entries = st.builds(
    lambda name, task, word: f"| {name} | {task} {word} |",
    st.sampled_from([*NAMES, "`ada`", "0-Ben"]),
    st.sampled_from(["T-1", "T-2"]),
    st.sampled_from(["DONE", "BLOCKED", "went on"]),
)
paths = st.sampled_from(
    [
        (),
        (PathSeen(path="one/a.md", size=3, mtime=BEGUN.wall),),
        (PathSeen(path="one/a.md", size=9, mtime=BEGUN.wall + 500),),
        Failed(reason="no"),
        None,
    ]
)
patterns = st.sampled_from(
    ["one/*.md", "two.md", "/s/worktrees/T-2/two.md", "out/ada.txt", "out/T-1.txt", "out/web.txt"]
)
answers = st.sampled_from(
    [HttpSeen(healthy=True, said="ok"), HttpSeen(healthy=False, said="503"), Failed(reason="no"), None]
)
apart = st.sampled_from(
    [WorkspaceSeen(ready=True), WorkspaceSeen(ready=True, committed=True, conflict="x"), Failed(reason="no"), None]
)
given = st.sampled_from(
    [{}, {"delivered": 0}, {"delivered": 0, "prompt": "abc"}, {"delivered": 0, "delivered_wall": 0}, {"verdict_at": 0}]
)
ago = st.sampled_from([0.0, 5.0, 25.0, 80.0, 400.0, -30.0])

changes: st.SearchStrategy[Change] = st.one_of(
    st.builds(shows, names, more, captures),
    st.builds(shows, names, st.just({}), st.sampled_from(SCREENS)),
    st.builds(shows, st.sampled_from(["web", "db"]), more, st.none()),
    st.builds(becomes, st.just("panes"), st.sampled_from([*NAMES, "web", "db"]), st.none()),
    st.builds(is_now, st.just("unreachable"), st.sampled_from(["", "", "timed out"])),
    st.builds(is_now, st.just("server"), st.sampled_from(["1:1", "1:1", ""])),
    st.builds(becomes, st.just("rows"), names, st.one_of(rows, st.none())),
    st.builds(becomes, st.just("rows"), names, rows),
    st.builds(becomes, st.just("silent"), names, st.sampled_from([0.5, 3.0, 30.0, None])),
    st.builds(logged, entries),
    st.just(rotated),
    st.just(reordered),
    st.builds(is_now, st.just("above"), st.sampled_from(["", "a line\n\n"])),
    st.builds(is_now, st.just("queue"), st.sampled_from(["IDLE", "DONE"])),
    st.builds(
        becomes,
        st.just("files"),
        st.sampled_from(["STATUS.md", "LOG.md"]),
        st.sampled_from([Failed(reason="no"), Missing(path="x"), None, None]),
    ),
    st.builds(
        becomes,
        st.just("files"),
        st.sampled_from(["chat/ada.log", "chat/T-1.log", "chat/db.log"]),
        st.sampled_from(
            [FileSeen(path="c", text="so\nready\n", digest="d"), FileSeen(path="c", text="so\n", digest="d")]
        ),
    ),
    st.builds(becomes, st.just("globs"), patterns, paths),
    st.builds(becomes, st.just("http"), st.sampled_from(["service/web", "fact/http_up"]), answers),
    st.builds(ran, st.sampled_from(["running", "ended", "lost"]), st.sampled_from([0, 1])),
    st.builds(tried, st.integers(0, 1)),
    st.builds(becomes, st.just("workspaces"), st.just("/s/worktrees/T-2"), apart),
    st.builds(holds, names, tasks, given),
    st.builds(holds, st.just("ada"), st.just("T-1"), given),
    st.just(let_go),
    st.builds(prompted, names, st.booleans()),
    st.builds(
        dropped, st.sampled_from(["hook", "osc"]), st.sampled_from(["Asked", "Stop", "Prompt", "busy", "idle"]), ago
    ),
    st.builds(
        wrote,
        st.sampled_from(["used", "user", "end"]),
        st.integers(0, 60),
        ago,
        st.sampled_from([0.0, 0.0, 90.0]),
    ),
    st.builds(
        becomes, st.just("tails"), st.sampled_from([f"agent/ada|{c}" for c in CHANNELS]), st.just(Failed(reason="no"))
    ),
    st.builds(asked, tasks, st.sampled_from(["Which one?", "And which then?", "", "missing", "failed"])),
    st.builds(written, names, st.sampled_from(["WORKING", "IDLE"])),
    st.builds(lost, st.sampled_from(["samples", "cells", "logs", "usage", "spent"])),
    st.just(full_was),
    st.builds(configured, st.booleans()),
    st.builds(hinting, st.sampled_from([30.0, 60.0])),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What happens before a look, how much time passes (on the wall clock more), and whether the look is remembered."""

    changes: tuple[Change, ...]
    seconds: float
    more: float = 0.0
    remembered: bool = True


steps = st.lists(
    st.builds(
        Step,
        changes=st.lists(changes, max_size=2).map(tuple),
        seconds=st.sampled_from([0.0, 0.5, 2.0, 2.0, 40.0, 70.0, 400.0, 4000.0]),
        more=st.sampled_from([0.0, 0.0, 0.0, 0.0, 3600.0, -500.0]),
        remembered=st.sampled_from([True, True, True, False]),
    ),
    max_size=14,
)
begun = st.lists(changes, min_size=4, max_size=12)


def begun_world() -> World:
    """Return a world in which everybody is at work."""
    world = World()
    for name in NAMES:
        shows(name, {}, SCREENS[0])(world)
    for name, task in zip(NAMES, ("T-1", "T-2"), strict=True):
        holds(name, task, {"delivered": 0.0})(world)
    world.tails = {f"agent/ada|{channel}": () for channel in CHANNELS}
    return world
