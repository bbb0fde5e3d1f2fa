"""Telling the operator on standard error."""

from __future__ import annotations

import errno
import io

import pytest

from amp_fsm.world.notifier import StderrNotifier


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("it is stuck", "amp-fsm: agent/codex: it is stuck\n", id="one-line"),
        pytest.param("stuck:\n$ ls\n", "amp-fsm: agent/codex: stuck:\n    $ ls\n", id="further-lines-are-indented"),
        pytest.param("", "amp-fsm: agent/codex: \n", id="nothing"),
    ],
)
def test_a_message_is_told(text: str, expected: str) -> None:
    stream = io.StringIO()
    StderrNotifier(stream).tell("agent/codex", text)
    assert stream.getvalue() == expected


def test_standard_error_is_where_it_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    StderrNotifier().tell("agent/codex", "x")
    assert capsys.readouterr() == ("", "amp-fsm: agent/codex: x\n")


def test_a_stream_that_cannot_be_written_stops_nothing() -> None:
    closed = io.StringIO()
    closed.close()
    StderrNotifier(closed).tell("agent/codex", "x")
    StderrNotifier(Full()).tell("agent/codex", "x")


class Full(io.StringIO):
    """A stream on a full disk."""

    def write(self, text: str, /) -> int:
        raise OSError(errno.ENOSPC, f"no room for {text!r}")
