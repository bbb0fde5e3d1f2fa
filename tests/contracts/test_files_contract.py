"""What every folder of files keeps, on the fake and on the disk."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Callable
from pathlib import Path

import pytest

from amp_fsm.errors import DocumentError, StaleFileError
from amp_fsm.model.seen import FileSeen, Missing
from amp_fsm.ports import Files
from amp_fsm.world.files import LocalFiles
from tests.fakes.files import FakeFiles

Folder = Callable[[dict[str, str]], Files]


@pytest.fixture(params=["fake", "disk"])
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Folder:
    made = itertools.count()

    def on_disk(texts: dict[str, str]) -> Files:
        root = tmp_path / f"folder-{next(made)}"
        root.mkdir()
        for name, text in texts.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode("utf-8", "surrogateescape"))
        return LocalFiles(root)

    return on_disk if request.param == "disk" else lambda texts: FakeFiles(texts=dict(texts))


def names(files: Files, pattern: str, contains: str = "") -> list[str]:
    found = files.glob(pattern, contains)
    assert isinstance(found, tuple)
    return [path.path for path in found]


@pytest.mark.parametrize("text", ["", "one\r\ntwo\nthree", "é ✅\n", "caf\udce9\n", "\ufeffwith a mark\n"])
def test_a_text_is_read_to_the_byte(folder: Folder, text: str) -> None:
    seen = folder({"a.md": text}).read("a.md")
    assert isinstance(seen, FileSeen)
    expected = hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()
    assert (seen.path, seen.text, seen.digest) == ("a.md", text, expected)


@pytest.mark.parametrize(
    ("path", "sealed"),
    [("b.md", ""), ("no/folder/b.md", "its folder does not exist"), ("a.md/below", "its folder does not exist")],
)
def test_an_absent_file_is_missing(folder: Folder, path: str, sealed: str) -> None:
    assert folder({"a.md": "x"}).read(path) == Missing(path=path, sealed=sealed)


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        pytest.param("a.md", ["a.md"], id="a-name"),
        pytest.param("none.md", [], id="an-absent-name"),
        pytest.param("*.md", ["a.md", "b.md"], id="a-star-stays-in-its-folder-and-skips-hidden-files"),
        pytest.param("?.md", ["a.md", "b.md"], id="a-question-mark"),
        pytest.param("[ab].md", ["a.md", "b.md"], id="a-set"),
        pytest.param("docs/*", ["docs/c.md"], id="only-files"),
        pytest.param("docs/**", ["docs/c.md", "docs/deep/er/d.md"], id="two-stars-at-the-end-are-everything-below"),
        pytest.param("**/*.md", ["a.md", "b.md", "docs/c.md", "docs/deep/er/d.md"], id="two-stars-are-any-depth"),
        pytest.param("docs/**/d.md", ["docs/deep/er/d.md"], id="two-stars-in-between"),
        pytest.param("*/c.md", ["docs/c.md"], id="a-star-for-a-folder"),
        pytest.param(".h*", [".hidden.md"], id="hidden-files-when-asked-for"),
        pytest.param("absent/**/*.md", [], id="an-absent-folder-holds-nothing"),
        pytest.param("docs", [], id="a-folder-is-no-file"),
    ],
)
def test_a_pattern_finds(folder: Folder, pattern: str, expected: list[str]) -> None:
    tree = ["a.md", "b.md", "c.txt", ".hidden.md", ".git/e.md", "docs/c.md", "docs/deep/er/d.md"]
    assert names(folder(dict.fromkeys(tree, "x")), pattern) == expected


def test_sizes_are_of_bytes_and_contents_are_searched(folder: Folder) -> None:
    files = folder({"a.md": "é", "b.md": "a needle here"})
    found = files.glob("*.md", "needle")
    assert isinstance(found, tuple)
    assert [(path.size, path.contains) for path in found] == [(2, False), (13, True)]


def test_inputs_change_with_contents_names_and_numbers_of_files(folder: Folder) -> None:
    trees = [{"a": "1"}, {"a": "2"}, {"b": "1"}, {"a": "1", "b": ""}, {}]
    digests = [folder_digest(folder(tree)) for tree in trees]
    assert len(set(digests)) == len(trees)
    assert folder_digest(folder({"a": "1"})) == folder_digest(folder({"a": "1"}))


def folder_digest(files: Files) -> str:
    digest = files.inputs(("a", "b*"))
    assert isinstance(digest, str)
    return digest


def test_inputs_are_the_same_however_they_are_named(folder: Folder) -> None:
    files = folder({"a.md": "1", "b.md": "2"})
    assert files.inputs(("*.md",)) == files.inputs(("b.md", "a.md", "*.md"))
    assert files.inputs(("*.md",)) != files.inputs(("a.md",))


def test_a_file_is_replaced_when_it_is_still_what_was_read(folder: Folder) -> None:
    files = folder({"a.md": "old\r\n"})
    seen = files.read("a.md")
    assert isinstance(seen, FileSeen)
    files.replace("a.md", "new\r\ncaf\udce9", if_digest=seen.digest)
    again = files.read("a.md")
    assert isinstance(again, FileSeen)
    assert again.text == "new\r\ncaf\udce9"


def test_a_file_that_changed_is_not_replaced(folder: Folder) -> None:
    files = folder({"a.md": "theirs"})
    with pytest.raises(StaleFileError):
        files.replace("a.md", "ours", if_digest="0" * 64)
    seen = files.read("a.md")
    assert isinstance(seen, FileSeen)
    assert seen.text == "theirs"


def test_a_file_that_is_gone_is_not_made_again(folder: Folder) -> None:
    files = folder({"b.md": "x"})
    with pytest.raises(StaleFileError):
        files.replace("a.md", "ours", if_digest="0" * 64)
    assert files.read("a.md") == Missing(path="a.md")


def test_a_file_of_our_own_is_made_with_its_folder_and_overwritten(folder: Folder) -> None:
    files = folder({"a.md": "x"})
    files.write_new("out/hand-over.md", "one")
    files.write_new("out/hand-over.md", "two")
    seen = files.read("out/hand-over.md")
    assert isinstance(seen, FileSeen)
    assert seen.text == "two"
    assert names(files, "out/*") == ["out/hand-over.md"]


def test_the_ends_of_files_come_by_name_of_the_pattern_and_nothing_is_no_failure(folder: Folder) -> None:
    files = folder({"a/one.jsonl": "1\n", "a/two.jsonl": "é\n", "a/other.txt": "x", "b/one.jsonl": "y"})
    tails = files.tails("a/*.jsonl")
    assert isinstance(tails, tuple)
    assert sorted((tail.path.rpartition("/")[2], tail.text, tail.whole) for tail in tails) == [
        ("one.jsonl", "1\n", True),
        ("two.jsonl", "é\n", True),
    ]
    assert files.tails("nowhere/*.jsonl") == ()


def test_a_file_is_made_where_none_is_and_only_there(folder: Folder) -> None:
    files = folder({"a.md": "old"})
    files.create("b.md", "new")
    with pytest.raises(StaleFileError):
        files.create("a.md", "new")
    with pytest.raises(DocumentError, match="cannot be made"):
        files.create("logs/c.md", "new")
    files.create("logs/c.md", "made", folder=True)
    texts = [seen.text for path in ("a.md", "b.md", "logs/c.md") if isinstance(seen := files.read(path), FileSeen)]
    assert texts == ["old", "new", "made"]


def test_a_whole_file_is_written_where_there_is_none_and_over_our_own(folder: Folder) -> None:
    files = folder({})
    files.write_own("to/a.md", "one\n", over="")
    files.write_own("to/a.md", "one\n", over="")  # it says so already
    files.write_own("to/a.md", "two\n", over=hashlib.sha256(b"one\n").hexdigest())
    seen = files.read("to/a.md")
    assert isinstance(seen, FileSeen)
    assert seen.text == "two\n"


def test_a_whole_file_is_never_written_over_one_of_somebody_else(folder: Folder) -> None:
    files = folder({"a.md": "theirs"})
    for over in ("", hashlib.sha256(b"ours").hexdigest()):
        with pytest.raises(StaleFileError, match=r"a\.md is there, and not as we left it"):
            files.write_own("a.md", "ours, newer", over=over)
    seen = files.read("a.md")
    assert isinstance(seen, FileSeen)
    assert seen.text == "theirs"


@pytest.mark.parametrize("path", ["../a.md", "/nowhere/a.md", "to/../../a.md"])
def test_a_whole_file_does_not_lead_out_of_the_folder(folder: Folder, path: str) -> None:
    with pytest.raises(DocumentError, match="leads out of the project's folder"):
        folder({}).write_own(path, "x", over="")
