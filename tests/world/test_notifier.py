"""Telling the operator on standard error."""

from __future__ import annotations

import errno
import io

import pytest

from amp_fsm.model.notice import Notice
from amp_fsm.world.notifier import OperatorNotifier


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
    OperatorNotifier(stream).tell(Notice(address="agent/codex", text=text))
    assert stream.getvalue() == expected


def test_standard_error_is_where_it_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    OperatorNotifier().tell(Notice(address="agent/codex", text="x"))
    assert capsys.readouterr() == ("", "amp-fsm: agent/codex: x\n")


def test_a_stream_that_cannot_be_written_stops_nothing() -> None:
    closed = io.StringIO()
    closed.close()
    OperatorNotifier(closed).tell(Notice(address="agent/codex", text="x"))
    OperatorNotifier(Full()).tell(Notice(address="agent/codex", text="x"))


class Full(io.StringIO):
    """A stream on a full disk."""

    def write(self, text: str, /) -> int:
        raise OSError(errno.ENOSPC, f"no room for {text!r}")
