"""What a configuration makes amp-fsm do, in every way that can be seen cheaply, for the tests of the schema's keys.

A base configuration in which every part of the language is used once, and a world in which it shows: screens, files,
answers, and subjects that stand in every state of its machines.
"""

from __future__ import annotations

import copy
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from amp_fsm.config.builders import Origin, build_project
from amp_fsm.config.hook_settings import SettingsUnfitError, with_hooks
from amp_fsm.config.load import load
from amp_fsm.config.loaded import Loaded
from amp_fsm.config.merge import merge_trees
from amp_fsm.config.schema import check_shape, normalise
from amp_fsm.config.yaml_text import dump, parse
from amp_fsm.model.channel import HookSpec
from amp_fsm.model.desired import desired
from amp_fsm.model.errand import AddedTask, Errand
from amp_fsm.model.facts import Fact, Truth
from amp_fsm.model.notice import Notice, Severity
from amp_fsm.model.observed import Observed
from amp_fsm.model.panes import resolve_panes
from amp_fsm.model.project import Project, TaskSpec
from amp_fsm.model.proposal import Proposal, Stamp
from amp_fsm.model.record import Assignment, Record, Sample, SubjectRecord, Use
from amp_fsm.model.seen import (
    Background,
    FileSeen,
    HttpSeen,
    Missing,
    PaneRef,
    PaneSeen,
    PathSeen,
    RunSeen,
    Seen,
    Survey,
    Tail,
)
from amp_fsm.model.standard import STANDARD_FACTS
from amp_fsm.model.time import Now
from amp_fsm.model.usage import Figures, Spent, Usage
from amp_fsm.observe.channels import hint_of, receipt_in, told_by
from amp_fsm.observe.declared import hook_facts
from amp_fsm.observe.document_state import document_states
from amp_fsm.observe.observed import observe
from amp_fsm.observe.screen import read_screen
from amp_fsm.observe.transcript_usage import heard_usage
from amp_fsm.plan.active_work import run_keys
from amp_fsm.plan.approvals import approvals
from amp_fsm.plan.documents import plan_documents
from amp_fsm.plan.golden_rules import golden_rules
from amp_fsm.plan.needs import needs, proposal_files
from amp_fsm.plan.planner import plan
from amp_fsm.plan.proposals import room
from amp_fsm.plan.situation import situate
from amp_fsm.world.config_files import schema_text
from amp_fsm.world.outbox import Outbox

NOW = Now(policy=10_000.0, wall=1_800_000_000.0)
SERVER = "7:7"
REST: Any = object()
"""In place of a value: the key is taken out."""

INCLUDED = """\
prompts: {included: 'From an included file.'}
machines:
  older:
    initial: FIRST
    states:
      FIRST:
        transitions: [{name: on, to: LAST, when: gone}, {name: late, to: LAST, when: busy}]
        timers: [{name: tick, after: 2m, to: LAST}]
      LAST: {final: true}
tasks:
  - {id: I-1, kind: code, title: Included, machine: task, brief: {objective: Included.}}
profiles:
  parent:
    command: [parent]
    regions: [{name: tail, lines: 2}]
    rules:
      - {id: low, state: working, region: screen, matches: [alpha]}
      - {id: tailed, state: blocked, region: tail, matches: [Really]}
    usage: [{id: low, pattern: '(?P<tokens>7) tok'}]
"""

OTHER = "prompts: {included: 'From another file.'}\n"

BASE = Path(__file__).with_name("every_key.yaml")

