"""Rows of tasks in task tables: what they should say, and what is to be written where they do not.  Pure.

A row is written when its task moves on.  In between, what others write in it stays; only a row that fell back to what
it said before ours was overwritten by an older version of the file, and is written again a few times.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from amp_fsm.model.document import CLOCKS, LIVELY, Cells, DocumentSpec, DocumentState, RowEdit, RowMemory, RowSeen
from amp_fsm.model.project import TaskSpec
from amp_fsm.plan.prompts import NO_AGENT, agent_values, clock, date, kind_values, project_values, render, task_values
from amp_fsm.plan.situation import Situation

REWRITES = 3
"""How often a row that fell back to an older version is written again."""

NOBODY = "-"


def row_edits(situation: Situation, state: DocumentState) -> tuple[RowEdit, ...]:
    """Return what is to be done to the rows of one task table, in the order of the tasks.

    Raises:
        RenderError: the template of a cell cannot be rendered.
    """
    edits = (_row_edit(situation, state, task) for task in situation.project.tasks.values() if not task.errand)
    return tuple(edit for edit in edits if edit is not None)


def _row_edit(situation: Situation, state: DocumentState, task: TaskSpec) -> RowEdit | None:
    spec, subject = state.spec, situation.subjects[task.address]
    seen, memory = state.rows.get(task.id), situation.record.rows.get(f"{spec.name}|{task.id}")
    if task.id in state.twice:
        return None
    fallen = _fallen(memory, seen, subject.entry)
    if spec.only and subject.state not in spec.only:
        return _leaving(spec, task, seen, memory, subject.entry, fallen=fallen)
    wanted = {key: text for key, text in _wanted(situation, spec, task).items() if text}
    if fallen and memory is not None:
        due = {key: text for key, text in wanted.items() if seen is None or key in dict(memory.wrote)}
    else:
        due = _due(wanted, seen, memory, subject.entry)
    if not due:
        return None
    clocks = _clocks(spec, situation.now.wall)
    cells = tuple((spec.columns[key], text) for key, text in {**due, **clocks}.items())
    after = _remembered(wanted, due, seen, memory, subject.entry, fallen=fallen)
    return RowEdit(document=spec.name, row=task.id, cells=cells, memory=after)


def _fallen(memory: RowMemory | None, seen: RowSeen | None, entry: int) -> bool:
    """Return whether a row says again what it said before we wrote it in this stay, and may be written again."""
    if memory is None or memory.entry != entry or memory.rewrites >= REWRITES:
        return False
    if seen is None or memory.replaced is None:
        return (seen is None) == (memory.replaced is None) and bool(memory.wrote) == (seen is None)
    before = all(seen.cells.get(key) == text for key, text in memory.replaced)
    return before and bool(memory.replaced) and memory.replaced != memory.wrote


def _leaving(
    spec: DocumentSpec, task: TaskSpec, seen: RowSeen | None, memory: RowMemory | None, entry: int, *, fallen: bool
) -> RowEdit | None:
    """Return that a row leaves a table in which tasks of such a state have none; put back by others, it stays."""
    if seen is None or (memory is not None and not memory.wrote and memory.entry == entry and not fallen):
        return None
    rewrites = memory.rewrites + 1 if fallen and memory is not None else 0
    after = RowMemory(entry=entry, replaced=tuple(seen.cells.items()), rewrites=rewrites)
    return RowEdit(document=spec.name, row=task.id, memory=after)


def _due(wanted: Mapping[str, str], seen: RowSeen | None, memory: RowMemory | None, entry: int) -> dict[str, str]:
    """Return the cells that are to be written now."""
    wrote = dict(memory.wrote) if memory is not None else {}
    moved = memory is None or memory.entry != entry
    if seen is None:
        return dict(wanted) if moved else {}
    due: dict[str, str] = {}
    for key, text in wanted.items():
        said = seen.cells.get(key)
        ours = (key in LIVELY and moved) or (key in wrote and wrote[key] != text) or not said
        if memory is None and said and text == NOBODY:
            continue  # whoever it is meant for
        if ours and (moved or wrote.get(key) != text) and said != text:
            due[key] = text
    return due


def _remembered(
    wanted: Mapping[str, str],
    due: Mapping[str, str],
    seen: RowSeen | None,
    memory: RowMemory | None,
    entry: int,
    *,
    fallen: bool,
) -> RowMemory:
    if fallen and memory is not None:
        return replace(memory, rewrites=memory.rewrites + 1)
    before: Cells | None = None if seen is None else tuple((key, seen.cells.get(key, "")) for key in due)
    kept = {key: text for key, text in wanted.items() if seen is None or key in due or seen.cells.get(key) == text}
    return RowMemory(entry=entry, wrote=tuple(kept.items()), replaced=before)


def _wanted(situation: Situation, spec: DocumentSpec, task: TaskSpec) -> dict[str, str]:
    """Return what each declared cell of a task's row should say; an empty text leaves the cell as it is."""
    usual = _usual(situation, spec, task)
    wanted = {key: usual[key] for key in spec.columns if key not in CLOCKS and key in usual}
    own = {key: text for key, text in spec.cells.items() if key in spec.columns}
    if own:
        values = row_values(situation, spec, task)
        wanted |= {key: render(text, values) for key, text in own.items()}
    return wanted


def _usual(situation: Situation, spec: DocumentSpec, task: TaskSpec) -> dict[str, str]:
    state = situation.state(task.address)
    return {
        "id": task.id,
        "task": task.title,
        "title": task.title,
        "agent": _holder(situation, task),
        "status": spec.states.get(state, state),
        "priority": str(task.priority),
        "kind": task.kind,
        "needs": ", ".join(task.needs),
        "deliverable": ", ".join(item.file for item in task.deliverables),
    }


def _holder(situation: Situation, task: TaskSpec) -> str:
    """Return the row name of who holds a task; once nobody does any more, the name of who did stays in the cell."""
    held = situation.by_task.get(task.id)
    if held is not None:
        agent = situation.project.agents.get(held.agent)
        return agent.row or agent.name if agent is not None else held.agent
    return NOBODY if situation.state(task.address) == situation.project.machines[task.machine].initial else ""


def _clocks(spec: DocumentSpec, wall: float) -> dict[str, str]:
    said = {"updated": clock(wall), "date": date(wall)}
    return {key: said[key] for key in spec.columns if key in said and key not in spec.cells}


def row_values(situation: Situation, spec: DocumentSpec, task: TaskSpec) -> dict[str, object]:
    """Return what the templates of a task's cells may use."""
    project, subject = situation.project, situation.subjects[task.address]
    held = situation.by_task.get(task.id)
    agent = project.agents.get(held.agent) if held is not None else None
    kind = project.kinds.get(task.kind)
    return {
        **project_values(project),
        "task": task_values(project, task),
        "kind": kind_values(kind) if kind is not None else {"name": task.kind, "prompt": ""},
        "agent": agent_values(agent) if agent is not None else NO_AGENT,
        "state": spec.states.get(subject.state, subject.state),
        "because": subject.because,
        "attempt": held.attempt if held is not None else 0,
        "now": situation.now.wall,
    }
