from __future__ import annotations

import pytest

from amp_fsm.rehearsal.practice_agent.keys import Event, Key, KeyReader, Paste, Text

ENTER = Key(name="enter")


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        pytest.param(b"hi\r", [Text(text="hi"), ENTER], id="typed-text-and-enter"),
        pytest.param(b"a\nb", [Text(text="a"), Key(name="newline"), Text(text="b")], id="a-line-feed-is-a-new-line"),
        pytest.param(
            b"\x1b[200~a\rb\r\nc\x1b[201~\r",
            [Paste(text="a\nb\nc"), ENTER],
            id="line-ends-inside-a-paste-do-not-submit",
        ),
        pytest.param(b"\x1b[200~a\x1bb\x1b[201~", [Paste(text="a\x1bb")], id="an-escape-inside-a-paste-is-text"),
        pytest.param(b"\x1b[A\x1b[B", [Key(name="up"), Key(name="down")], id="arrows"),
        pytest.param(b"\x1b[0n", [Key(name="painted")], id="the-terminals-answer"),
        pytest.param(b"\x1b[15~x", [Text(text="x")], id="keys-it-does-not-know-are-nothing"),
        pytest.param(b"\x1bx", [Key(name="escape"), Text(text="x")], id="an-escape-before-a-letter"),
        pytest.param("❯é".encode(), [Text(text="❯é")], id="text-beyond-ascii"),
    ],
)
@pytest.mark.parametrize("size", [1, 1000], ids=["byte-by-byte", "at-once"])
def test_bytes_become_events(data: bytes, expected: list[Event], size: int) -> None:
    reader = KeyReader()
    found = [event for at in range(0, len(data), size) for event in reader.feed(data[at : at + size])]
    assert joined(found) == joined(expected)


def test_a_lone_escape_is_a_key_once_nothing_follows() -> None:
    reader = KeyReader()
    assert reader.feed(b"\x1b") == []
    assert reader.flush() == [Key(name="escape")]
    assert reader.flush() == []


def test_a_paste_that_has_not_ended_is_nothing_yet() -> None:
    reader = KeyReader()
    assert reader.feed(b"\x1b[200~abc") == []
    assert reader.flush() == []
    assert reader.feed(b"\x1b[201~") == [Paste(text="abc")]


def joined(events: list[Event]) -> list[Event]:
    """Neighbouring texts as one: how text is cut into pieces says nothing."""
    made: list[Event] = []
    for event in events:
        if isinstance(event, Text) and made and isinstance(made[-1], Text):
            made[-1] = Text(text=made[-1].text + event.text)
        else:
            made.append(event)
    return made