_SCREEN = "old line alpha\nhead one\nhead two\n=== top\n{box}\n=== end\nfooter words\n"
SCREENS = {
    "empty": _SCREEN.format(box="> "),
    "draft": _SCREEN.format(box="> typed by somebody"),
    "placeholder": _SCREEN.format(box="> Try this"),
    "collapsed": _SCREEN.format(box="> [Pasted]"),
    "beside": _SCREEN.format(box=">  | side"),
    "continued": _SCREEN.format(box="> typed\n> on"),
    "dialog": _SCREEN.format(box="> ") + "Really\n",
    "limit": _SCREEN.format(box="> ") + "Limit resets at 11:45\n",
    "limit without a time": _SCREEN.format(box="> ") + "Limit\n",
    "usage": _SCREEN.format(box="> 40% full") + "7 tokens\n",
    "clock": _SCREEN.format(box="> ") + "took 17\n",
    "waiting": _SCREEN.format(box="> ") + "waiting\n",
    "second of a list": "old\n   1. Yes\n » 2. No\n",
    "nothing known": "something else\n",
}
DIALOGS = (
    "old\n Will I?\n Shall I?\n make all\n Now?\n » 1. Yes\n   2. No\n\nReally\n",
    "old\n Shall I?\n make all\n Now?\n > 1. Yes\n   2. No\n\nReally\n",
    "old\n Will I?\n Shall I?\n make all\n Now?\n   [y]Yes [n]No\n\nReally\n",
)
VARIABLES = {"pane_current_command": "p-program", "pane_title": "busy", "cursor_flag": "1"}


@cache
def _base() -> Mapping[str, Any]:
    return _parsed(BASE.read_bytes(), BASE.name)


@cache
def _included(name: str) -> Mapping[str, Any]:
    return _parsed({"included.yaml": INCLUDED, "other.yaml": OTHER}[name].encode(), name)


def _parsed(data: bytes, name: str) -> Mapping[str, Any]:
    parsed = parse(data, name)
    assert parsed.value is not None, parsed.problems
    return parsed.value


