"""Captures to normalised lines."""

import pytest

from amp_fsm.observe.screen_text import Line, normalise, read_lines


@pytest.mark.parametrize(
    ("written", "read"),
    [
        pytest.param("❯\u00a0hello\u202fthere  ", "❯ hello there", id="no-break-spaces-are-spaces-and-ends-are-cut"),
        pytest.param("━━╌╌┄══", "───────", id="heavy-dashed-and-double-rules-are-light"),
        pytest.param("┏┃┗ ╔║╚", "╭│╰ ╭│╰", id="frames-are-light-and-round"),
        pytest.param("Thinking... wait…", "Thinking… wait…", id="three-dots-are-an-ellipsis"),
        pytest.param("You’ve “hit” it", 'You\'ve "hit" it', id="quotes-are-straight"),
        pytest.param("hello\u200b ✳\ufe0e", "hello ✳", id="invisible-characters-go"),
        pytest.param("\x1b[1;38;5;174mred\x1b[0m \x1b]8;;x\x1b\\link", "red link", id="escape-sequences-go"),
    ],
)
def test_normalise(written: str, read: str) -> None:
    assert normalise(written) == read


def test_line_numbers_are_those_of_the_capture_and_blank_ends_are_cut() -> None:
    assert [(line.number, line.text) for line in read_lines("\na\n\nb\n\n")] == [(1, ""), (2, "a"), (3, ""), (4, "b")]


@pytest.mark.parametrize(
    ("capture", "solid"),
    [
        pytest.param("> \x1b[2mTry this\x1b[0m", ">", id="dim-is-ghost"),
        pytest.param("> \x1b[7mT\x1b[0;2mry this\x1b[0m", ">", id="the-cursor-on-a-ghosts-first-letter-is-ghost"),
        pytest.param("> typed\x1b[7m \x1b[0m", "> typed", id="the-cursor-after-a-draft-is-blank"),
        pytest.param("> \x1b[1mbold\x1b[0m", "> bold", id="bold-is-typed"),
        pytest.param("> \x1b[2ma\x1b[22mb", ">  b", id="normal-intensity-ends-dim"),
        pytest.param("> \x1b[38;2;2;2;2mcolour", "> colour", id="a-colours-numbers-are-not-attributes"),
        pytest.param("> \x1b[48;5;2mground", "> ground", id="a-backgrounds-number-is-not-an-attribute"),
        pytest.param("> \x1b[38:2::1:2:2mcolon", "> colon", id="colours-may-be-written-with-colons"),
    ],
)
def test_ghost_text_is_left_out(capture: str, solid: str) -> None:
    (line,) = read_lines(capture)
    assert line.solid == solid


def test_styles_carry_over_line_ends() -> None:
    assert [line.solid for line in read_lines("\x1b[2ma\nb\x1b[0m\nc")] == ["", "", "c"]


def test_only_a_capture_with_colours_can_tell_what_was_typed() -> None:
    assert read_lines("> Type")[0].plain == ""
    assert read_lines("> \x1b[38;5;8mType\x1b[0m")[0].plain == ">"
    assert read_lines("\x1b[35m> \x1b[39mType\x1b[2m it") == (
        Line(number=1, text="> Type it", solid="> Type", plain="  Type"),
    )


def test_a_scroll_bar_at_the_right_edge_is_no_text() -> None:
    texts = ["╭────╮", "│ a  │", "", "> 樹", "1. c", "●\ufe0e", "", "d"]
    widths = [20, 20, 20, 19, 20, 21, 20, 20]
    shown = [f"{text:<{width}}{bar}" for text, width, bar in zip(texts, widths, "│││█████", strict=True)]
    assert [line.text for line in read_lines("\n".join([*shown, "> e"]))] == [*map(normalise, texts), "> e"]


@pytest.mark.parametrize("edges", ["││││││││││", "███"], ids=["a-frame", "a-picture"])
def test_what_stands_at_the_right_edge_and_is_no_scroll_bar_stays(edges: str) -> None:
    assert all(line.text.endswith(edge) for line, edge in zip(read_lines("\n".join(edges)), edges, strict=True))
