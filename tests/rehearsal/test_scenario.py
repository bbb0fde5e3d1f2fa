from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from amp_fsm.errors import InvalidConfigError, NotPossibleError
from amp_fsm.rehearsal.scenario import OperatorAct, Scenario
from amp_fsm.rehearsal.scenario_files import find_scenario, load_scenario
from amp_fsm.rehearsal.script import tasks_file
from tests.rehearsal.team import a_project

TEXT = """version: 1
description: Some of everything.
agents:
  '*': {start: 5s, works: 4m}
  '#2': {works: 6m}
  ada: {ghost: boo}
tasks:
  '#1': {dies: {after: 1m}, claims_done_without: ['*']}
  '#9': {works: 1m}
services:
  proxy: {start: 3s}
checks:
  build: {fails: 1}
http: {quota: false}
real: [lint]
operator:
  - {after: 2h, fire: {subject: 'task/#2', transition: retry}}
  - {after: 3h, cancel: {task: T-1, dependents: cancel}}
  - {after: 4h, merge: {task: '#2'}}
files: {handoff/a.md: '# HANDOFF'}
expect: {T-2: FAILED}
time: 12h
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "some.yaml"
    path.write_text(TEXT)
    return path


def test_a_scenario_is_resolved_to_the_names_of_a_configuration(file: Path) -> None:
    assert load_scenario(str(file), a_project()) == Scenario(
        name="some",
        description="Some of everything.",
        agents={"ada": {"start": 5.0, "works": 240.0, "ghost": "boo"}, "ben": {"start": 5.0, "works": 360.0}},
        tasks={
            "T-1": {"dies": {"after": 60.0}, "claims_done_without": ["a.py", "/home/op/palm/b.md"]},
            "T-2": {},
        },
        services={"proxy": {"start": 3.0}},
        checks={"build": {"fails": 1}, "lint": {}},
        http={"quota": False},
        real=frozenset({"lint"}),
        operator=(
            OperatorAct(after=7200.0, verb="fire", arguments=("task/T-2", "retry")),
            OperatorAct(after=10800.0, verb="cancel", arguments=("task/T-1", "cancel")),
            OperatorAct(after=14400.0, verb="merge", arguments=("T-2", "theirs")),
        ),
        files={"handoff/a.md": "# HANDOFF"},
        expect={"T-1": "COMPLETED", "T-2": "FAILED"},
        time=43200.0,
    )


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        pytest.param("  ada:", "  adda:", 6, "`adda` is not in the configuration", id="an-agent-nobody-knows"),
        pytest.param("['*']}", "[c.py]}", 8, "`c.py` is not in the configuration", id="a-file-nobody-asked-for"),
        pytest.param("{quota: false}", "{quote: false}", 14, "`quote` is not", id="a-fact-nobody-declared"),
        pytest.param("[lint]", "[tests]", 15, "`tests` is not", id="a-check-nobody-declared"),
        pytest.param("'task/#2'", "task/T-7", 17, "`task/T-7` is not", id="a-subject-nobody-knows"),
        pytest.param("task: T-1", "task: T-7", 18, "`task/T-7` is not", id="a-task-nobody-knows"),
        pytest.param("handoff/a.md", "../a.md", 20, "`../a.md` is not below", id="a-file-elsewhere"),
        pytest.param("FAILED", "FAILD", 21, "`FAILD` is not", id="a-state-the-machine-does-not-have"),
        pytest.param("start: 5s", "start: soon", 4, "'soon' is no duration", id="no-duration"),
        pytest.param("ghost: boo", "gost: boo", 6, "unknown key `gost`", id="an-unknown-key"),
    ],
)
def test_a_fault_is_said_with_its_place(file: Path, old: str, new: str, line: int, said: str) -> None:
    assert TEXT.count(old) == 1
    file.write_text(TEXT.replace(old, new))
    with pytest.raises(InvalidConfigError) as caught:
        load_scenario(str(file), a_project())
    (problem,) = caught.value.problems
    assert (problem.file, problem.line) == (str(file), line)
    assert said in problem.message


def test_all_faults_are_said_at_once(file: Path) -> None:
    file.write_text(TEXT.replace("  ada:", "  adda:").replace("[lint]", "[tests]"))
    with pytest.raises(InvalidConfigError) as caught:
        load_scenario(str(file), a_project())
    assert [problem.line for problem in caught.value.problems] == [6, 15]


def test_a_scenario_is_found_beside_the_configuration_before_the_built_in_one(tmp_path: Path) -> None:
    assert find_scenario("smooth", tmp_path).parent.name == "scenarios"
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "scenarios" / "smooth.yaml").write_text("version: 1\n")
    assert find_scenario("smooth", tmp_path) == tmp_path / "scenarios" / "smooth.yaml"


def test_a_scenario_that_does_not_exist_is_said_with_those_that_do(tmp_path: Path) -> None:
    with pytest.raises(NotPossibleError) as caught:
        find_scenario("rough-dy", tmp_path)
    assert "did you mean rough-day?" in caught.value.hint


def test_where_nothing_is_said_practice_agents_know_of_no_more_tasks(file: Path) -> None:
    project = a_project()
    tasks = {**project.tasks, "P-1": replace(project.tasks["T-2"], id="P-1", kind="propose", errand="propose")}
    script = tasks_file(replace(project, tasks=tasks), load_scenario(str(file), project))
    assert script["tasks"]["P-1"]["behaviour"]["writes"] == "tasks: []\n"


def test_practice_agents_are_told_what_their_tasks_need_and_how_to_behave(file: Path) -> None:
    project = a_project()
    script = tasks_file(project, load_scenario(str(file), project))
    assert script["tasks"]["T-1"] == {
        "deliverables": [
            {"file": "a.py", "min_bytes": 1, "contains": "def a"},
            {"file": "/home/op/palm/b.md", "min_bytes": 1, "contains": ""},
        ],
        "checks": ["build"],
        "kind": "code",
        "errand": False,
        "question": ".amp-fsm/errands/QUESTION-T-1.md",
        "folder": "",
        "behaviour": {
            "dies": {"after": 60.0, "of": "T-1"},
            "claims_done_without": ["a.py", "/home/op/palm/b.md"],
        },
    }
    assert script["agents"]["ada"] == {"row": "ada", "behaviour": {"start": 5.0, "works": 240.0, "ghost": "boo"}}
    assert script["documents"][1]["path"] == "/srv/LOG.md"
    assert script["checks"] == {"build": {"fails": 1}, "lint": {}}