def changed(changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the base with values put at dotted paths; a number steps into a list; `REST` takes a key out."""
    tree: dict[str, Any] = copy.deepcopy(dict(_base()))
    for path, value in changes.items():
        *above, last = path.split(".")
        node: Any = tree
        for step in above:
            node = node[int(step)] if isinstance(node, list) else node[step]
        if value is REST:
            del node[last]
        elif isinstance(node, list):
            node[int(last) :] = [value, *node[int(last) + 1 :]]
        else:
            node[last] = value
    return tree


class _Reader:
    """The configuration's files, in memory."""

    def __init__(self, tree: Mapping[str, Any]) -> None:
        self.files = {
            "team.yaml": dump(dict(tree)).encode(),
            "included.yaml": INCLUDED.encode(),
            "other.yaml": OTHER.encode(),
        }

    def read(self, path: str) -> bytes:
        return self.files[path]

    def glob(self, pattern: str) -> tuple[str, ...]:
        return ()

    def builtin(self, folder: str) -> tuple[tuple[str, bytes], ...]:
        greetings = {"en": "Hello.", "fr": "Bonjour."} if folder == "prompts" else {}
        return tuple(
            (f"builtin:{folder}/{name}.yaml", f"prompts: {{greet: '{text}'}}".encode())
            for name, text in greetings.items()
        )

    def builtins(self) -> tuple[str, ...]:
        return ()


def loaded(changes: Mapping[str, Any]) -> Loaded:
    return load("team.yaml", _Reader(changed(changes)), {}, schema_text(), home="/h", cwd="/w")


def prompts(changes: Mapping[str, Any]) -> object:
    """Return the prompts of a configuration that includes the built-in ones."""
    tree = changed(changes)
    tree["include"] = ["builtin:prompts", *tree["include"]]
    made = load("team.yaml", _Reader(tree), {}, schema_text(), home="/h", cwd="/w")
    assert made.project is not None, made.problems
    return made.project.prompts


def project(changes: Mapping[str, Any]) -> Project:
    """Return the project, with or without lint's approval, and without its digest, which changes with every byte."""
    tree = changed(changes)
    whole = merge_trees([*(_included(name) for name in tree["include"]), tree])
    assert not check_shape(whole, schema_text()), check_shape(whole, schema_text())
    normal = normalise(whole, schema_text(), {})
    origin = Origin(source="team.yaml", folder="/w", home="/h", digest="")
    made, findings = build_project(normal.tree, origin)
    assert not findings, findings
    return made


def shape(changes: Mapping[str, Any]) -> object:
    """Return whether a configuration can be used at all."""
    return loaded(changes).project is not None


def lint(changes: Mapping[str, Any]) -> object:
    return {(problem.code, problem.message) for problem in loaded(changes).problems}


def screens(changes: Mapping[str, Any]) -> object:
    team = project(changes)
    return {
        (name, title): read_screen(profile, capture, VARIABLES, NOW.wall, 100)
        for name, profile in team.profiles.items()
        for title, capture in SCREENS.items()
    }


def _pane(window: str, *, person: float | None = None, owner: str = "") -> PaneSeen:
    ref = PaneRef(server=SERVER, pane=f"%{window}", pid=100 + int(window))
    return PaneSeen(
        ref=ref,
        session="s",
        window=window,
        name="",
        owner=owner,
        command="p-program",
        variables=VARIABLES,
        person=person,
    )


SURVEY = Survey(
    server=SERVER,
    panes=(_pane("0", owner="team/agent/ada", person=15.0), _pane("1")),
    servers={"sock": SERVER, "other": SERVER},
    unreachable={"silent": "no answer"},
)


def _table(heading: str, header: str, row: str) -> str:
    return f"## {heading}\n\n| {header} |\n|---|---|---|\n| {row} |\n"


STATUS = _table("Status of agents", "Agent | Status | Task", "Ada | DONE | T-1") + "| ben | IDLE | - |\n"
STATUSES = [STATUS.replace("DONE", word) for word in ("DONE", "IDLE", "WORKING", "BLOCKED")]
LOG = _table("Log", "Who | Status | What", "Ada | FINISHED | all of it")
CHAT = "HELP\n" + "nothing\n" * 6


def _assignment(agent: str, task: str) -> Assignment:
    return Assignment(
        id=f"{task}#1", agent=agent, task=task, since=100.0, since_wall=100.0, prompt="p", delivered=200.0
    )


def _record(states: Mapping[str, str], *held: Assignment, since: float = 9_000.0, uses: tuple[Use, ...] = ()) -> Record:
    return Record(
        lineage="L",
        subjects={
            address: SubjectRecord(address=address, state=state, entry=3, since=since, uses=uses)
            for address, state in states.items()
        },
        assignments={item.id: item for item in held},
        attempts={"T-3": 3},
        refusals={"T-1|ada": 1},
    )


JUDGED = _record({"agent/ada": "WORK", "task/T-1": "JUDGED"}, _assignment("ada", "T-1"))


def looks(changes: Mapping[str, Any]) -> object:
    team = project(changes)
    empty = Survey(server="")
    return [needs(team, JUDGED, survey) for survey in (SURVEY, empty)], _keys(team)


def _keys(team: Project) -> Mapping[str, str]:
    return run_keys(team, JUDGED, dict.fromkeys(team.checks, "digest"))


def _seen(team: Project, capture: str, status: str) -> Seen:
    """Return a world that answers whatever is asked, from what there is."""
    wanted = needs(team, JUDGED, SURVEY)
    texts = {"STATUS.md": status, "LOG.md": LOG, "chat/ada.log": CHAT}
    sizes = {"out/*.txt": 3, "out/ready.txt": 4}
    return Seen(
        terminal=SURVEY,
        captures={pane.ref: capture for pane in SURVEY.panes},
        files={
            path: FileSeen(path=path, text=texts[path], digest=path, mtime=50.0)
            for path in wanted.files
            if path in texts
        },
        globs={
            pattern: (PathSeen(path=pattern, size=sizes[pattern], mtime=50.0, contains=contains in ("", "good")),)
            for pattern, contains in wanted.globs.items()
            if pattern in sizes
        },
        http={key: HttpSeen(healthy=True, said="ok") for key in wanted.http},
        runs={key: RunSeen(key=key, status="ended", exit_code=0) for key in _keys(team).values()},
    )


def facts(changes: Mapping[str, Any]) -> object:
    """Return what is observed in a second look that shows what the first one, some minutes ago, showed."""
    team = project(changes)
    worlds = [(capture, STATUS) for capture in SCREENS.values()] + [(SCREENS["empty"], status) for status in STATUSES]
    return [_second_look(team, _seen(team, capture, status)) for capture, status in worlds]


def _second_look(team: Project, seen: Seen) -> Observed:
    first = observe(team, JUDGED, seen, Now(policy=NOW.policy - 200, wall=NOW.wall - 200), _keys(team))
    remembered = replace(JUDGED, samples=first.memory.samples)
    return replace(observe(team, remembered, seen, NOW, _keys(team)), run_keys={}, run_status={})


def _observed(team: Project, true: Mapping[str, tuple[str, ...]]) -> Observed:
    made = {
        spec.address: {
            name: Fact(name=name, truth=Truth.of(name in true.get(kind, ()) or name == "recognised"))
            for name in STANDARD_FACTS[kind] - _DERIVED
        }
        for kind, specs in (("agent", team.agents), ("task", team.tasks), ("service", team.services))
        for spec in specs.values()
    }
    return Observed(
        at=NOW.wall, facts=made, server=SERVER, run_keys=_keys(team), run_status=dict.fromkeys(_keys(team), "never")
    )


_DERIVED = frozenset({"has_task", "offered", "prompt_delivered", "task_returned", "services_up", "has_holder"})
_DERIVED |= {"holder_busy", "needs_met", "needs_lost", "reassign_due", "over_budget", "leads"}
PROMPT = ("turn_over", "at_prompt")
_STARTED = Use(name="start", at=9_995.0, entry=3, assignment="T-1#1", tick=1)
_NUDGED = Use(name="nudge", at=9_600.0, entry=3, assignment="T-1#1", tick=1)


def _situations() -> Iterator[tuple[Record, Mapping[str, tuple[str, ...]]]]:
    held = _assignment("ada", "T-1")
    for uses in ((), (_STARTED,), (_STARTED, _NUDGED, _STARTED, _NUDGED)):
        yield _record({}, uses=uses), {"agent": ("gone",), "service": ("gone",)}
        yield _record({"agent/ada": "OFF", "agent/ben": "LOST"}, uses=uses), {"agent": ("gone",), "service": ("gone",)}
        yield (
            _record({"agent/ada": "WORK", "task/T-1": "HELD"}, held, uses=uses),
            {"agent": PROMPT, "task": ("claims_done",)},
        )
    for state in ("UP", "IDLE", "WAS", "LOST"):
        yield _record({"agent/ada": state, "agent/ben": "LOST", "service/proxy": "UP"}), {"agent": PROMPT}
        yield _record({"agent/ada": state, "agent/ben": "IDLE", "service/proxy": "UP"}), {"agent": ("errored", *PROMPT)}
        yield _record({"agent/ada": state, "agent/ben": "IDLE"}), {"agent": PROMPT, "service": ("ready",)}
    for verdict in ("checks_passed", "checks_failed"):
        yield _record({"agent/ada": "WORK", "task/T-1": "JUDGED"}, held), {"task": (verdict,)}
    yield _record({"agent/ada": "WORK", "task/T-1": "JUDGED"}, held), {}
    yield _record({"agent/ben": "FIRST"}), {"agent": PROMPT}
    yield _record({"agent/ada": "WORK"}, held, since=NOW.policy - 400), {"agent": (*PROMPT, "context_full")}
    yield _record({"agent/ada": "OFF"}, held), {"agent": ("gone",)}
    for tokens, cost in ((100.0, 0.0), (0.0, 2.0)):
        spent = {"agent/ada": Spent(tokens=tokens, cost=cost)}
        yield replace(_record({"agent/ada": "IDLE"}), spent=spent), {"agent": PROMPT}
    yield _record({"agent/ada": "WORK"}, held, since=NOW.policy - 400), {"agent": PROMPT}


def plans(changes: Mapping[str, Any]) -> object:
    team = project(changes)
    tried = dict.fromkeys(_keys(team).values(), 1)
    made = [plan(team, _observed(team, true), replace(r, run_attempts=tried), NOW) for r, true in _situations()]
    strangers = replace(_observed(team, {}), panes=resolve_panes(team, SURVEY))
    made.append(plan(team, strangers, _record({}), NOW))
    return [(one.subjects, one.changes, one.held, one.drift, one.due_in) for one in made]


PAPERS = {
    "QUEUE.md": "# Queue\n\n| ID | Status | Note |\n|---|---|---|\n| T-2 | - |  |\n",
    "DONE.md": "# Done\n\n- one\n- two\n- three\n- four\n",
}


def papers(changes: Mapping[str, Any]) -> object:
    """Return what is done to documents, and what is added to a log, when a task's work was verified."""
    team = project(changes)
    record = _record({"task/T-1": "HELD", "task/T-2": "WAITING", "task/T-3": "COMPLETED"}, _assignment("ada", "T-1"))
    files = {name: FileSeen(path=name, text=text, digest=name) for name, text in PAPERS.items()}
    observed = replace(_observed(team, {}), documents=document_states(team, files))
    judged = plan(team, _observed(team, {"task": ("checks_passed",)}), JUDGED, NOW)
    return plan_documents(situate(team, observed, record, NOW)), judged.changes


def leads(changes: Mapping[str, Any]) -> object:
    """Return what is done about a lead that nears its limit, is limited, or is handed over."""
    team = project(changes)
    limited = Sample(state="limited", since=NOW.policy - 400)
    task = TaskSpec(
        id="HAND-OVER-1",
        kind="hand_over",
        title="Take over",
        only="ada",
        errand=Errand.HAND_OVER,
        machine="task",
        brief={"from": "ben", "to": "ada", "reason": "ben is limited"},
    )
    before = _record({"agent/ada": "IDLE", "agent/ben": "WORK"})
    added = replace(before, added={task.id: AddedTask(task=task)})
    cases: list[tuple[Record, Mapping[str, tuple[str, ...]]]] = [
        (replace(before, usage={"ben": Usage(last=Figures(usage_percent=85.0))}), {}),
        (replace(before, samples={"ben": limited}), {"agent": ("limited",)}),
        (added, {"agent": PROMPT, "service": ("ready",)}),
    ]
    free = {path: Missing(path=path) for path in ("to/ben_ada.md", "to/ben_nobody.md", "other/ben_ada.md")}
    made = [
        plan(desired(team, record), replace(_observed(team, true), papers=free, background=Background()), record, NOW)
        for record, true in cases
    ]
    return [(one.changes, one.drift) for one in made]


def answers(changes: Mapping[str, Any]) -> object:
    """Return what is answered to dialogs, by agents who were answered never, or several times."""
    team = project(changes)
    panes = {"agent/ada": _pane("0", owner="team/agent/ada"), "agent/ben": _pane("1", owner="team/agent/ben")}
    found: list[object] = []
    for screen in DIALOGS:
        shown = {name: read_screen(team.profiles["p"], screen, VARIABLES, NOW.wall, 100) for name in ("ada", "ben")}
        observed = replace(_observed(team, {}), readings=shown, panes=panes)
        for ago in ((), (1.0, 2.0), (1.0, 2000.0)):
            uses = tuple(Use(name="approval:all", at=NOW.policy - seconds, entry=3) for seconds in ago)
            record = _record({"agent/ada": "WORK", "agent/ben": "WORK"}, uses=uses)
            found.append((shown, approvals(situate(team, observed, record, NOW))))
    return found


_TAILS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "hook": (
        (f"{NOW.wall - 40:.0f}000000000-1.hook.json", '{"event": "Asked", "prompt": "Do it. [amp:p]", "other": "x"}'),
        (f"{NOW.wall - 20:.0f}000000000-1.hook.json", '{"event": "Stop", "why": "all done"}'),
    ),
    "transcript": (
        (
            "one.jsonl",
            f'{{"kind": "user", "said": "Do it. [amp:p]", "at": {NOW.wall - 39}, "other": {NOW.wall - 38}}}\n'
            f'{{"kind": "note", "at": {NOW.wall - 15}}}\n'
            f'{{"kind": "spent", "at": {NOW.wall - 14}, "id": "1", "a": 5, "b": 6, "c": 2, "w": 50, "p": 8, "r": 9}}\n'
            f'{{"kind": "spent", "at": {NOW.wall - 13}, "id": "1", "a": 5, "b": 6, "c": 2, "w": 50, "p": 8, "r": 9}}\n',
        ),
    ),
    "osc": ((f"{NOW.wall - 10:.0f}000000000-1.osc.json", '{"state": "blocked"}'),),
}
"""What an agent's channels hold, by channel."""


