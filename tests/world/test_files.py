"""What only files on disk promise: failures told from absences, links, permissions, atomic replacement."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from amp_fsm.errors import DocumentError, StaleFileError
from amp_fsm.model.seen import Failed, FileSeen, Missing
from amp_fsm.world import files as files_module
from amp_fsm.world.files import LocalFiles
from amp_fsm.world.files_tails import MOST_BYTES, MOST_FILES
from amp_fsm.world.files_write import write_over
from tests.world.processes import full_disk


def digest_of(files: LocalFiles, path: str) -> str:
    seen = files.read(path)
    assert isinstance(seen, FileSeen)
    return seen.digest


def names(files: LocalFiles, pattern: str) -> list[str]:
    found = files.glob(pattern)
    assert isinstance(found, tuple)
    return [path.path for path in found]


class TestLooking:
    def test_a_project_folder_that_is_gone_proves_nothing(self, tmp_path: Path) -> None:
        files = LocalFiles(tmp_path / "unmounted")
        for looked in (files.read("a.md"), files.glob("a.md"), files.glob("**/*"), files.inputs(("a.md",))):
            assert isinstance(looked, Failed)
            assert "unmounted is not there" in looked.reason

    def test_an_absolute_path_is_read_wherever_it_is(self, tmp_path: Path) -> None:
        (tmp_path / "a.md").write_text("x")
        files = LocalFiles(tmp_path / "elsewhere")
        assert digest_of(files, str(tmp_path / "a.md"))
        assert files.read(str(tmp_path / "b.md")) == Missing(path=str(tmp_path / "b.md"))
        assert names(files, f"{tmp_path}/*.md") == [f"{tmp_path}/a.md"]

    def test_a_folder_or_a_pipe_in_place_of_a_file_is_failed_and_does_not_block(self, tmp_path: Path) -> None:
        os.mkfifo(tmp_path / "pipe")
        (tmp_path / "folder").mkdir()
        files = LocalFiles(tmp_path)
        assert files.read("pipe") == Failed(reason="pipe: not a regular file")
        assert files.read("folder") == Failed(reason="folder: not a regular file")
        assert files.glob("*") == ()

    def test_a_file_above_ten_megabytes_is_failed(self, tmp_path: Path) -> None:
        with (tmp_path / "big").open("wb") as file:
            file.truncate(files_module.MOST_BYTES + 1)
        files = LocalFiles(tmp_path)
        assert files.read("big") == Failed(reason="big: larger than 10 MB")
        assert names(files, "big") == ["big"]
        assert files.glob("big", "needle") == Failed(reason=f"{tmp_path}/big: larger than 10 MB")

    def test_a_file_of_ten_megabytes_is_read(self, tmp_path: Path) -> None:
        (tmp_path / "big").write_bytes(b"x" * files_module.MOST_BYTES)
        assert digest_of(LocalFiles(tmp_path), "big")

    def test_a_name_that_the_system_refuses_is_failed(self, tmp_path: Path) -> None:
        name = "x" * 300
        assert LocalFiles(tmp_path).read(name) == Failed(reason=f"{name}: file name too long")
        assert isinstance(LocalFiles(tmp_path).glob(f"{name}/*"), Failed)

    def test_a_folder_that_may_not_be_read_proves_nothing(self, unprivileged: Path) -> None:
        (unprivileged / "shut").mkdir(mode=0o000)
        files = LocalFiles(unprivileged)
        for looked in (files.read("shut/a.md"), files.glob("shut/a.md"), files.glob("**/*"), files.inputs(("shut/*",))):
            assert isinstance(looked, Failed)
            assert "permission denied" in looked.reason

    def test_a_link_that_leads_nowhere_is_failed_not_missing(self, tmp_path: Path) -> None:
        (tmp_path / "link").symlink_to("nothing")
        assert LocalFiles(tmp_path).read("link") == Failed(reason="link: a symbolic link that leads nowhere")

    def test_links_that_lead_to_each_other_end(self, tmp_path: Path) -> None:
        (tmp_path / "a").symlink_to("b")
        (tmp_path / "b").symlink_to("a")
        (tmp_path / "docs").mkdir()
        (tmp_path / "docs" / "up").symlink_to("..")
        (tmp_path / "docs" / "c.md").write_text("x")
        files = LocalFiles(tmp_path)
        assert isinstance(files.read("a"), Failed)
        assert names(files, "**/*") == ["docs/c.md"]
        assert names(files, "*") == []

    def test_a_pattern_does_not_lead_out_of_the_folder(self, tmp_path: Path) -> None:
        inside = tmp_path / "project"
        inside.mkdir()
        (tmp_path / "secret.md").write_text("x")
        (inside / "link.md").symlink_to("../secret.md")
        (inside / "out").symlink_to("..")
        files = LocalFiles(inside)
        assert names(files, "*.md") == []
        assert names(files, "out/*.md") == []
        assert names(files, "*/*.md") == []
        assert names(files, "**/*.md") == []
        assert files.glob("../*.md") == Failed(reason="../*.md: a pattern must not contain '..'")

    def test_a_name_without_wildcards_may_be_a_link_that_leads_out(self, tmp_path: Path) -> None:
        inside = tmp_path / "project"
        inside.mkdir()
        (tmp_path / "report.md").write_text("x")
        (inside / "report.md").symlink_to("../report.md")
        assert names(LocalFiles(inside), "report.md") == ["report.md"]


class TestReplacing:
    def test_mode_and_link_are_kept_and_nothing_is_left_beside(self, tmp_path: Path) -> None:
        real = tmp_path / "real.md"
        real.write_text("old")
        real.chmod(0o640)
        (tmp_path / "link.md").symlink_to("real.md")
        files = LocalFiles(tmp_path)
        files.replace("link.md", "new", if_digest=digest_of(files, "link.md"))
        assert real.read_text() == "new"
        assert real.stat().st_mode & 0o7777 == 0o640
        assert (tmp_path / "link.md").is_symlink()
        assert sorted(path.name for path in tmp_path.iterdir()) == ["link.md", "real.md"]

    @pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
    def test_the_owner_is_kept(self, tmp_path: Path) -> None:
        path = tmp_path / "a.md"
        path.write_text("old")
        os.chown(path, 12345, 23456)
        files = LocalFiles(tmp_path)
        files.replace("a.md", "new", if_digest=digest_of(files, "a.md"))
        assert (path.stat().st_uid, path.stat().st_gid) == (12345, 23456)

    def test_readers_see_the_old_file_or_the_new_one_whole(self, tmp_path: Path) -> None:
        path = tmp_path / "a.md"
        path.write_text("old")
        files = LocalFiles(tmp_path)
        with path.open() as reader:
            files.replace("a.md", "new", if_digest=digest_of(files, "a.md"))
            assert reader.read() == "old"

    def test_a_change_between_reading_and_renaming_is_noticed(self, tmp_path: Path) -> None:
        path = tmp_path / "a.md"
        path.write_text("old")

        def changed_meanwhile() -> None:
            raise StaleFileError("changed")

        with pytest.raises(StaleFileError):
            write_over(path, b"new", like=path.stat(), just_before=changed_meanwhile)
        assert path.read_text() == "old"
        assert [found.name for found in tmp_path.iterdir()] == ["a.md"]

    def test_the_digest_is_compared_again_right_before_the_rename(
        self, tmp_path: Path, at_fsync: Callable[[Callable[[], object]], None]
    ) -> None:
        path = tmp_path / "a.md"
        path.write_text("old")
        files = LocalFiles(tmp_path)
        digest = digest_of(files, "a.md")
        at_fsync(lambda: path.write_text("theirs"))
        with pytest.raises(StaleFileError):
            files.replace("a.md", "ours", if_digest=digest)
        assert path.read_text() == "theirs"

    def test_a_read_only_file_is_left_alone(self, tmp_path: Path) -> None:
        path = tmp_path / "a.md"
        path.write_text("old")
        path.chmod(0o444)
        files = LocalFiles(tmp_path)
        with pytest.raises(DocumentError, match=r"a\.md cannot be written: is read-only"):
            files.replace("a.md", "new", if_digest=digest_of(files, "a.md"))
        assert path.read_text() == "old"

    def test_a_file_that_became_a_folder_is_left_alone(self, tmp_path: Path) -> None:
        (tmp_path / "a.md").mkdir()
        with pytest.raises(DocumentError, match="not a regular file"):
            LocalFiles(tmp_path).replace("a.md", "new", if_digest="0" * 64)
        with pytest.raises(DocumentError, match="is a folder"):
            LocalFiles(tmp_path).write_new("a.md", "new")

    def test_a_disk_that_takes_no_more_leaves_the_old_file(self, tmp_path: Path) -> None:
        path = tmp_path / "a.md"
        path.write_text("old")
        files = LocalFiles(tmp_path)
        digest = digest_of(files, "a.md")
        with full_disk(65536), pytest.raises(DocumentError, match="cannot be written: file too large"):
            files.replace("a.md", "x" * 100_000, if_digest=digest)
        assert path.read_text() == "old"
        assert [found.name for found in tmp_path.iterdir()] == ["a.md"]


@pytest.fixture
def at_fsync(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], object]], None]:
    """Let something happen at the moment when the new file is on disk and not yet in place."""
    real = os.fsync

    def arm(happen: Callable[[], object]) -> None:
        def fsync(descriptor: int) -> None:
            monkeypatch.setattr(os, "fsync", real)
            real(descriptor)
            happen()

        monkeypatch.setattr(os, "fsync", fsync)

    return arm


# ---- the ends of files that grow -----------------------------------------------------------------------------------


def tails(files: LocalFiles, pattern: str) -> list[tuple[str, str, bool]]:
    found = files.tails(pattern)
    assert isinstance(found, tuple), found
    return [(Path(tail.path).name, tail.text, tail.whole) for tail in found]


def test_only_the_last_whole_lines_of_a_long_file_are_read(tmp_path: Path) -> None:
    (tmp_path / "long.jsonl").write_text("a" * MOST_BYTES + "\nlast\n")
    assert tails(LocalFiles(tmp_path), "*.jsonl") == [("long.jsonl", "last\n", False)]


def test_the_newest_files_come_last_and_their_number_is_bounded(tmp_path: Path) -> None:
    for number in range(MOST_FILES + 2):
        path = tmp_path / f"{MOST_FILES + 2 - number}.json"
        path.write_text(str(number))
        os.utime(path, (number, number))
    found = tails(LocalFiles(tmp_path), "*.json")
    assert [int(text) for _, text, _ in found] == list(range(2, MOST_FILES + 2))


def test_a_file_that_stayed_is_not_read_again_and_one_that_grew_is(tmp_path: Path) -> None:
    files, path = LocalFiles(tmp_path), tmp_path / "a.jsonl"
    path.write_text("one\n")
    os.utime(path, (5, 5))
    assert tails(files, "*.jsonl") == [("a.jsonl", "one\n", True)]
    path.write_text("two\n")
    os.utime(path, (5, 5))  # the same inode, size and moment: for all that can be told, the same file
    assert tails(files, "*.jsonl") == [("a.jsonl", "one\n", True)]
    with path.open("a") as file:
        file.write("three\n")
    assert tails(files, "*.jsonl") == [("a.jsonl", "two\nthree\n", True)]


def test_a_pipe_is_passed_over_and_does_not_block(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.jsonl")
    assert tails(LocalFiles(tmp_path), "*.jsonl") == []


def test_an_end_that_cannot_be_read_is_a_failure(unprivileged: Path) -> None:
    path = unprivileged / "a.jsonl"
    path.write_text("x\n")
    path.chmod(0)
    assert isinstance(LocalFiles(unprivileged).tails("*.jsonl"), Failed)


def test_a_whole_file_is_not_written_through_a_link_that_leads_out(tmp_path: Path) -> None:
    inside, outside = tmp_path / "in", tmp_path / "out"
    inside.mkdir()
    outside.mkdir()
    (inside / "to").symlink_to(outside)
    (inside / "a.md").symlink_to(outside / "a.md")
    for path in ("to/a.md", "to/more/a.md", "a.md"):
        with pytest.raises(DocumentError, match="leads out of the project's folder"):
            LocalFiles(inside).write_own(path, "x", over="")
    assert list(outside.iterdir()) == []
