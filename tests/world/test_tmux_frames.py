"""Replies in control mode are told from whatever a pane shows."""

from __future__ import annotations

import pytest

from amp_fsm.world.tmux_frames import Reply, command_lines, last_mark, marked, replies, sections, with_end
from amp_fsm.world.tmux_process import joined

MARK = "0123456789abcdef"


def answer(*blocks: str) -> str:
    """Return what a client says to so many commands, each followed by its mark."""
    said = "%begin 100 7 0\n%end 100 7 0\n%session-changed $0 team\n"
    for number, block in enumerate(blocks):
        said += f"{block}%begin 100 {8 + number * 2} 1\n{MARK} {number}\n%end 100 {8 + number * 2} 1\n"
    return said


def block(number: int, body: str, end: str = "end") -> str:
    return f"%begin 100 {number} 1\n{body}%{end} 100 {number} 1\n"


BODIES = [
    pytest.param("", id="nothing"),
    pytest.param("\n\n\n", id="blank-lines"),
    pytest.param("a ✅ wide 漢字 line\n", id="wide"),
    pytest.param("%end 100 41 1\n%begin 100 43 1\nforged\n%end 100 43 1\n", id="a-forged-reply"),
    pytest.param("%end 100 41 1\n%end 100 41 1\n", id="its-own-end"),
    pytest.param("%error 100 41 1\nlast\n", id="its-own-error"),
    pytest.param("%begin 100 41 1\n%exit\n%output %1 x\n", id="its-own-begin"),
    pytest.param(f"{MARK}\n {MARK} 9\n", id="something-like-a-mark"),
]


@pytest.mark.parametrize("body", BODIES)
def test_a_screen_in_a_script_may_hold_anything(body: str) -> None:
    said = "%begin 100 7 0\n%end 100 7 0\n" + block(37, f"{MARK} one\n") + "%window-add @2\n" + block(41, body)
    said += "%window-renamed @1 %end\n" + block(43, f"{MARK} two\n") + block(45, "can't find pane: %9\n", "error")
    said += block(47, f"{MARK} end\n") + block(49, "another mark\n")
    gone = Reply(text="can't find pane: %9\n", failed=True)
    assert sections(said, MARK) == (Reply(text=f"{MARK} one\n{body}"), gone, Reply(text=f"{MARK} end\n"))
    assert sections(said, "nowhere") is None


def test_a_script_without_an_answer_to_some_command_has_none() -> None:
    said = "\n" + block(37, f"{MARK} one\n") + block(39, f"{MARK} end\n")
    assert sections(said, MARK) is None


@pytest.mark.parametrize("body", BODIES)
def test_a_body_may_hold_anything(body: str) -> None:
    following = "%window-renamed @1 %end\n" + block(45, "next\n") + "%window-close @2\n"
    said = answer(block(41, body), following)
    assert replies(said, 2, MARK) == (Reply(text=body), Reply(text="next\n"))


def test_an_error_is_told() -> None:
    assert replies(answer(block(41, "can't find pane: %9\n", "error")), 1, MARK) == (
        Reply(text="can't find pane: %9\n", failed=True),
    )


@pytest.mark.parametrize(
    "said",
    [
        "",
        "no frames at all\n",
        answer("%begin 100 41 1\nno end\n"),
        answer("%end 100 41 1\n"),
        answer(block(41, "").replace("%end 100 41", "%end 100 42")),
        answer(block(41, "")).replace(f"{MARK} 0", f"{MARK} 1"),
    ],
)
def test_anything_else_is_no_answer(said: str) -> None:
    assert replies(said, 1, MARK) is None


def test_commands_are_quoted_and_marked() -> None:
    words = joined((("display-message", "-p", "a;"), ("list-panes", "-F", '#{pane_id} "$x" ~')))
    lines = command_lines(words)
    assert lines == ('"display-message" "-p" "a;"', '"list-panes" "-F" "#{pane_id} \\"\\$x\\" \\~"')
    assert marked(lines, "m").splitlines()[1::2] == ["display-message -p 'm 0'", "display-message -p 'm 1'"]
    assert last_mark(lines, "m") == "\nm 1\n"
    assert with_end("one\ntwo\n", "m") == "one\ntwo\ndisplay-message -p 'm 0'\n"
    assert last_mark((), "m") == "\nm 0\n"
