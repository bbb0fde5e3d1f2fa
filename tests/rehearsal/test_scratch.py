from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from amp_fsm.rehearsal import scratch
from amp_fsm.rehearsal.rehearsed import rehearsed
from amp_fsm.rehearsal.scratch import Copied, copy_documents, copy_project, fixture, put_files
from tests.rehearsal.team import PLACE, PRACTICE, a_project


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "palm"
    (root / "src").mkdir(parents=True)
    (root / "src" / "a.py").write_text("a = 1\n")
    (root / "notes.md").write_text("tracked\n")
    (root / "junk.bin").write_text("untracked\n")
    (root / "link").symlink_to("/etc/passwd")
    for words in (["init", "-q"], ["add", "src", "notes.md", "link"]):
        subprocess.run(["git", "-C", str(root), *words], check=True, capture_output=True)
    return root


def names(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_dir()}


def test_what_git_tracks_is_copied_and_links_are_left_out(root: Path, tmp_path: Path) -> None:
    copied = copy_project(root, tmp_path / "copy")
    assert copied.files == 2
    assert names(tmp_path / "copy") == {"src/a.py", "notes.md"}
    assert copied.notes[0].startswith("1 tracked files were left out")


def test_a_big_project_is_copied_up_to_the_cap(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scratch, "MAX_FILES", 1)
    assert copy_project(root, tmp_path / "copy").files == 1


def test_a_folder_that_is_not_there_starts_empty(tmp_path: Path) -> None:
    missing = tmp_path / "missing"
    expected = Copied(files=0, notes=(f"{missing} does not exist: the project's folder starts empty",))
    assert copy_project(missing, tmp_path / "copy") == expected


def test_what_a_scenario_begins_with_is_put_over_what_was_copied(tmp_path: Path) -> None:
    (tmp_path / "notes.md").write_text("copied")
    put_files({"notes.md": "as the scenario says", "handoff/a.md": "# HANDOFF"}, tmp_path)
    assert (tmp_path / "notes.md").read_text() == "as the scenario says"
    assert (tmp_path / "handoff" / "a.md").read_text() == "# HANDOFF"


def test_documents_are_copied_as_they_are_or_made_from_their_declaration(root: Path, tmp_path: Path) -> None:
    (root / "LOG.md").write_bytes(b"mine\r\n")
    before = a_project()
    project = replace(
        before,
        root=str(root),
        documents={
            "status": replace(before.documents["status"], file="docs/STATUS.md"),
            "log": replace(before.documents["log"], file="LOG.md"),
        },
    )
    mapped = rehearsed(project, replace(PLACE, root=str(tmp_path / "copy")), PRACTICE, frozenset()).project
    assert copy_documents(project, mapped) == ("document status: docs/STATUS.md does not exist; an empty one was made",)
    assert (tmp_path / "copy" / "LOG.md").read_bytes() == b"mine\r\n"
    assert (tmp_path / "copy" / "docs" / "STATUS.md").exists()


def test_a_made_document_has_every_declared_table_and_a_row_for_each_agent() -> None:
    project = a_project()
    assert fixture(project, project.documents.values()) == (
        "# palm\n"
        "\n"
        "## Agents\n"
        "\n"
        "| Agent | Task | Status |\n"
        "| --- | --- | --- |\n"
        "| ada | - | IDLE |\n"
        "| ben | - | IDLE |\n"
        "\n"
        "## Log\n"
        "\n"
        "| Agent | At |\n"
        "| --- | --- |\n"
    )