def channels(changes: Mapping[str, Any]) -> object:
    """Return what is listened to, where, what comes of it at several moments, and the settings that make it tell."""
    team = project(changes)
    tails = {
        key: tuple(Tail(path=f"/{name}", text=text, mtime=NOW.wall) for name, text in _TAILS[key.partition("|")[2]])
        for key in needs(team, JUDGED, SURVEY, "/h").tails
    }
    found: list[object] = [needs(team, JUDGED, SURVEY, "/h").tails]
    for agent in team.agents.values():
        told = told_by(team, agent, JUDGED, Seen(terminal=SURVEY, tails=tails))
        parts = {channel: [e for e in told.events if e.channel == channel] for channel in _TAILS}
        hints = [hint_of(told, NOW.wall + later, team.policies.hint) for later in (0.0, 15.0, 25.0)]
        spec, before = team.profiles[agent.profile].channels.transcript, Usage(heard=1.0)
        found += [heard_usage(spec, told.transcripts, before, NOW.wall) if spec is not None else None]
        found += [parts, hints, receipt_in(told.events, "p"), hook_facts(team, told, NOW.wall)]
    hooks = [profile.channels.hook for profile in team.profiles.values()]
    return found, [(hook.file, hook.notes, _settings(hook)) for hook in hooks if hook is not None]


