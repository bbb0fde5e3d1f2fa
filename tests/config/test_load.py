"""Loading: includes, variables, and every problem at once with its place."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import amp_fsm
from amp_fsm.config.builders import Origin, build_project
from amp_fsm.config.loaded import Loaded
from amp_fsm.config.problems import format_problem
from amp_fsm.config.resolved import resolved
from amp_fsm.config.yaml_text import parse
from amp_fsm.world.config_cache import files_stamp
from amp_fsm.world.config_files import cached_project, load_project

ROOT = Path(__file__).parents[2]
CASES = sorted((ROOT / "tests" / "golden" / "errors").iterdir())
MINIMAL = "version: 1\nproject: {name: p}\ntmux: {session: s}\n"
ENVIRONMENT = {"HOME": "/home/somebody", "PATH": os.environ["PATH"]}


def load(path: Path, **variables: str) -> Loaded:
    return load_project(str(path), {**ENVIRONMENT, **variables})


def shown(loaded: Loaded) -> str:
    return "\n".join(format_problem(problem) for problem in loaded.problems) + "\n"


def test_there_are_golden_errors() -> None:
    assert len(CASES) >= 6


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_golden_error(case: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(case)
    assert shown(load(Path("config.yaml"))) == (case / "expected.txt").read_text()


@pytest.mark.parametrize("config", sorted((ROOT / "configs").glob("*.yaml")), ids=lambda path: path.stem)
def test_every_example_is_without_errors(config: Path) -> None:
    assert load(config).errors == ()


def test_included_files_are_merged_in_order_and_the_including_one_wins(tmp_path: Path) -> None:
    (tmp_path / "tasks").mkdir()
    (tmp_path / "tasks" / "b.yaml").write_text("prompts: {x: from b, y: from b}\n")
    (tmp_path / "tasks" / "a.yaml").write_text("prompts: {x: from a, z: from a}\n")
    (tmp_path / "c.yaml").write_text(f"include: ['tasks/*.yaml']\n{MINIMAL}prompts: {{y: from c}}\n")
    project = load(tmp_path / "c.yaml").project
    assert project is not None
    assert project.prompts == {"x": "from b", "y": "from c", "z": "from a"}


def test_a_file_that_two_files_include_is_merged_once_before_both(tmp_path: Path) -> None:
    (tmp_path / "shared.yaml").write_text("prompts: {x: from shared, y: from shared}\n")
    (tmp_path / "one.yaml").write_text("include: [shared.yaml]\nprompts: {x: from one}\n")
    (tmp_path / "two.yaml").write_text("include: [shared.yaml]\nprompts: {z: from two}\n")
    (tmp_path / "c.yaml").write_text(f"include: [one.yaml, two.yaml]\n{MINIMAL}")
    project = load(tmp_path / "c.yaml").project
    assert project is not None
    assert project.prompts == {"x": "from one", "y": "from shared", "z": "from two"}


def test_variables_are_expanded_where_the_schema_says_so_and_nowhere_else(tmp_path: Path) -> None:
    (tmp_path / "c.yaml").write_text(
        "version: 1\nproject: {name: p, root: '${WHERE:-here}/x', store: ~/store}\ntmux: {session: s}\n"
        "prompts: {x: 'costs ${WHERE}'}\n"
    )
    project = load(tmp_path / "c.yaml").project
    assert project is not None
    assert (project.root, project.store) == (f"{tmp_path}/here/x", "/home/somebody/store")
    assert project.prompts == {"x": "costs ${WHERE}"}
    elsewhere = load(tmp_path / "c.yaml", WHERE="/there").project
    assert elsewhere is not None
    assert elsewhere.root == "/there/x"
    assert elsewhere.digest != project.digest


def test_resolved_names_the_file_and_line_of_every_entry(tmp_path: Path) -> None:
    (tmp_path / "more.yaml").write_text("prompts: {x: hello}\ntasks:\n  - {id: A, title: a}\n  - {id: B, title: b}\n")
    (tmp_path / "c.yaml").write_text(f"include: [more.yaml]\n{MINIMAL}tasks:\n  - {{id: B, title: c}}\n")
    text = resolved(load(tmp_path / "c.yaml"))
    assert f"# from {tmp_path}/more.yaml:1\n  x: hello" in text
    assert f"# from {tmp_path}/more.yaml:3\n  - id: A" in text
    assert f"# from {tmp_path}/c.yaml:6\n  - id: B\n    title: c" in text
    assert f"# from {tmp_path}/c.yaml:3\n  name: p" in text


@pytest.mark.parametrize(
    "nothing", ["", "machine: {}", "tasks/*.yaml", "../nowhere.yaml", "\x00", "builtin:", "~", "[a-"]
)
def test_an_include_of_anything_is_a_problem_with_a_place(tmp_path: Path, nothing: str) -> None:
    (tmp_path / "c.yaml").write_text(f"include: [{json.dumps(nothing)}]\n{MINIMAL}")
    (problem,) = load(tmp_path / "c.yaml").problems
    assert (problem.line, problem.file) == (1, f"{tmp_path}/c.yaml")


@pytest.mark.parametrize("path", ["", "nowhere.yaml", ".", "/", "a\x00b", "nowhere/at/all.yaml"])
def test_a_path_that_cannot_be_read_is_a_problem(path: str) -> None:
    loaded = load_project(path, ENVIRONMENT)
    assert (loaded.project, [problem.code for problem in loaded.problems]) == (None, ["E111"])


def test_a_tilde_is_expanded_where_variables_are_and_nowhere_else(tmp_path: Path) -> None:
    (tmp_path / "c.yaml").write_text(
        "include: ['builtin:machines']\n"
        "version: 1\nproject: {name: p, root: ~/here}\ntmux: {session: s, socket: ~/sock}\n"
        "services: {s: {command: [~/bin/x, '~', x~, '${A:-b}'], cwd: ~/w, env: {F: ~/f, G: '${NOTHING:-}'}}}\n"
        "documents: {d: {file: ~/x.md, table: {heading: H}, row: {A: ~/y}}}\n"
    )
    project = load(tmp_path / "c.yaml").project
    assert project is not None
    service = project.services["s"]
    home = ENVIRONMENT["HOME"]
    assert (project.root, project.tmux.socket, service.cwd) == (f"{home}/here", f"{home}/sock", f"{home}/w")
    assert service.command == (f"{home}/bin/x", home, "x~", "b")
    assert service.env == {"F": f"{home}/f", "G": ""}
    assert (project.documents["d"].file, project.documents["d"].row["A"]) == ("~/x.md", "~/y")


def test_the_digest_is_of_what_was_merged_not_of_where_it_stood(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "c.yaml").write_text(MINIMAL)
    monkeypatch.chdir(tmp_path)
    by_name, by_path = load(Path("c.yaml")).project, load(tmp_path / "c.yaml").project
    assert by_name is not None
    assert by_path is not None
    assert (by_name.digest, by_name.root) == (by_path.digest, by_path.root)
    (tmp_path / "c.yaml").write_text(MINIMAL.replace("name: p", "name: q"))
    edited = load(Path("c.yaml")).project
    assert edited is not None
    assert edited.digest != by_name.digest


def test_priorities_are_read_in_french_too() -> None:
    words = ("HAUTE", "HIGH", "MOYENNE", "MED", "MEDIUM", "BASSE", "LOW")
    tree = {
        **(parse(MINIMAL.encode(), "c.yaml").value or {}),
        "tasks": [{"id": word, "priority": word} for word in words],
    }
    project, _ = build_project(tree, Origin(source="c.yaml", folder="/w", home="/h", digest=""))
    assert {task.id: str(task.priority) for task in project.tasks.values()} == {
        **dict.fromkeys(("HAUTE", "HIGH"), "HIGH"),
        **dict.fromkeys(("MOYENNE", "MED", "MEDIUM"), "MEDIUM"),
        **dict.fromkeys(("BASSE", "LOW"), "LOW"),
    }


def test_a_compiled_copy_is_used_only_while_everything_that_was_read_is_the_same(tmp_path: Path) -> None:
    (tmp_path / "tasks").mkdir()
    config = tmp_path / "c.yaml"
    config.write_text(f"include: ['tasks/*.yaml']\n{MINIMAL}")
    environment = {**ENVIRONMENT, "XDG_CACHE_HOME": str(tmp_path / "cache")}

    def read() -> Loaded:
        return cached_project(str(config), environment, keep=True)

    first, again = read(), read()
    assert (first.files != (), again.files, again.project) == (True, (), first.project)
    (tmp_path / "tasks" / "new.yaml").write_text("prompts: {x: hello}\n")
    found = read().project
    assert found is not None
    assert found.prompts == {"x": "hello"}
    config.write_text(MINIMAL)
    gone = read().project
    assert gone is not None
    assert gone.prompts == {}


@pytest.mark.parametrize("content", [b"", b"\x00garbage", b"\x93"])
def test_a_broken_cache_is_as_good_as_none(tmp_path: Path, content: bytes) -> None:
    config = tmp_path / "c.yaml"
    config.write_text(MINIMAL)
    environment = {**ENVIRONMENT, "XDG_CACHE_HOME": str(tmp_path / "cache")}
    cached_project(str(config), environment, keep=True)
    (kept,) = (tmp_path / "cache" / "amp-fsm").iterdir()
    assert kept.stat().st_mode & 0o077 == 0
    kept.write_bytes(content)
    assert cached_project(str(config), environment, keep=True).project is not None


def test_a_variable_that_changes_is_read_anew(tmp_path: Path) -> None:
    (tmp_path / "c.yaml").write_text(
        "version: 1\nproject: {name: p, root: '/${WHERE:-here}', store: ~/s}\ntmux: {session: s}\n"
    )
    environment = {**ENVIRONMENT, "XDG_CACHE_HOME": str(tmp_path / "cache")}

    def read(**variables: str) -> tuple[str, str]:
        project = cached_project(str(tmp_path / "c.yaml"), {**environment, **variables}, keep=True).project
        assert project is not None
        return project.root, project.store

    assert read() == ("/here", "/home/somebody/s")
    assert read(WHERE="there") == ("/there", "/home/somebody/s")
    assert read(HOME="/home/other") == ("/here", "/home/other/s")


def test_a_copy_that_another_state_of_the_program_compiled_is_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "c.yaml").write_text(MINIMAL)
    environment = {**ENVIRONMENT, "XDG_CACHE_HOME": str(tmp_path / "cache")}
    cached_project(str(tmp_path / "c.yaml"), environment, keep=True)
    monkeypatch.setattr(amp_fsm, "__version__", "another")
    assert cached_project(str(tmp_path / "c.yaml"), environment, keep=True).files != ()


def test_every_file_that_makes_projects_belongs_to_the_state_of_the_program(tmp_path: Path) -> None:
    files = [tmp_path / "config" / "lint" / "states.py", tmp_path / "model" / "project" / "work.py"]
    stamps = [files_stamp(tmp_path)]
    for file in files:
        file.parent.mkdir(parents=True)
        file.write_text("x = 1\n")
        stamps.append(files_stamp(tmp_path))
    os.utime(files[0], ns=(0, 0))  # not the newest
    stamps.append(files_stamp(tmp_path))
    files[1].unlink()
    stamps.append(files_stamp(tmp_path))
    assert len(set(stamps)) == len(stamps)


@pytest.mark.parametrize(
    "environment",
    [
        pytest.param({}, id="no-home"),
        pytest.param({"HOME": "/proc/nobody"}, id="no-folder-can-be-made"),
        pytest.param({"XDG_CACHE_HOME": "/dev/null"}, id="the-folder-is-a-file"),
    ],
)
def test_without_a_folder_for_it_nothing_is_kept_and_nothing_fails(tmp_path: Path, environment: dict[str, str]) -> None:
    (tmp_path / "c.yaml").write_text(MINIMAL)
    for _ in range(2):
        assert cached_project(str(tmp_path / "c.yaml"), environment, keep=True).files != ()


def test_without_leave_nothing_is_written(tmp_path: Path) -> None:
    (tmp_path / "c.yaml").write_text(MINIMAL)
    cached_project(str(tmp_path / "c.yaml"), {**ENVIRONMENT, "XDG_CACHE_HOME": str(tmp_path / "cache")}, keep=False)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["c.yaml"]


@given(data=st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_mutated_configuration_gives_problems_never_a_traceback(data: st.DataObject, tmp_path: Path) -> None:
    lines = (ROOT / "configs" / "practice.yaml").read_text().splitlines(keepends=True)
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(lines) - 1))
        kind = data.draw(st.sampled_from(["drop", "double", "cut", "swap", "noise"]))
        if kind == "drop":
            lines[place] = ""
        elif kind == "double":
            lines[place] *= 2
        elif kind == "cut":
            lines[place] = lines[place][: data.draw(st.integers(0, max(0, len(lines[place]) - 1)))] + "\n"
        elif kind == "swap":
            other = data.draw(st.integers(0, len(lines) - 1))
            lines[place], lines[other] = lines[other], lines[place]
        else:
            lines[place] = lines[place].replace(
                ":", data.draw(st.sampled_from(["", ": [", ": 7 #", ": {", ": null #", "::"])), 1
            )
    folder = tmp_path / "mutated"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    (folder / "c.yaml").write_text("".join(lines))
    loaded = load(folder / "c.yaml")
    assert loaded.project is not None or loaded.errors
    assert all(format_problem(problem) for problem in loaded.problems)
