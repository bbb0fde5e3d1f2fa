"""YAML as people get it wrong: a clear problem each, never a surprise and never a traceback."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amp_fsm.config.yaml_text import MOST_BYTES, Place, locate, parse

BOMB = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join(['*' + chr(97 + n)] * 10)}]\n" for n in range(8)
)

DEEP = "a0: &a0 [x]\n" + "".join(f"a{n + 1}: &a{n + 1} [*a{n}]\n" for n in range(80))


@pytest.mark.parametrize(
    ("data", "code", "said"),
    [
        pytest.param(b"", "E104", "is empty", id="empty"),
        pytest.param(b"# only a comment\n", "E104", "is empty", id="only-comments"),
        pytest.param(b"- a\n- b\n", "E105", "not a list", id="a-list-at-the-top"),
        pytest.param(b"just words\n", "E105", "not a str", id="a-text-at-the-top"),
        pytest.param(b"a: [1, 2\nb: 3\n", "E107", "", id="an-open-bracket"),
        pytest.param(b"a: 1\na: 2\n", "E108", "duplicate key", id="a-duplicate-key"),
        pytest.param(b"a:\n\tb: 1\n", "E106", "a tab indents this line", id="a-tab"),
        pytest.param("a: é".encode("latin-1"), "E102", "is not UTF-8", id="latin-1"),
        pytest.param("a: b".encode("utf-16"), "E102", "is UTF-16", id="utf-16"),
        pytest.param(b"a: 1\n---\nb: 2\n", "E107", "a second document begins here", id="two-documents"),
        pytest.param(b"1: a\n", "E110", "the key 1 is not a text", id="a-key-that-is-a-number"),
        pytest.param(b"true: a\n", "E110", "the key true is not a text", id="a-key-that-is-true"),
        pytest.param(b"a: {{ x }}\n", "E110", "a key must be a text", id="a-template-without-quotes"),
        pytest.param(b"a: " + b"[" * 3000 + b"]" * 3000, "E103", "nested", id="nested-too-deeply"),
        pytest.param(b"a: " + b"[" * 50000, "E103", "nested", id="nested-without-end"),
        pytest.param(DEEP.encode(), "E103", "nested", id="nested-by-aliases"),
        pytest.param(b"a: &a [*a]\n", "E107", "undefined alias", id="an-alias-to-what-holds-it"),
        pytest.param(b"a: x\x00y\n", "E107", "control character U+0000", id="a-nul"),
        pytest.param(b'a: "x\\0y"\n', "E107", "control character U+0000", id="a-nul-by-its-name"),
        pytest.param(b"a: !secret x\n", "E107", "`!secret` means nothing here", id="a-tag-of-another-program"),
        pytest.param(b"a: !!binary aGk=\n", "E107", "`!!binary`", id="binary"),
        pytest.param(b"<<: 7\n", "E107", "takes a mapping", id="a-merge-of-a-number"),
        pytest.param(BOMB.encode(), "E109", "aliases", id="an-alias-bomb"),
        pytest.param(b"#" * (MOST_BYTES + 1), "E101", "at most 10,000,000", id="over-ten-megabytes"),
        pytest.param(b"a: !!python/object:os.system x\n", "E107", "", id="a-tag-that-would-run-code"),
        pytest.param(b"a: *nobody\n", "E107", "undefined alias", id="an-alias-to-nothing"),
    ],
)
def test_what_cannot_be_read_is_one_clear_problem(data: bytes, code: str, said: str) -> None:
    parsed = parse(data, "team.yaml")
    assert parsed.value is None
    (problem,) = parsed.problems
    assert (problem.code, problem.file) == (code, "team.yaml")
    assert said in problem.message


@pytest.mark.parametrize(
    ("text", "value"),
    [
        pytest.param("a: no", "no", id="no-is-a-text"),
        pytest.param("a: on", "on", id="on-is-a-text"),
        pytest.param("a: yes", "yes", id="yes-is-a-text"),
        pytest.param("a: 1:30", "1:30", id="a-time-is-a-text"),
        pytest.param("a: 012", "012", id="a-leading-zero-stays"),
        pytest.param("a: 0o14", "0o14", id="octal-is-a-text"),
        pytest.param("a: 0x1F", "0x1F", id="hexadecimal-is-a-text"),
        pytest.param("a: 1_000", "1_000", id="digits-in-groups-are-a-text"),
        pytest.param("a: 3.10", "3.10", id="a-version-keeps-its-zero"),
        pytest.param("a: 1e3", "1e3", id="an-exponent-is-a-text"),
        pytest.param("a: .inf", ".inf", id="infinity-is-a-text"),
        pytest.param("a: 2026-11-23", "2026-11-23", id="a-date-is-a-text"),
        pytest.param("a: 12345678901234567890", "12345678901234567890", id="a-number-too-long-is-a-text"),
        pytest.param("a: 0.5", 0.5, id="a-decimal-is-a-number"),
        pytest.param("a: -7", -7, id="a-negative-number"),
        pytest.param("a: '7'", "7", id="quotes-make-a-text"),
        pytest.param("a: !!str 7", "7", id="a-tag-makes-a-text"),
        pytest.param("a: ~", None, id="a-tilde-alone-is-null"),
        pytest.param("a:", None, id="nothing-is-null"),
        pytest.param("%YAML 1.1\n---\na: no", "no", id="an-old-version-changes-nothing"),
        pytest.param("a: |\n  x\n  \ty", "x\n\ty", id="a-tab-inside-a-text"),
        pytest.param("a: true", True, id="true-is-true"),
        pytest.param("\ufeffa: b", "b", id="a-byte-order-mark-is-ignored"),
        pytest.param("a: b\r\n", "b", id="crlf"),
    ],
)
def test_yaml_1_2_has_no_surprises(text: str, value: object) -> None:
    assert parse(text.encode("utf-8"), "x").value == {"a": value}


def test_a_merge_key_lays_a_mapping_under_ones_own() -> None:
    text = "base: &base {x: 1, y: 2}\na: {<<: *base, y: 3}\nb: {<<: [{z: 1}, *base]}\n"
    assert parse(text.encode(), "x").value == {
        "base": {"x": 1, "y": 2},
        "a": {"x": 1, "y": 3},
        "b": {"x": 1, "y": 2, "z": 1},
    }


@pytest.mark.parametrize(
    ("data", "line", "column"),
    [
        pytest.param(b"a: 1\nb:\n  c: 1\n  c: 2\n", 4, 3, id="a-duplicate-key"),
        pytest.param(b"a:\n  b: 1\n  \tc: 1\n", 3, 3, id="a-tab"),
        pytest.param(b"a: 1\nb: \xff\n", 2, 4, id="a-byte-that-is-not-utf-8"),
        pytest.param("a: é\nb: *x\n".encode(), 2, 4, id="an-unknown-alias"),
        pytest.param(b"a: 1\n---\nb: 2\n", 2, 1, id="a-second-document"),
        pytest.param(b"a: 1\nb: x\x07y\n", 2, 5, id="a-bell"),
        pytest.param(b"\xef\xbb\xbfa: *x\n", 1, 4, id="after-a-byte-order-mark"),
        pytest.param(b"a: [1,\n  2\n", 1, 4, id="a-bracket-that-stays-open"),
    ],
)
def test_what_cannot_be_read_has_a_place(data: bytes, line: int, column: int) -> None:
    (problem,) = parse(data, "x").problems
    assert (problem.line, problem.column) == (line, column)
    assert problem.excerpt
    assert "\ufeff" not in problem.excerpt


@given(st.binary(max_size=200))
def test_any_bytes_are_data_or_problems(data: bytes) -> None:
    parsed = parse(data, "x")
    assert (parsed.value is None) == bool(parsed.problems)


@given(st.text(st.sampled_from("ab:-[]{}&*!|>'\"#%@`,? \n\t0"), max_size=60))
def test_any_punctuation_is_data_or_problems(text: str) -> None:
    parsed = parse(text.encode(), "x")
    assert (parsed.value is None) == bool(parsed.problems)


TEXT = "agents:\n  ada: {profile: codex, window: 4}\ntasks:\n  - id: T-1\n    title: 'Été'\n"


@pytest.mark.parametrize(
    ("path", "on", "place"),
    [
        (("agents", "ada", "profile"), "value", Place(line=2, column=18, width=5)),
        (("agents", "ada", "profile"), "key", Place(line=2, column=9, width=7)),
        (("tasks", 0, "title"), "value", Place(line=5, column=12, width=5)),
        (("tasks", 0, "missing"), "value", Place(line=4, column=5, width=1)),
        (("tasks", 0), "value", Place(line=4, column=5, width=1)),
        (("tasks", 7, "title"), "value", Place(line=3, column=1, width=5)),
        (("nothing",), "value", Place(line=1, column=1, width=1)),
    ],
)
def test_places(path: tuple[str | int, ...], on: str, place: Place) -> None:
    assert locate(TEXT, path, on) == place
