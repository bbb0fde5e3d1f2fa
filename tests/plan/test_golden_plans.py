"""Every folder of `golden/plans` is a situation with the plan that follows from it.

`AMP_FSM_UPDATE_GOLDENS=1 pytest tests/plan/test_golden_plans.py` writes the plans anew; the difference is for review.
"""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from amp_fsm.model.plan import Plan
from amp_fsm.plan.as_json import render_json
from amp_fsm.plan.planner import plan
from amp_fsm.plan.render import render_text
from amp_fsm.world.config_files import load_project
from tests.plan.golden_case import Case

FOLDER = Path(__file__).parents[1] / "golden" / "plans"
CASES = sorted(path.parent.name for path in FOLDER.glob("*/config.yaml"))
UPDATE = "AMP_FSM_UPDATE_GOLDENS"


def planned(case: str, monkeypatch: pytest.MonkeyPatch) -> Plan:
    monkeypatch.chdir(FOLDER / case)
    loaded = load_project("config.yaml", {"HOME": "/home/someone"})
    assert loaded.project is not None, [problem.message for problem in loaded.problems]
    project = replace(loaded.project, digest="c0ffee" + "0" * 58)
    found = Case(folder=FOLDER / case)
    return plan(project, found.observed(project), found.record(), found.now())


def compare(said: str, path: Path) -> None:
    if os.environ.get(UPDATE):
        path.write_text(said, "utf-8")
    assert said == path.read_text("utf-8")


def test_there_are_golden_plans() -> None:
    assert len(CASES) >= 12


@pytest.mark.parametrize("case", CASES)
def test_golden_plan(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    made = planned(case, monkeypatch)
    compare(render_text(made), FOLDER / case / "plan.txt")
    compare(json_text(render_json(made, "1.0.0")), FOLDER / case / "plan.json")


@pytest.mark.parametrize("case", CASES)
def test_the_same_values_make_the_same_plan(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert render_text(planned(case, monkeypatch)) == render_text(planned(case, monkeypatch))


def json_text(document: dict[str, object]) -> str:
    """Return a document with every fact on a line of its own, so that differences can be reviewed."""
    lines: list[str] = []
    for line in json.dumps(document, indent=1, ensure_ascii=False).splitlines():
        text = line.strip()
        inside = bool(lines) and lines[-1].lstrip().startswith('{"name"') and not lines[-1].endswith(("}", "},"))
        if text.startswith('"name"') and lines[-1].strip() == "{":
            lines[-1] = lines[-1] + text
        elif inside:
            lines[-1] += text if text.startswith("}") else f" {text}"
        else:
            lines.append(line)
    return "\n".join(lines) + "\n"
