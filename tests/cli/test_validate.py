"""`validate`, `schema` and `graph`: what people and programs read, and the exit code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from amp_fsm.cli.graph import present
from amp_fsm.cli.main import main
from amp_fsm.cli.validate import github_line
from amp_fsm.errors import Problem
from amp_fsm.model.record import Record, SubjectRecord
from amp_fsm.world.config_files import load_project, schema_kinds, schema_text
from tests.cli.stored import commit
from tests.configured_team import Home

ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "tests" / "golden" / "lint"
PRACTICE = str(ROOT / "configs" / "practice.yaml")
WRONG = "E221_a_kind_names_a_prompt_that_does_not_exist"
WARNED = "W401_an_agent_has_nothing_to_do"


@pytest.fixture
def wrong(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(GOLDEN / WRONG)
    return "config.yaml"


@pytest.fixture
def warned(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(GOLDEN / WARNED)
    return "config.yaml"


def test_a_good_configuration_is_said_to_be_valid(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["validate", PRACTICE]) == 0
    assert capsys.readouterr().out == f"{PRACTICE}: valid, 2 agents, 3 tasks, 4 machines\n"


def test_every_problem_is_printed_with_its_place_and_how_to_mend_it(
    wrong: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["validate", wrong]) == 1
    said = capsys.readouterr()
    assert said.out == (GOLDEN / WRONG / "findings.txt").read_text("utf-8") + "config.yaml: 1 error\n"
    assert said.err == ""


def test_warnings_are_printed_and_do_not_fail(warned: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["validate", warned]) == 0
    said = capsys.readouterr().out
    assert said.startswith((GOLDEN / WARNED / "findings.txt").read_text("utf-8"))
    assert said.endswith("config.yaml: valid, 1 warning, 2 agents, 1 task, 4 machines\n")


def test_json_is_one_document(wrong: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["validate", wrong, "--format", "json"]) == 1
    assert json.loads(capsys.readouterr().out) == {
        "format_version": "1.0",
        "config": "config.yaml",
        "usable": False,
        "problems": [
            {
                "file": "config.yaml",
                "line": 3,
                "column": 18,
                "code": "E221",
                "severity": "error",
                "message": "kind `code` sends the prompt 'cod', which does not exist",
                "suggestion": "did you mean code?  there are: "
                "answer, code, fix, hand_over, help, propose, reminder, resume, review, writing",
            }
        ],
    }


def test_json_of_a_good_configuration_has_no_problems(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["validate", PRACTICE, "--format", "json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["usable"], said["problems"]) == (True, [])


def test_github_gets_annotations(warned: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["validate", warned, "--format", "github"]) == 0
    assert capsys.readouterr().out == (
        "::warning file=config.yaml,line=3,col=28,title=W401::"
        "agent `ben` gets no work: no task and no kind is for its skills\n"
    )


@pytest.mark.parametrize(
    ("problem", "line"),
    [
        pytest.param(
            Problem(file="a.yaml", line=0, column=0, code="E101", message="100% wrong", suggestion="b"),
            "::error file=a.yaml,title=E101::100%25 wrong%0Ab",
            id="without-a-line",
        ),
        pytest.param(
            Problem(file="a,b:c.yaml", line=2, column=3, code="W401", message="x\ny"),
            "::warning file=a%2Cb%3Ac.yaml,line=2,col=3,title=W401::x%0Ay",
            id="signs-of-the-format-are-escaped",
        ),
    ],
)
def test_an_annotation(problem: Problem, line: str) -> None:
    assert github_line(problem) == line


def test_the_table_replaces_the_summary(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["validate", PRACTICE, "--table"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("agent ")
    assert "valid" not in said


def test_the_merged_configuration_says_where_it_comes_from(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["validate", PRACTICE, "--resolved"]) == 0
    said = capsys.readouterr().out
    assert "# from builtin:machines/agent.yaml:" in said
    assert f"# from {PRACTICE}:" in said


def test_what_is_shown_of_a_good_configuration_is_not_mixed_with_warnings(
    warned: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["validate", warned, "--table"]) == 0
    said = capsys.readouterr()
    assert "W401" in said.err
    assert "W401" not in said.out


def test_nothing_is_shown_of_a_bad_one(wrong: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["validate", wrong, "--table", "--resolved"]) == 1
    assert capsys.readouterr().out == (GOLDEN / WRONG / "findings.txt").read_text("utf-8") + "config.yaml: 1 error\n"


def test_a_file_that_is_not_there_is_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["validate", "nowhere.yaml"]) == 1
    assert capsys.readouterr().out.startswith("nowhere.yaml: E111 cannot be read")


@pytest.mark.parametrize("kind", schema_kinds())
def test_every_schema_is_printed(kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema", kind]) == 0
    assert capsys.readouterr().out == schema_text(kind)


def test_the_schema_of_configurations_is_the_default(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema"]) == 0
    assert "tmux" in json.loads(capsys.readouterr().out)["properties"]


def test_an_unknown_schema_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema", "profle"]) == 1
    assert "did you mean profile?" in capsys.readouterr().err


@pytest.mark.parametrize(("form", "first"), [("mermaid", "stateDiagram-v2"), ("dot", 'digraph "task" {')])
def test_one_machine_is_drawn(form: str, first: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["graph", PRACTICE, "--machine", "task", "--format", form]) == 0
    said = capsys.readouterr().out
    assert said.splitlines()[0] == first
    assert "OFFLINE" not in said


def test_all_machines_are_drawn(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["graph", PRACTICE]) == 0
    assert capsys.readouterr().out.count("stateDiagram-v2") == 4


def test_an_unknown_machine_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["graph", PRACTICE, "--machine", "agnet"]) == 1
    assert "did you mean agent?" in capsys.readouterr().err


def test_a_picture_is_marked_by_the_record(tmp_path: Path) -> None:
    home = Home(tmp_path).write()
    commit(home)
    said = home.run("graph", "--machine", "agent")
    assert said.code == 0
    assert "    class OFFLINE,ASSIGNED present\n" in said.out
    assert "    note right of ASSIGNED: ada\n" in said.out


def test_a_picture_says_who_is_where_as_recorded() -> None:
    project = load_project(PRACTICE, {"HOME": "/home/someone"}).project
    assert project is not None
    where = {"agent/ada": "IDLE", "agent/ben": "IDLE", "task/PRACTICE-1": "PENDING", "agent/gone": "IDLE"}
    subjects = {
        address: SubjectRecord(address=address, state=state, since=0.0, since_wall=0.0, because="")
        for address, state in where.items()
    }
    assert present(project, Record(subjects=subjects), "agent") == {"IDLE": ["ada", "ben"]}
    assert present(project, Record(subjects=subjects), "task") == {"PENDING": ["PRACTICE-1"]}
    assert present(project, Record(), "agent") == {}
