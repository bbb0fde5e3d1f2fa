"""The page of failures names tests that exist; what no other test shows is shown here, by its number."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from amp_fsm.engine.look import look
from amp_fsm.model.project import AgentSpec
from tests.engine.small_team import SmallWorld
from tests.fakes.terminal import FakePane, FakeTerminal
from tests.plan.team import project, record
from tests.plan.test_golden_plans import CASES, planned

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "failures.md"
ROWS = dict(re.findall(r"^\| (\d+) \|.*\| ([^|]+) \|$", PAGE.read_text("utf-8"), re.MULTILINE))
GOLDEN = {path.name for path in (ROOT / "tests" / "golden").glob("*/*")}
NAMED = re.compile(r"`([\w/]+\.py)::(test_\w+)(?:\[(\w+)\])?`")
MEASURED = re.compile(r"measured: `([\w/.]+)`")


@cache
def functions(file: str) -> frozenset[str]:
    tree = ast.parse((ROOT / file).read_text("utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def missing(shown: str) -> Iterator[str]:
    """Yield what a row names and does not exist."""
    for file, test, case in NAMED.findall(shown):
        if not (ROOT / file).is_file() or test not in functions(file):
            yield f"{file}::{test}"
        elif case and case not in GOLDEN:
            yield f"{test}[{case}]"
    for file in MEASURED.findall(shown):
        if not (ROOT / file).is_file():
            yield file


def test_the_page_has_forty_rows() -> None:
    assert list(ROWS) == [str(number) for number in range(1, 41)]


@pytest.mark.parametrize("number", ROWS)
def test_every_failure_is_shown_by_a_test_that_exists(number: str) -> None:
    shown = ROWS[number]
    assert NAMED.search(shown) or MEASURED.search(shown)
    assert list(missing(shown)) == []


@pytest.mark.parametrize("many", [1, 40])
def test_25_a_look_asks_the_terminal_as_often_for_many_agents_as_for_one(many: int) -> None:
    agents = tuple(AgentSpec(name=f"a{number}", profile="p", window=str(number)) for number in range(many))
    team = project(agents=agents)
    terminal = FakeTerminal()
    for number, agent in enumerate(agents):
        terminal.panes[f"%{number}"] = FakePane(
            pane=f"%{number}",
            pid=1000 + number,
            session=team.tmux.session,
            window=agent.window,
            name=agent.name,
            owner=f"{team.name}/{agent.address}",
        )
    looked = look(team, record(), SmallWorld(terminal=terminal).ports)
    assert len(looked.seen.captures) == many
    assert terminal.calls == ["survey", "capture"]


@pytest.mark.parametrize("case", CASES)
def test_33_what_a_plan_says_of_a_change_is_what_it_says_of_its_subject(
    case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = planned(case, monkeypatch)
    for change in made.changes:
        assert change.before == made.subjects[change.address]
        assert {fact.name: fact for fact in change.facts}.items() <= dict(made.facts[change.address]).items()