def _settings(hook: HookSpec) -> str:
    try:
        return with_hooks(hook, "a-hook", "")
    except SettingsUnfitError as error:
        return str(error)


def notices(changes: Mapping[str, Any]) -> object:
    """Return what is sent of some notices, where and when."""
    team = project(changes)
    sent: list[object] = []
    with tempfile.TemporaryDirectory() as folder:
        for number in range(12):
            at = NOW.wall + 100.0 * number

            def send(url: str, title: str, body: str, at: float = at) -> str:
                sent.append((at, url, title, body))
                return ""

            box = Outbox(folder, team.name, team.notifications, send)
            kind = ("on", "off")[number % 2]
            severity = {0: Severity.INFO, 1: Severity.INFO, 10: Severity.CRITICAL}.get(number, Severity.WARNING)
            box.put(Notice(address="agent/ada", text=f"{number}", kind=kind, severity=severity, at=at))
            box.send_due(at)
        return sent, sorted(path.name for path in Path(folder).glob("notices/*"))


def rules(changes: Mapping[str, Any]) -> object:
    """Return how the golden rules stand while one agent has a task and another has been idle for half an hour."""
    idle = Sample(state="idle", since=NOW.policy - 1800)
    record = replace(JUDGED, policy=NOW.policy, samples={"ada": idle, "ben": idle})
    return golden_rules(project(changes), record, NOW.wall, {"status": NOW.wall - 60})


