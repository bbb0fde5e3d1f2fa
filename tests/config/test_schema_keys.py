"""Every key of the schema does something: for each one a change of it that shows in what amp-fsm does."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import amp_fsm
from amp_fsm.world.config_files import schema_text
from tests.config.behaviour import REST, changed, observed_by, project

PACKAGE = Path(amp_fsm.__file__).parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """One key's change.

    Attributes:
        seen: the observer (of `tests.config.behaviour`) to which the change shows; `read: NAME` for keys that only the
            outer world would show: the attribute NAME differs and is read by the running program.
        change: dotted paths of the base configuration to their new values.
        given: what both sides have besides the base.
    """

    seen: str
    change: Mapping[str, Any]
    given: Mapping[str, Any] = field(default_factory=dict)


def key(seen: str, path: str, value: object, **given: object) -> Key:
    """Return the change of one path; `given` has two underscores where its paths have dots."""
    return Key(seen=seen, change={path: value}, given={name.replace("__", "."): item for name, item in given.items()})


def asked(fact: str, name: str, value: object) -> Key:
    """Return a change of a declared fact that a guard asks for."""
    return Key(seen="plans", change={f"facts.{fact}.{name}": value}, given={f"{FIRST}.when": fact})


def older(before: Mapping[str, object], after: Mapping[str, object]) -> Key:
    """Return a change of what a machine that extends `older` says of its first state."""
    path = "machines.older"
    given = {"agents.ben.machine": "older", path: {"extends": "older", "states": {"FIRST": before}}}
    return Key(seen="plans", given=given, change={path: {"extends": "older", "states": {"FIRST": after}}})


def child(part: str, item: Mapping[str, object], more: Mapping[str, object]) -> Key:
    """Return a change of one item in what a profile that extends `parent` says."""
    path = "profiles.child"
    given = {path: {"extends": "parent", part: [item]}}
    return Key(seen="screens", given=given, change={path: {"extends": "parent", part: [{**item, **more}]}})


def handed(more: Mapping[str, object], seen: str = "leads") -> Key:
    """Return a change of how the lead is handed over."""
    return Key(seen=seen, given={"succession": HANDED}, change={"succession": {**HANDED, **more}})


def region(pattern: str, declared: Mapping[str, object], more: Mapping[str, object]) -> Key:
    """Return a change of region `r`, in which rule `here` looks for `pattern`."""
    whole = {"name": "r", **declared}
    given = {"profiles.p.regions.1": whole, "profiles.p.rules.2.matches": [pattern]}
    return Key(seen="screens", given=given, change={"profiles.p.regions.1": {**whole, **more}})


def rule(more: Mapping[str, object]) -> Key:
    """Return a change of the rule that says idle."""
    whole = {"id": "prompt", "state": "idle", "region": "screen", "matches": ["^footer"]}
    given = {"profiles.p.rules.3": {**whole, "composer": ["empty", "draft"]}}
    return Key(seen="screens", given=given, change={"profiles.p.rules.3": {**given["profiles.p.rules.3"], **more}})


AGENT = "machines.agent.states"
APART = {"tasks__0__workspace": "worktree"}
JUDGED = "machines.task.states.JUDGED.transitions"
START, FIRST, ASSIGN = (f"{AGENT}.{state}.transitions.0" for state in ("OFF", "UP", "IDLE"))
NUDGE, SLOW = f"{AGENT}.WORK.timers.1", f"{AGENT}.WORK.timers.2"
ANYWHERE = {"machines__agent__transitions__0__from": "any"}
SOON = {f"{SLOW}.after".replace(".", "__"): "1m", f"{NUDGE}.every".replace(".", "__"): "9h"}
ONCE = {f"{NUDGE}.max".replace(".", "__"): 1}
TELL = [{"notify": "operator", "text": "Something else."}]
FOURTH = {"id": "T-4", "kind": "code", "title": "Fourth", "brief": {"objective": "A fourth."}}
WHOLE: dict[str, object] = {"initial": "FIRST", "states": {"FIRST": {}}}
PART = {"extends": "older", **WHOLE}
BOARD = {"file": "B.md", "table": {"heading": "B"}, "columns": {"status": "S"}}
DIARY = {"file": "D.md", "table": {"heading": "D"}, "row": {"What": "{{ because }}"}}
NEW_WAY = {"name": "new", "to": "LAST", "when": "gone"}
NEW_TIMER = {"name": "new", "after": "1m", "to": "LAST"}
CHANNELS = "profiles.p.channels"
USED = f"{CHANNELS}.transcript.usage"
BETA = {"id": "beta", "state": "working", "region": "screen", "matches": ["alpha"]}

HANDED: dict[str, object] = {
    "order": ["ben", "ada"],
    "file": "to/{from}_{to}.md",
    "template": "The text.",
    "hand_over_at": {"usage": "90%"},
}

LED = {"succession": {"order": ["ben"]}}
ERRANDS = {"prompts__propose": "Propose.", "machines__errand": {"initial": "WAITS", "states": {"WAITS": {}}}}
DRY = {"tasks": [], "policies__never_idle": True, **ERRANDS, **LED}
ASKED_ONCE = {**DRY, "policies__proposals_max": 1}
ASKING = {f"{NUDGE}.do".replace(".", "__"): [{"errand": "help"}]}

KEYS: Mapping[str, Key] = {
    "version": key("shape", "version", 2),
    "project": key("looks", "project", {"name": "team", "root": "/other"}),
    "project.name": key("facts", "project.name", "crew"),
    "project.root": key("looks", "project.root", "/other"),
    "project.store": key("read: store", "project.store", "/elsewhere"),
    "project.task_ids": key("read: task_ids", "project.task_ids", "T-{n}"),
    "project.worktrees": key("looks", "project.worktrees", {"folder": "/trees"}, **APART),
    "project.worktrees.folder": key("looks", "project.worktrees", {"folder": "/trees"}, **APART),
    "project.worktrees.branch": key("looks", "project.worktrees", {"branch": "mine/{task}"}, **APART),
    "project.worktrees.message": key("read: message", "project.worktrees", {"message": "Mine."}),
    "project.worktrees.merge": key("read: merge", "project.worktrees", {"merge": "ask"}),
    "project.language": key("prompts", "project.language", "fr"),
    "include": key("plans", "include", ["included.yaml", "other.yaml"], kinds__code__prompt="included"),
    "tmux": key("facts", "tmux", {"session": "other"}),
    "tmux.session": key("facts", "tmux.session", "other"),
    "tmux.socket": key("facts", "tmux.socket", "silent"),
    "tmux.size": key("read: columns", "tmux.size", "90x40"),
    "tmux.adopt": key("plans", "tmux.adopt", False),
    "agents": key("plans", "agents.eve", {"profile": "p"}),
    "agents.*.profile": key("plans", "agents.ben.profile", "parent"),
    "agents.*.socket": key("facts", "agents.ben.socket", "silent"),
    "agents.*.window": key("facts", "agents.ben.window", 4),
    "agents.*.command": key("plans", "agents.ada.command", ["ada-program", "--fast"]),
    "agents.*.env": key("plans", "agents.ada.env", {"A": "2"}),
    "agents.*.cwd": key("plans", "agents.ada.cwd", "/d"),
    "agents.*.requires": Key(seen="plans", change={"agents.ada.requires": []}, given={f"{START}.when": "services_up"}),
    "agents.*.skills": key("plans", "agents.ada.skills", []),
    "agents.*.row": key("plans", "agents.ada.row", "Lovelace"),
    "agents.*.queue": key("plans", "agents.ada.queue", True),
    "agents.*.channels": key("channels", "agents.ada.channels", ["hook"]),
    "agents.*.machine": key("plans", "agents.ben.machine", "flat"),
    "services": key("plans", "services.other", {"command": ["other"]}),
    "services.*.command": key("plans", "services.proxy.command", ["proxy", "--fast"]),
    "services.*.socket": key("facts", "services.proxy.socket", "silent"),
    "services.*.window": key("plans", "services.proxy.window", 6),
    "services.*.env": key("plans", "services.proxy.env", {"B": "2"}),
    "services.*.cwd": key("plans", "services.proxy.cwd", "/q"),
    "services.*.ready": key("looks", "services.proxy.ready", REST),
    "services.*.ready.http": key("looks", "services.proxy.ready.http", "http://localhost:9/health"),
    "services.*.ready.expect": key("looks", "services.proxy.ready.expect", REST),
    "services.*.ready.expect.json": key("looks", "services.proxy.ready.expect.json", "state"),
    "services.*.ready.expect.equals": key("looks", "services.proxy.ready.expect.equals", "up"),
    "services.*.ready.timeout": key("looks", "services.proxy.ready.timeout", "9s"),
    "services.*.machine": key("plans", "services.proxy.machine", "flat"),
    "documents": key("looks", "documents.more", {"file": "MORE.md", "table": {"heading": "H"}}),
    "documents.*.file": key("looks", "documents.status.file", "OTHER.md"),
    "documents.*.table": key("facts", "documents.status.table", {"heading": "Elsewhere"}),
    "documents.*.table.heading": key("facts", "documents.status.table.heading", "Elsewhere"),
    "documents.*.table.key": key("facts", "documents.status.table.key", "Task"),
    "documents.*.columns": key("facts", "documents.status.columns", {"status": "Task", "task": "Status"}),
    "documents.*.words": key("facts", "documents.status.words", {"idle": ["DONE"]}),
    "documents.*.words.idle": key("facts", "documents.status.words.idle", []),
    "documents.*.words.working": key("facts", "documents.status.words.working", []),
    "documents.*.words.blocked": key("facts", "documents.status.words.blocked", []),
    "documents.*.words.help": key("facts", "documents.status.words.help", ["DONE"], documents__status__words__done=[]),
    "documents.*.words.done": key("facts", "documents.status.words.done", []),
    "documents.*.row": key("plans", "documents.log.row", {"Who": "{{ agent.name }}!"}),
    "documents.*.rows": key("papers", "documents.done.rows", "actions"),
    "documents.*.only": key("papers", "documents.queue.only", ["WAITING"]),
    "documents.*.states": key("papers", "documents.queue.states", {"HELD": "taken"}),
    "documents.*.cells": key("papers", "documents.queue.cells", {"note": "{{ task.kind }}"}),
    "documents.*.line": key("papers", "documents.done.line", "* {{ task.id }}"),
    "documents.*.rotate": key("papers", "documents.done.rotate", {"rows": 9, "to": "old.md"}),
    "documents.*.rotate.rows": key("papers", "documents.done.rotate.rows", 4),
    "documents.*.rotate.keep": key("papers", "documents.done.rotate.keep", 2),
    "documents.*.rotate.to": key("papers", "documents.done.rotate.to", "{month}.md"),
    "documents.*.claims": key("facts", "documents.log.claims", False),
    "facts": key("facts", "facts.more", {"source": "pane", "variable": "pane_title", "pattern": "x"}),
    "facts.*.source": key("facts", "facts.title.source", "screen"),
    "facts.*.region": key("facts", "facts.drawn.region", "box"),
    "facts.*.pattern": key("facts", "facts.title.pattern", "calm"),
    "facts.*.variable": key("facts", "facts.title.variable", "cursor_flag"),
    "facts.*.document": key("facts", "facts.written.document", "log"),
    "facts.*.column": key("facts", "facts.written.column", "task"),
    "facts.*.file": key("looks", "facts.said.file", "talk/{name}.log"),
    "facts.*.last": key("facts", "facts.said.last", 50),
    "facts.*.min_bytes": key("facts", "facts.ready_file.min_bytes", 5, facts__ready_file__contains="good"),
    "facts.*.contains": key("looks", "facts.ready_file.contains", "good"),
    "facts.*.check": key("looks", "facts.green.check", "lint", checks__lint={"run": ["lint"]}),
    "facts.*.http": key("looks", "facts.up.http", "http://localhost:9/up"),
    "facts.*.expect": key("looks", "facts.up.expect", REST),
    "facts.*.expect.json": key("looks", "facts.up.expect.json", "status"),
    "facts.*.expect.equals": key("looks", "facts.up.expect.equals", "ok"),
    "facts.*.timeout": key("looks", "facts.up.timeout", "9s"),
    "facts.*.skills": asked("crowded", "skills", ["art"]),
    "facts.*.over": asked("crowded", "over", 50),
    "facts.*.within": key("channels", "facts.hooked.within", "1s"),
    "facts.*.field": key("facts", "facts.costly.field", "tokens"),
    "facts.*.subject": asked("leader_lost", "subject", "agent/ada"),
    "facts.*.states": asked("leader_lost", "states", ["OFF"]),
    "checks": key(
        "looks", "checks.lint", {"run": ["lint"]}, tasks__0__checks=["suite", "lint"], checks__lint={"run": ["x"]}
    ),
    "checks.*.run": key("looks", "checks.suite.run", ["pytest", "-x"]),
    "checks.*.timeout": key("plans", "checks.suite.timeout", "2m"),
    "checks.*.inputs": key("looks", "checks.suite.inputs", ["tests/*.py"]),
    "checks.*.exclusive": key("plans", "checks.suite.exclusive", "light"),
    "checks.*.attempts": key("plans", "checks.suite.attempts", 1),
    "kinds": key("plans", "kinds", {"code": {"prompt": "again"}}),
    "kinds.*.prompt": key("plans", "kinds.code.prompt", "again"),
    "kinds.*.skills": key("plans", "kinds.code.skills", ["code", "art"], agents__ada__skills=["code", "art"]),
    "kinds.*.review": key("plans", "kinds.code.review", {"skills": ["none"]}),
    "kinds.*.review.by": key("plans", "kinds.code.review.by", "ada", kinds__code__review={"by": "ben"}),
    "kinds.*.review.skills": key("plans", "kinds.code.review.skills", ["none"], kinds__code__review={"skills": []}),
    "kinds.*.workspace": key("looks", "kinds.code.workspace", "worktree"),
    "kinds.*.checks": key("looks", "kinds.code.checks", [], tasks__0__checks=[]),
    "prompts": key("plans", "prompts.work", "Just {{ task.id }}."),
    "tasks": key("plans", "tasks", []),
    "tasks[].id": key("plans", "tasks.0.id", "T-9"),
    "tasks[].kind": key("plans", "tasks.0.kind", "art", kinds__art={"prompt": "again"}),
    "tasks[].title": key("plans", "tasks.0.title", "Another"),
    "tasks[].priority": key("plans", "tasks.0.priority", "HIGH"),
    "tasks[].needs": key("plans", "tasks.0.needs", ["T-2"], tasks__0__priority="HIGH"),
    "tasks[].skills": key(
        "plans", "tasks.0.skills", ["art"], agents__ada__skills=["code", "art"], tasks__0__priority="HIGH"
    ),
    "tasks[].prefer": key("plans", "tasks.0.prefer", ["ben"], tasks__0__priority="HIGH"),
    "tasks[].avoid": key("plans", "tasks.0.avoid", ["ada"], tasks__0__priority="HIGH"),
    "tasks[].exclusive": key("plans", "tasks.0.exclusive", [], tasks__3={"id": "I-1", "exclusive": ["press"]}),
    "tasks[].deadline": key("plans", "tasks.2.deadline", "2027-01-10T18:00"),
    "tasks[].minutes": key("plans", "tasks.0.minutes", 20, prompts__work="{{ task.minutes }}"),
    "tasks[].deliverables": key("looks", "tasks.0.deliverables", ["other.txt"]),
    "tasks[].deliverables[].file": key("looks", "tasks.0.deliverables.0.file", "other.txt"),
    "tasks[].deliverables[].min_bytes": key("facts", "tasks.0.deliverables.0.min_bytes", 4),
    "tasks[].deliverables[].contains": key("looks", "tasks.0.deliverables.0.contains", "better"),
    "tasks[].deliverables[].newer": key("facts", "tasks.0.deliverables.0.newer", True),
    "tasks[].checks": key("looks", "tasks.0.checks", ["suite", "lint"], checks__lint={"run": ["lint"]}),
    "tasks[].review": key("plans", "tasks.0.review", {"skills": ["none"]}),
    "tasks[].review.by": key(
        "plans", "tasks.0.review.by", "nobody", tasks__0__review={"by": "ben", "skills": ["none"]}
    ),
    "tasks[].review.skills": key("plans", "tasks.0.review.skills", ["none"], tasks__0__review={"skills": []}),
    "tasks[].workspace": key("looks", "tasks.0.workspace", "worktree"),
    "tasks[].brief": key("plans", "tasks.0.brief", {"objective": "Another aim."}, tasks__0__priority="HIGH"),
    "tasks[].machine": key("plans", "tasks.0.machine", "flat"),
    "tasks[].before": key("plans", "tasks.3", {**FOURTH, "before": "I-1"}, tasks__3=FOURTH),
    "tasks[].remove": key("plans", "tasks.3", {"id": "I-1", "remove": True}),
    "machines": key("plans", "machines.service", {"initial": "UP", "states": {"UP": {"final": True}}}),
    "profiles": key("screens", "profiles.other", {}),
    "approvals": key("answers", "approvals", []),
    "approval.name": key("answers", "approvals.0.name", "other"),
    "approval.agents": key("answers", "approvals.0.agents", ["ben"]),
    "approval.dialog": key("answers", "approvals.0.dialog", "approval"),
    "approval.text": key("answers", "approvals.0.text", "Will"),
    "approval.command": key("answers", "approvals.0.command", "make"),
    "approval.answer": key("answers", "approvals.0.answer", "No"),
    "approval.max": key("answers", "approvals.0.max", 3),
    "approval.per": key("answers", "approvals.0.per", "1m"),
    "approval.remove": key("answers", "approvals.0", {"name": "all", "remove": True}),
    "notifications": key("notices", "notifications", []),
    "notification.name": key("notices", "notifications.0.name", "other"),
    "notification.url": key("notices", "notifications.0.url", "json://there"),
    "notification.kinds": key("notices", "notifications.0.kinds", ["off"]),
    "notification.severity": key("notices", "notifications.0.severity", "critical"),
    "notification.digest": key("notices", "notifications.0.digest", "1m"),
    "notification.max": key("notices", "notifications.0.max", 1),
    "notification.per": key("notices", "notifications.0.per", "1m"),
    "notification.remove": key("notices", "notifications.0", {"name": "phone", "remove": True}),
    "budgets": key("plans", "budgets", {}),
    "budgets.*.tokens": key("plans", "budgets.agent/ada.tokens", 900),
    "budgets.*.cost": key("plans", "budgets.agent/ada.cost", 1, **{"budgets__agent/ada__tokens": 0}),
    "policies": key("plans", "policies", {"prompt_min_lines": 1, "attempts": 9}),
    "policies.resync": key("read: resync", "policies.resync", "60s"),
    "policies.prompt_min_lines": key("lint", "policies.prompt_min_lines", 10),
    "policies.blind_for": key("facts", "policies.blind_for", "1m"),
    "policies.attempts": key("plans", "policies.attempts", 4),
    "policies.on_limit": key("read: on_limit", "policies.on_limit", "reassign"),
    "policies.reassign_after": key("plans", "policies.reassign_after", 1, tasks__0__priority="HIGH"),
    "policies.person": key("facts", "policies.person", "20s"),
    "policies.idle_for": key("rules", "policies.idle_for", "1h"),
    "policies.fresh_for": key("rules", "policies.fresh_for", "30s"),
    "policies.hint": key("channels", "policies.hint", "50s"),
    "tests": key("lint", "tests", [{"machine": "agent", "state": "IDLE", "facts": {}, "fires": "fell"}]),
    "tests[].machine": key("lint", "tests.0.machine", "older"),
    "tests[].state": key("lint", "tests.0.state", "UP"),
    "tests[].facts": key("lint", "tests.0.facts", {"busy": True}),
    "tests[].fires": key("lint", "tests.0.fires", None),
    "guard.all": key("plans", f"{FIRST}.when", {"all": ["at_prompt", "busy"]}),
    "guard.any": key("plans", f"{FIRST}.when", {"any": ["busy", "asks"]}),
    "guard.not": key("plans", f"{FIRST}.when", {"not": "at_prompt"}),
    "action.errand": key("plans", f"{NUDGE}.do", [{"errand": "help"}], **LED),
    "succession": key("plans", "succession", {"order": ["ben"]}, **ASKING),
    "succession.order": key("plans", "succession.order", ["ada"], **ASKING, succession={"order": ["ben"]}),
    "succession.hand_over_at": handed({"hand_over_at": {"usage": "80%"}}),
    "succession.hand_over_at.usage": handed({"hand_over_at": {"usage": "80%"}}),
    "succession.hand_over_at.away": handed({"hand_over_at": {"usage": "90%", "away": "10m"}}),
    "succession.file": handed({"file": "other/{from}_{to}.md"}),
    "succession.template": handed({"template": "Another text."}),
    "succession.incoming": handed({"incoming": "HANDED.md"}, "looks"),
    "documents.*.lead": key("leads", "documents.status.lead", "Lead: {{ lead }}", succession=HANDED),
    "project.proposals": key("proposals", "project.proposals", "ideas"),
    "policies.never_idle": key("proposals", "policies.never_idle", False, **DRY),
    "policies.proposals": key("proposals", "policies.proposals", "auto", **DRY),
    "policies.proposals_max": key("proposals", "policies.proposals_max", 1, **DRY),
    "policies.proposals_per": key("proposals", "policies.proposals_per", "10m", **ASKED_ONCE),
    "policies.proposals_returns": key("proposals", "policies.proposals_returns", 1, **DRY),
    "policies.proposals_tasks": key("proposals", "policies.proposals_tasks", 3),
    "project.errands": key("plans", "project.errands", "answers", **ASKING, **LED),
    "action.verdict": key("plans", f"{JUDGED}.0.do", [{"verdict": "verified"}]),
    "action.send": key("plans", f"{NUDGE}.do", [{"send": "work"}]),
    "action.git": key("plans", "machines.task.states.JUDGED.on_enter.0", {"git": "commit"}, **APART),
    "action.run": key("plans", "machines.task.states.JUDGED.on_enter", []),
    "action.set_row": key("plans", f"{ASSIGN}.do.1.set_row", {"status": "ASSIGNED"}),
    "action.document": key("plans", f"{ASSIGN}.do.1.document", "board", documents__board=BOARD),
    "action.append_row": key("plans", f"{JUDGED}.1.do.2.append_row", "diary", documents__diary=DIARY),
    "action.notify": key("plans", f"{FIRST}.do", []),
    "action.severity": key("plans", f"{FIRST}.do.0.severity", "critical"),
    "action.text": key("plans", f"{FIRST}.do.0.text", "Another."),
    "transition.name": key("plans", f"{FIRST}.name", "renamed"),
    "transition.from": key("plans", "machines.agent.transitions.0.from", ["UP"]),
    "transition.except": key("plans", "machines.agent.transitions.0.except", ["LOST", "IDLE"], **ANYWHERE),
    "transition.to": key("plans", f"{FIRST}.to", "LOST"),
    "transition.when": key("plans", f"{FIRST}.when", "busy"),
    "transition.do": key("plans", f"{FIRST}.do", TELL),
    "transition.manual": key("plans", f"{FIRST}.manual", True),
    "transition.max": key("plans", f"{START}.max", 1),
    "transition.per": key("plans", f"{START}.per", "1s"),
    "transition.backoff": key("plans", f"{START}.backoff", "1s"),
    "transition.then": key("plans", f"{START}.then", {"to": "IDLE"}),
    "transition.then.to": key("plans", f"{START}.then.to", "UP"),
    "transition.then.do": key("plans", f"{START}.then.do", TELL),
    "transition.before": older({"transitions": [NEW_WAY]}, {"transitions": [{**NEW_WAY, "before": "on"}]}),
    "transition.remove": older({"transitions": [{"name": "on"}]}, {"transitions": [{"name": "on", "remove": True}]}),
    "timer.name": key("plans", f"{NUDGE}.name", "poke"),
    "timer.after": key("plans", f"{SLOW}.after", "4h"),
    "timer.every": key("plans", f"{NUDGE}.every", "20m"),
    "timer.since": key("plans", f"{NUDGE}.since", "delivery"),
    "timer.when": key("plans", f"{NUDGE}.when", "busy"),
    "timer.to": key("plans", f"{SLOW}.to", "UP", **SOON),
    "timer.do": key("plans", f"{NUDGE}.do", TELL),
    "timer.max": key("plans", f"{NUDGE}.max", 1),
    "timer.per": key("plans", f"{NUDGE}.per", "1s"),
    "timer.then": key("plans", f"{NUDGE}.then", {"to": "UP"}, **ONCE),
    "timer.then.to": key("plans", f"{NUDGE}.then.to", "UP", **ONCE),
    "timer.then.do": key("plans", f"{NUDGE}.then.do", TELL, **ONCE),
    "timer.before": older({"timers": [NEW_TIMER]}, {"timers": [{**NEW_TIMER, "before": "tick"}]}),
    "timer.remove": older({"timers": [{"name": "tick"}]}, {"timers": [{"name": "tick", "remove": True}]}),
    "state.final": key("plans", f"{AGENT}.UP", {"final": True}),
    "state.on_enter": key("plans", f"{AGENT}.WORK.on_enter", TELL),
    "state.transitions": key("plans", f"{AGENT}.UP.transitions", REST),
    "state.timers": key("plans", f"{AGENT}.WORK.timers", REST),
    "machine.extends": key("plans", "machines.older", WHOLE, agents__ben__machine="older", machines__older=PART),
    "machine.initial": key("plans", "machines.agent.initial", "UP"),
    "machine.renamed": key("plans", "machines.agent.renamed", {}),
    "machine.transitions": key("plans", "machines.agent.transitions", []),
    "machine.states": key("plans", f"{AGENT}.NEW", {"final": True}, machines__agent__renamed={"WAS": "NEW"}),
    "profile.extends": key("screens", "profiles.child", {"extends": "parent"}, profiles__child={}),
    "profile.command": key("plans", "profiles.p.command", ["p-program", "--fast"]),
    "profile.env": key("plans", "profiles.p.env", {"P": "2"}),
    "profile.programs": key("facts", "profiles.p.programs", ["other-program"]),
    "profile.submit": key("plans", "profiles.p.submit", "C-m"),
    "profile.settle": key("plans", "profiles.p.settle", "1s"),
    "profile.stable_for": key("facts", "profiles.p.stable_for", "5m"),
    "profile.multiline": key("read: multiline", "profiles.p.multiline", False),
    "profile.submits": key("read: submits", "profiles.p.submits", 2),
    "profile.regions": key("screens", "profiles.p.regions", []),
    "profile.regions[].name": region("footer", {"start": "^head one"}, {"name": "other"}),
    "profile.regions[].start": region("footer", {"start": "^head one"}, {"start": "^nowhere"}),
    "profile.regions[].end": region("footer", {"start": "^head one"}, {"end": "^==="}),
    "profile.regions[].above": region("footer", {}, {"above": "box"}),
    "profile.regions[].below": region("head", {}, {"below": "box"}),
    "profile.regions[].lines": region("footer", {"start": "^head one"}, {"lines": 1}),
    "profile.regions[].inclusive": region("head one", {"start": "^head one"}, {"inclusive": True}),
    "profile.regions[].preceded": region("footer", {"start": "^head one"}, {"preceded": "^nothing like it"}),
    "profile.regions[].followed": region(
        "footer", {"start": "^head one", "end": "^==="}, {"followed": "^nothing like it"}
    ),
    "profile.regions[].closed": region("footer", {"start": "^head one", "end": "^nowhere"}, {"closed": True}),
    "profile.regions[].top": region("footer", {"start": "^nowhere"}, {"top": True}),
    "profile.regions[].cut": region("head", {"start": "^nowhere", "end": "^==="}, {"cut": "^(?!===)"}),
    "profile.regions[].joined": region("head.*footer", {"start": "^old"}, {"joined": True}),
    "profile.regions[].numbered": region("1\\. Yes", {"start": r"^ » \d", "inclusive": True}, {"numbered": True}),
    "profile.regions[].remove": child("regions", {"name": "tail"}, {"remove": True}),
    "profile.composer": key("screens", "profiles.p.composer", REST),
    "profile.composer.region": key("screens", "profiles.p.composer.region", "r"),
    "profile.composer.prompt": key("screens", "profiles.p.composer.prompt", "^> ?(?P<text>typed.*)$"),
    "profile.composer.placeholders": key("screens", "profiles.p.composer.placeholders", []),
    "profile.composer.collapsed": key("screens", "profiles.p.composer.collapsed", []),
    "profile.composer.continued": key("screens", "profiles.p.composer.continued", REST),
    "profile.composer.variables": key("screens", "profiles.p.composer.variables", {"cursor_flag": "0"}),
    "profile.composer.beside": key("screens", "profiles.p.composer.beside", REST),
    "profile.rules": key("screens", "profiles.p.rules", []),
    "profile.rules[].id": rule({"id": "other"}),
    "profile.rules[].state": rule({"state": "working"}),
    "profile.rules[].region": rule({"region": "r", "matches": ["^old"]}),
    "profile.rules[].matches": rule({"matches": ["^nothing like it"]}),
    "profile.rules[].all_of": rule({"all_of": ["^old", "typed"]}),
    "profile.rules[].unless": rule({"unless": ["typed"]}),
    "profile.rules[].variables": rule({"variables": {"pane_title": "calm"}}),
    "profile.rules[].where": rule({"where": {"box": "typed"}}),
    "profile.rules[].nowhere": rule({"nowhere": {"box": "typed"}}),
    "profile.rules[].composer": rule({"composer": ["draft"]}),
    "profile.rules[].dialog": rule({"dialog": "survey"}),
    "profile.rules[].before": child("rules", BETA, {"before": "low"}),
    "profile.rules[].remove": child("rules", {"id": "low"}, {"remove": True}),
    "profile.context_full": key("screens", "profiles.p.context_full", ["waiting"]),
    "profile.compact": key("plans", "profiles.p.compact", "/smaller"),
    "profile.resume": key("plans", "profiles.p.resume", ["--again"], agents__ada__command=["p-program"]),
    "profile.usage": key("screens", "profiles.p.usage", []),
    "profile.usage[].id": child("usage", {"id": "low", "pattern": "(?P<cost>7) tok"}, {"id": "other"}),
    "profile.usage[].pattern": key("screens", "profiles.p.usage.0.pattern", "(?P<context_left>\\d+)% full"),
    "profile.usage[].region": key("screens", "profiles.p.usage.0.region", "title"),
    "profile.usage[].remove": child("usage", {"id": "low"}, {"remove": True}),
    "profile.limit": key("screens", "profiles.p.limit", REST),
    "profile.limit.resets": key("screens", "profiles.p.limit.resets", []),
    "profile.limit.default": key("facts", "profiles.p.limit.default", "1m"),
    "profile.noise": key("screens", "profiles.p.noise", ["old", "head"]),
    "profile.queues": key("plans", "profiles.p.queues", False, agents__ada__queue=True),
    "profile.queued": key("screens", "profiles.p.queued", []),
    "profile.dialogs": key("answers", "profiles.p.dialogs", REST),
    "profile.dialogs.layout": key("answers", "profiles.p.dialogs.layout", "letters"),
    "profile.dialogs.mark": key("answers", "profiles.p.dialogs.mark", ">"),
    "profile.dialogs.option": key(
        "answers", "profiles.p.dialogs.option", "(?P<key>Y)(?P<label>es)", profiles__p__dialogs__layout="letters"
    ),
    "profile.dialogs.top": key("answers", "profiles.p.dialogs.top", "^ Will"),
    "profile.dialogs.command": key("answers", "profiles.p.dialogs.command", []),
    "profile.dialogs.command[].start": key("answers", "profiles.p.dialogs.command.0.start", "^ make"),
    "profile.dialogs.command[].end": key("answers", "profiles.p.dialogs.command.0.end", "^nowhere"),
    "profile.dialogs.names": key("answers", "profiles.p.dialogs.names", {"go": "^Shall"}),
    "profile.dialogs.next": key("read: next", "profiles.p.dialogs.next", "j"),
    "profile.dialogs.previous": key("read: previous", "profiles.p.dialogs.previous", "k"),
    "profile.dialogs.choose_by": key("read: choose_by", "profiles.p.dialogs.choose_by", {"Yes": "Space"}),
    "profile.dialogs.choose": key("read: choose", "profiles.p.dialogs.choose", "Space"),
    "profile.channels": key("channels", "profiles.p.channels", REST),
    "profile.channels.hook": key("channels", f"{CHANNELS}.hook", REST),
    "profile.channels.hook.file": key("channels", f"{CHANNELS}.hook.file", "{cwd}/settings.json"),
    "profile.channels.hook.format": key("channels", f"{CHANNELS}.hook.format", "toml"),
    "profile.channels.hook.entry": key("channels", f"{CHANNELS}.hook.entry", '{"{event}": [{command}]}'),
    "profile.channels.hook.name": key("channels", f"{CHANNELS}.hook.name", "other"),
    "profile.channels.hook.events": key("channels", f"{CHANNELS}.hook.events", []),
    "profile.channels.hook.notes": key("channels", f"{CHANNELS}.hook.notes", "Trust it."),
    "profile.channels.transcript": key("channels", f"{CHANNELS}.transcript", REST),
    "profile.channels.transcript.files": key("channels", f"{CHANNELS}.transcript.files", "{cwd}/*.jsonl"),
    "profile.channels.transcript.folder": key("channels", f"{CHANNELS}.transcript.folder", "c"),
    "profile.channels.transcript.name": key("channels", f"{CHANNELS}.transcript.name", "said"),
    "profile.channels.transcript.time": key("channels", f"{CHANNELS}.transcript.time", "other"),
    "profile.channels.transcript.events": key("channels", f"{CHANNELS}.transcript.events", []),
    "profile.channels.transcript.usage": key("channels", f"{USED}", REST),
    "profile.channels.transcript.usage.event": key("channels", f"{USED}.event", "other"),
    "profile.channels.transcript.usage.once": key("channels", f"{USED}.once", "other"),
    "profile.channels.transcript.usage.spent": key("channels", f"{USED}.spent", ["b"]),
    "profile.channels.transcript.usage.cost": key("channels", f"{USED}.cost", "a"),
    "profile.channels.transcript.usage.total": Key(
        seen="channels", given={f"{USED}.spent": []}, change={f"{USED}.total": "a"}
    ),
    "profile.channels.transcript.usage.context": key("channels", f"{USED}.context", ["b"]),
    "profile.channels.transcript.usage.window": key("channels", f"{USED}.window", "a"),
    "profile.channels.transcript.usage.usage_percent": key("channels", f"{USED}.usage_percent", "a"),
    "profile.channels.transcript.usage.resets_at": key("channels", f"{USED}.resets_at", "a"),
    "profile.channels.osc": key("channels", f"{CHANNELS}.osc", REST),
    "profile.channels.osc.number": key("read: number", f"{CHANNELS}.osc.number", 777),
    "profile.channels.osc.events": key("channels", f"{CHANNELS}.osc.events", []),
    "event.event": key("channels", f"{CHANNELS}.hook.events.1.event", "Told"),
    "event.means": key("channels", f"{CHANNELS}.hook.events.0.means", "failed"),
    "event.where": key("channels", f"{CHANNELS}.hook.events.0.where", {"why": "lost"}),
    "event.text": key("channels", f"{CHANNELS}.hook.events.1.text", ["other"]),
    "profile.no_dialog": key("read: no_dialog", "profiles.p.no_dialog", "#{pane_active}"),
}
"""Key of the schema to a change of it.  A key inside a definition begins with the definition's name."""

