"""Proposed tasks: the text of one file to tasks that can be queued, or everything that is wrong with it.  Pure.

A proposal is a part of a configuration written by an agent: it may only say `tasks`, and of a task nothing that runs,
checks or allows anything.  What it says is a value everywhere: no text of it is ever read as a template.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from amp_fsm.config.builders.work import build_task
from amp_fsm.config.lint.dependencies import lint_dependencies
from amp_fsm.config.lint.people import lint_people
from amp_fsm.config.lint.prompts import PromptLint
from amp_fsm.config.lint.references import lint_references
from amp_fsm.config.problems import Finding
from amp_fsm.config.proposal_texts import ID, lint_id, lint_texts
from amp_fsm.config.schema import explain_shape
from amp_fsm.config.yaml_text import locate, parse
from amp_fsm.model.project import Project, TaskSpec
from amp_fsm.model.proposal import folded_title
from amp_fsm.model.task_ids import next_id

MOST_BYTES = 65_536
MOST_VALUES = 5_000
NOT_THEIRS = frozenset({"checks", "workspace", "machine", "before", "remove"})
"""Keys of a task that only the configuration may say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """What a proposal has to fit to.

    Attributes:
        project: what is desired by now.
        open: folded title of a task that is not over to its id.  lost: tasks that nobody can need any more.
        taken: ids that were given to tasks, also to those that are no more.
        room: how many more tasks may be proposed.
    """

    project: Project
    open: Mapping[str, str] = field(default_factory=dict)
    lost: frozenset[str] = frozenset()
    taken: frozenset[str] = frozenset()
    room: int = 10

    def with_tasks(self, tasks: tuple[TaskSpec, ...]) -> Queue:
        """Return the queue that has got these tasks."""
        known = {**self.project.tasks, **{task.id: task for task in tasks}}
        return replace(
            self,
            project=replace(self.project, tasks=known),
            open={**self.open, **{folded_title(task.title): task.id for task in tasks}},
            room=self.room - len(tasks),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What came of a file: its tasks, each with an id, or all that is wrong with it, in words."""

    tasks: tuple[TaskSpec, ...] = ()
    problems: tuple[str, ...] = ()


def read_proposal(file: str, data: bytes, queue: Queue, schema_text: str) -> Judged:
    """Return the tasks that a file proposes, or its problems in the order of its lines."""
    parsed = parse(data, file, most_bytes=MOST_BYTES, most_nodes=MOST_VALUES)
    if parsed.value is None:
        mend = {"E104": "begin with `tasks:`", "E105": "begin with `tasks:`"}
        said = (_said(p.file, p.line, p.column, p.message, mend.get(p.code, p.suggestion)) for p in parsed.problems)
        return Judged(problems=tuple(said))
    tasks, findings = _judged(parsed.value, queue, schema_text)
    if not findings:
        return Judged(tasks=tasks)
    text = data.decode("utf-8-sig")
    placed = [(locate(text, finding.path, finding.on), finding) for finding in findings]
    placed.sort(key=lambda one: (one[0].line, one[0].column))
    said = (_said(file, place.line, place.column, f.message, f.suggestion) for place, f in placed)
    return Judged(problems=tuple(dict.fromkeys(said)))


def _said(file: str, line: int, column: int, message: str, suggestion: str) -> str:
    where = f"{file}:{line}:{column}" if line else file
    return f"{where}: {message}" + (f" ({suggestion})" if suggestion else "")


def _judged(tree: Mapping[str, Any], queue: Queue, schema_text: str) -> tuple[tuple[TaskSpec, ...], list[Finding]]:
    findings = [_ours(finding) for finding in explain_shape(tree, proposal_schema(schema_text))]
    items = tree.get("tasks")
    if not isinstance(items, list):
        return (), findings
    findings += _numbers(len(items), queue)
    items = _readable(items, findings)
    named = _named(items, queue)
    tasks: dict[int, TaskSpec] = {}
    for place, item in enumerate(items):
        if "kind" not in item:
            continue
        wrong = [*lint_id(item, place), *lint_texts(item, place, queue.project)]
        if not wrong:
            tasks[place] = build_task({**item, "id": named[place]}, place, queue.project.kinds, wrong)
        findings += wrong
    findings += _repeats(items, named, queue, set(tasks))
    return tuple(tasks.values()), [*findings, *_misfits(tasks, items, queue)] if tasks else findings


def _readable(items: list[Any], findings: list[Finding]) -> list[dict[str, Any]]:
    """Return the items without what their shape makes unreadable, so that the rest of each is judged all the same."""
    bad = {finding.path[1:3] for finding in findings if finding.path[:1] == ("tasks",)}
    return [
        {"title": f"task {place + 1}", **{key: value for key, value in item.items() if (place, key) not in bad}}
        if isinstance(item, dict)
        else {}
        for place, item in enumerate(items)
    ]


def _ours(finding: Finding) -> Finding:
    key = finding.path[-1] if finding.path else ""
    if finding.code == "E201" and key in NOT_THEIRS:
        return replace(finding, message=f"a proposal cannot say `{key}`: only the configuration does", suggestion="")
    return finding


def _numbers(count: int, queue: Queue) -> Iterator[Finding]:
    most = queue.project.policies.proposals_tasks
    if count > most:
        yield Finding(code="E203", path=("tasks",), message=f"{count} tasks are proposed; at most {most} may be")
    elif count > queue.room:
        message = f"{count} tasks are proposed; only {max(0, queue.room)} more may be by now"
        yield Finding(code="E203", path=("tasks",), message=message)


def _named(items: list[dict[str, Any]], queue: Queue) -> list[str]:
    """Return the id of every item; those that name none get the next numbers."""
    own = [item.get("id") for item in items]
    taken = {*queue.taken, *queue.project.tasks, *(name for name in own if isinstance(name, str))}
    named: list[str] = []
    for name in own:
        if not isinstance(name, str):
            name = next_id(queue.project.task_ids, taken)
            taken.add(name)
        named.append(name)
    return named


def _repeats(items: list[dict[str, Any]], named: list[str], queue: Queue, built: set[int]) -> Iterator[Finding]:
    """Yield ids that are taken and titles that an open task has: the same work is not queued twice."""
    ids = {name.casefold(): name for name in (*queue.taken, *queue.project.tasks)}
    titles = dict(queue.open)
    for place, name in enumerate(named):
        if place not in built:
            continue
        path = ("tasks", place)
        if name.casefold() in ids:
            message = f"there is a task {ids[name.casefold()]} already"
            yield Finding(code="E234", path=(*path, "id"), message=message, suggestion="leave the id out")
        title = folded_title(items[place]["title"])
        if title in titles:
            message = f"{titles[title]} is open and has this title: the same task is not queued twice"
            yield Finding(code="E234", path=(*path, "title"), message=message)
        ids.setdefault(name.casefold(), name)
        titles.setdefault(title, name)


def _misfits(tasks: Mapping[int, TaskSpec], items: list[dict[str, Any]], queue: Queue) -> Iterator[Finding]:
    """Yield what lint says of the proposed tasks, with those of the queue beside them."""
    theirs = {task.id: task for task in tasks.values()}
    others = [task for task in queue.project.tasks.values() if not task.errand and task.id not in theirs]
    unread = [item["id"] for item in items if "id" in item]
    bare = [TaskSpec(id=name, kind="", title="") for name in unread if name not in theirs and ID.fullmatch(name)]
    beside = {task.id: replace(task, order=len(items) + place) for place, task in enumerate((*others, *bare))}
    alone = replace(queue.project, tasks=theirs)
    whole = replace(queue.project, tasks={**theirs, **beside})
    said = (
        *lint_references(alone),
        *lint_dependencies(whole, {}),
        *lint_people(alone),
        *PromptLint(project=alone).run(),
        *_lost_needs(tasks, queue),
    )
    for finding in said:
        if finding.path[0] == "tasks" and finding.path[1] in tasks:
            yield replace(finding, suggestion="add it") if finding.code == "E239" else finding


def _lost_needs(tasks: Mapping[int, TaskSpec], queue: Queue) -> Iterator[Finding]:
    for place, task in tasks.items():
        for number, need in enumerate(task.needs):
            if need in queue.lost:
                message = f"task {task.id} needs {need}, which failed or was cancelled"
                yield Finding(code="E224", path=("tasks", place, "needs", number), message=message)


@lru_cache(maxsize=4)
def proposal_schema(schema_text: str) -> str:
    """Return the schema of a proposal: of a configuration only `tasks`, and of these only what anybody may say."""
    schema = json.loads(schema_text)
    whole = schema["properties"]["tasks"]
    task = whole["items"]
    keys = {name: said for name, said in task["properties"].items() if name not in NOT_THEIRS}
    said = {"type": "string", "minLength": 1, "examples": ["code"]}
    keys |= {"kind": {**keys["kind"], **said}, "title": {**keys["title"], "minLength": 1}}
    tasks = {**whole, "items": {**task, "properties": keys, "required": ["title", "kind"]}}
    return json.dumps(
        {
            "type": "object",
            "properties": {"version": schema["properties"]["version"], "tasks": tasks},
            "required": ["tasks"],
            "additionalProperties": False,
            "definitions": schema.get("definitions", {}),
        }
    )