def proposals(changes: Mapping[str, Any]) -> object:
    """Return what becomes of a good and a bad proposal, and of the wish for more, when there were some before."""
    team, stamp = project(changes), Stamp(size=1, mtime=1.0)
    task = TaskSpec(id="N-1", kind="code", title="New")
    read = (
        Proposal(file="good.yaml", stamp=stamp, digest="1", tasks=(task,)),
        Proposal(file="bad.yaml", stamp=stamp, digest="2", problems=("bad.yaml:1:1: no",)),
    )
    uses = (Use(name="propose", at=NOW.policy - 1000, entry=3), Use(name="proposal_returned", at=9_500.0, entry=3))
    record = _record({"agent/ada": "IDLE", "agent/ben": "IDLE", "service/proxy": "UP"}, uses=uses)
    seen = _observed(team, {"agent": PROMPT, "service": ("ready",)})
    made = [plan(team, replace(seen, proposals=one), record, NOW).changes for one in ((), read)]
    return made, room(team, record, NOW), proposal_files(team)


_OBSERVERS: Mapping[str, Callable[[Mapping[str, Any]], object]] = {
    "shape": shape,
    "lint": lint,
    "looks": looks,
    "facts": facts,
    "screens": screens,
    "plans": plans,
    "leads": leads,
    "answers": answers,
    "notices": notices,
    "prompts": prompts,
    "channels": channels,
    "rules": rules,
    "papers": papers,
    "proposals": proposals,
}


def observed_by(name: str, changes: Mapping[str, Any]) -> object:
    """Return what one of the observers sees of the base with changes."""
    return _OBSERVERS[name](changes) if changes else _seen_of_the_base(name)


@cache
def _seen_of_the_base(name: str) -> object:
    return _OBSERVERS[name]({})
