"""Which files may call for a pass: those that a pass would look at, and that change for a reason."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from amp_fsm.model.project import Deliverable, FactSpec, Project, Source, SuccessionSpec
from amp_fsm.model.record import Assignment, Record
from amp_fsm.plan.watched import watched
from amp_fsm.wiring import project_at

BASE = project_at(Path(__file__).parents[2] / "configs" / "practice.yaml", {**os.environ, "PRACTICE_ROOT": "."})
TASK = replace(BASE.tasks["PRACTICE-1"], deliverables=(Deliverable(file="src/*.py"),))
TEAM = replace(BASE, tasks={"PRACTICE-1": TASK}, errands="errands", proposals="proposals")
HELD = Assignment(id="PRACTICE-1#1", agent="ada", task="PRACTICE-1", attempt=1)
LINE = FactSpec(name="said", source=Source.LINE, file="notes/{name}.md", pattern="x")

CASES: dict[str, tuple[Project, Record, str]] = {
    "a document": (TEAM, Record(), "STATUS.md"),
    "a log": (TEAM, Record(), "LOG.md"),
    "what a held task is to leave behind": (TEAM, Record(assignments={HELD.id: HELD}), "src/*.py"),
    "a question of whoever holds a task": (TEAM, Record(assignments={HELD.id: HELD}), "errands/QUESTION-*.md"),
    "a proposal to whoever leads": (
        replace(TEAM, succession=SuccessionSpec(order=("ada",))),
        Record(),
        "proposals/*.y*ml",
    ),
    "a file that a fact of one's own looks at": (replace(TEAM, facts={"said": LINE}), Record(), "notes/ada.md"),
}


@pytest.mark.parametrize(("project", "record", "pattern"), CASES.values(), ids=CASES)
def test_it_is_watched(project: Project, record: Record, pattern: str) -> None:
    assert pattern in watched(project, record)


@pytest.mark.parametrize("pattern", ["src/*.py", "errands/QUESTION-*.md", "proposals/*.y*ml"])
def test_what_nobody_waits_for_is_not_watched(pattern: str) -> None:
    assert pattern not in watched(TEAM, Record())