ONLY_FOR_READERS: Mapping[str, str] = {
    "profile.regions[].before": "puts a region where its readers look for it; regions are found by name",
    "profile.notes": "says to whoever edits the profile what its rules rest on",
    "profile.usage[].before": "puts a pattern before another; the first that reads a figure counts",
    "profile.usage[].basis": "says to whoever edits the pattern whether it was captured or inferred",
    "profile.usage[].versions": "says to whoever edits the pattern on which releases it was seen",
    "profile.rules[].basis": "says to whoever edits the rule whether it was captured or inferred",
    "profile.rules[].versions": "says to whoever edits the rule on which releases it was seen",
}
"""Keys that change nothing, on purpose, with the reason.  They would be comments if comments survived merging."""


def keys(schema: Mapping[str, Any], at: str) -> Iterator[str]:
    """Yield every key that a part of the schema declares, with its path; definitions are walked on their own."""
    for name, part in schema.get("properties", {}).items():
        path = f"{at}.{name}" if at else name
        yield path
        yield from keys(part, path)
    others = schema.get("additionalProperties")
    if isinstance(others, Mapping):
        yield from keys(others, f"{at}.*")
    if isinstance(schema.get("items"), Mapping):
        yield from keys(schema["items"], f"{at}[]")


def all_keys() -> list[str]:
    schema = json.loads(schema_text())
    found = [*keys(schema, ""), *(path for name, part in schema["definitions"].items() for path in keys(part, name))]
    return list(dict.fromkeys(found))


