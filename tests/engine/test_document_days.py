"""Whole documents before and after a day."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from amp_fsm.config.yaml_text import parse
from tests.engine.document_day import DAYS, Day

CASES = sorted(path.parent for path in DAYS.glob("*/config.yaml"))


@pytest.fixture(autouse=True)
def in_utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def parsed(path: Path) -> list[dict[str, Any]]:
    found = parse(path.read_bytes(), path.name)
    assert found.value is not None, found.problems
    return list(found.value["steps"])


def play(day: Day, step: dict[str, Any]) -> None:
    day.at(step["at"])
    for path, (old, new) in step.get("write", {}).items():
        assert old in day.text(path), f"{old!r} is not in {path}"
        day.write({path: day.text(path).replace(old, new, 1)})
    for task, agent in step.get("hold", {}).items():
        day.hold(task, agent)
    for subject, transition in step.get("fire", {}).items():
        day.fire(subject, transition)
    day.settle()


def files_of(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_there_are_days() -> None:
    assert len(CASES) >= 2


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_documents_of_a_day(case: Path, tmp_path: Path) -> None:
    for before in (case / "before").iterdir():
        (tmp_path / before.name).write_bytes(before.read_bytes())
    day = Day(case / "config.yaml", tmp_path)
    for step in parsed(case / "day.yaml"):
        play(day, step)
    if os.environ.get("UPDATE_GOLDENS"):
        for name, data in files_of(tmp_path).items():
            (case / "after" / name).parent.mkdir(parents=True, exist_ok=True)
            (case / "after" / name).write_bytes(data)
    assert files_of(tmp_path) == files_of(case / "after")


OWN_WORDS = """\
include: [{team}]
project: {{name: crew}}
tmux: {{session: crew}}
documents:
  tasks: {{file: TASKS.md, rows: tasks, table: {{heading: Tasks, key: ID}}, columns: {{status: Status}}}}
  log: {{file: LOG.md, table: {{heading: Log}}, row: {{What: '{{{{ task.id }}}} {{{{ mark }}}}'}}}}
machines:
  task:
    initial: PENDING
    states:
      PENDING: {{transitions: [{{name: begin, to: WORKING, manual: true}}]}}
      WORKING:
        transitions:
          - name: ask
            to: ASKING
            manual: true
            do: [{{set_row: {{status: 'waits for {{{{ agent.row }}}}'}}, document: tasks}}]
      ASKING: {{transitions: [{{name: verify, to: COMPLETED, manual: true}}]}}
      COMPLETED: {{final: true}}
tasks:
  - {{id: TASK-014, kind: code, title: First}}
"""


def test_what_a_tasks_machine_writes_into_its_row_stands_until_the_task_moves_on(tmp_path: Path) -> None:
    config = tmp_path / "config.yaml"
    config.write_text(OWN_WORDS.format(team=DAYS / "team.yaml"))
    day = Day(config, tmp_path)
    day.hold("TASK-014", "amp")
    said = []
    for transition in ("begin", "ask", "verify"):
        day.fire("task/TASK-014", transition)
        day.settle()
        day.settle()
        said.append(day.text("TASKS.md").splitlines()[-1])
    assert said == [f"| TASK-014 | {word} |" for word in ("WORKING", "waits for AMP", "COMPLETED")]