def test_the_table_has_every_key_of_the_schema_and_no_other() -> None:
    assert set(KEYS) | set(ONLY_FOR_READERS) == set(all_keys())
    assert not set(KEYS) & set(ONLY_FOR_READERS)


@pytest.mark.parametrize("name", KEYS)
def test_a_changed_key_changes_what_is_done(name: str) -> None:
    entry = KEYS[name]
    before, after = entry.given, {**entry.given, **entry.change}
    if entry.seen.startswith("read: "):
        attribute = entry.seen.removeprefix("read: ")
        assert project(before) != project(after)
        assert attribute in attributes_read()
    else:
        assert observed_by(entry.seen, before) != observed_by(entry.seen, after)


@pytest.mark.parametrize("name", KEYS)
def test_the_change_is_one_of_the_key_that_it_stands_for(name: str) -> None:
    entry = KEYS[name]
    word = name.rpartition(".")[2].removesuffix("[]")
    before = changed(entry.given)
    for path, value in entry.change.items():
        assert word in path.split(".") or word in json.dumps([value, value_at(before, path)], default=str)


def value_at(tree: object, path: str) -> object:
    """Return what stands at a dotted path, None when nothing does."""
    for step in path.split("."):
        if isinstance(tree, Mapping):
            tree = tree.get(step)
        elif isinstance(tree, list):
            tree = tree[int(step)] if int(step) < len(tree) else None
    return tree


@cache
def attributes_read() -> frozenset[str]:
    """Return every attribute that the running program reads: what only the configuration touches does not count."""
    found: set[str] = set()
    for path in PACKAGE.rglob("*.py"):
        if path.relative_to(PACKAGE).parts[0] not in ("config", "model"):
            tree = ast.parse(path.read_text("utf-8"))
            found |= {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    return frozenset(found)
