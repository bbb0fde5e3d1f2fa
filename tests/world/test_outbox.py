"""Notices on their way: gathered, bounded, kept until they were sent; and sent for real to a receiver on loopback."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from amp_fsm.model.notice import Notice, NotificationSpec, Severity
from amp_fsm.world.apprise_send import send
from amp_fsm.world.outbox import MOST_LINES, RETRY_SECONDS, Outbox

CHANNEL = NotificationSpec(name="phone", url="json://nowhere")
NOTICE = Notice(address="agent/ada", text="agent/ada asks: trust", kind="asks", at=1000.0)


@dataclass(slots=True)
class Post:
    """Somebody who sends messages, or fails to."""

    sent: list[tuple[str, str, str]] = field(default_factory=list)
    error: str = ""

    def __call__(self, url: str, title: str, body: str) -> str:
        if not self.error:
            self.sent.append((url, title, body))
        return self.error


@pytest.fixture
def post() -> Post:
    return Post()


def outbox(folder: Path, post: Post, *channels: NotificationSpec) -> Outbox:
    """Return an outbox as each new process makes its own."""
    return Outbox(folder, "palm-oil", channels or (CHANNEL,), post)


def test_a_notice_is_sent_once(tmp_path: Path, post: Post) -> None:
    outbox(tmp_path, post).put(NOTICE)
    for _ in range(2):
        assert outbox(tmp_path, post).send_due(1000.0) == ()
    assert post.sent == [("json://nowhere", "amp-fsm palm-oil: warning", "agent/ada asks: trust")]


@pytest.mark.parametrize(
    ("channel", "wanted"),
    [
        (replace(CHANNEL, kinds=("asks", "died")), True),
        (replace(CHANNEL, kinds=("ask",)), False),
        (replace(CHANNEL, severity=Severity.CRITICAL), False),
        (replace(CHANNEL, severity=Severity.INFO), True),
    ],
)
def test_a_channel_is_for_kinds_and_severities(
    tmp_path: Path, post: Post, channel: NotificationSpec, wanted: bool
) -> None:
    box = outbox(tmp_path, post, channel)
    box.put(NOTICE)
    box.send_due(1000.0)
    assert len(post.sent) == wanted


def test_notices_are_gathered_and_a_critical_one_takes_them_along(tmp_path: Path, post: Post) -> None:
    channel = replace(CHANNEL, digest=600.0)
    box = outbox(tmp_path, post, channel)
    box.put(NOTICE)
    box.put(replace(NOTICE, address="agent/ben", text="agent/ben is gone", at=1200.0))
    box.send_due(1599.0)
    assert post.sent == []
    box.send_due(1600.0)
    assert post.sent[0][1:] == ("amp-fsm palm-oil: warning (2)", "agent/ada asks: trust\nagent/ben is gone")
    box.put(replace(NOTICE, at=1700.0))
    box.put(replace(NOTICE, text="budget spent", severity=Severity.CRITICAL, at=1701.0))
    box.send_due(1701.0)
    assert post.sent[1][1:] == ("amp-fsm palm-oil: critical (2)", "agent/ada asks: trust\nagent/ada: budget spent")


def test_no_more_messages_than_allowed_and_nothing_is_lost(tmp_path: Path, post: Post) -> None:
    channel = replace(CHANNEL, most=2, seconds=100.0)
    for second in range(6):
        box = outbox(tmp_path, post, channel)
        box.put(replace(NOTICE, text=f"agent/ada {second}", at=1000.0 + second))
        box.send_due(1000.0 + second)
    assert [body for _, _, body in post.sent] == ["agent/ada 0", "agent/ada 1"]
    outbox(tmp_path, post, channel).send_due(1100.0)
    assert post.sent[2][2] == "agent/ada 2\nagent/ada 3\nagent/ada 4\nagent/ada 5"


def test_what_could_not_be_sent_is_said_kept_and_tried_again_later(tmp_path: Path, post: Post) -> None:
    box = outbox(tmp_path, post)
    box.put(NOTICE)
    post.error = "it could not be reached"
    (said,) = box.send_due(1000.0)
    assert said == "notification `phone`: it could not be reached; 1 kept for the next try"
    assert box.send_due(1000.0 + RETRY_SECONDS / 2) == ()
    post.error = ""
    box.send_due(1000.0 + RETRY_SECONDS)
    assert len(post.sent) == 1


def test_a_long_message_is_cut_and_says_so(tmp_path: Path, post: Post) -> None:
    box = outbox(tmp_path, post)
    for number in range(MOST_LINES + 7):
        box.put(replace(NOTICE, at=1000.0 + number))
    box.send_due(2000.0)
    assert post.sent[0][2].splitlines()[-1] == "and 7 more"


def test_a_broken_file_is_told_instead_of_stopping_the_others(tmp_path: Path, post: Post) -> None:
    box = outbox(tmp_path, post)
    box.put(NOTICE)
    (tmp_path / "notices" / "phone" / "0000-half.json").write_text("{")
    (tmp_path / "notices" / "phone" / "sent.json").write_text("[")
    assert box.send_due(1000.0) == ()
    assert "a notice could not be read" in post.sent[0][2]
    assert "agent/ada asks: trust" in post.sent[0][2]


# ---- for real ----------------------------------------------------------------------------------------------------


@pytest.fixture
def receiver() -> Iterator[tuple[str, list[Any]]]:
    """A receiver of JSON on loopback, as an Apprise URL, with what it received."""
    received: list[Any] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            received.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"json://127.0.0.1:{server.server_address[1]}/", received
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_a_message_reaches_a_receiver(receiver: tuple[str, list[Any]]) -> None:
    url, received = receiver
    assert send(url, "a title", "a line\nanother: «é»") == ""
    assert (received[0]["title"], received[0]["message"]) == ("a title", "a line\nanother: «é»")


def test_a_receiver_that_is_not_there_and_a_url_that_is_none_are_said() -> None:
    assert send("json://127.0.0.1:1/", "t", "b") == "it could not be reached, or refused the message"
    assert send("no url", "t", "b") == "its url is none that Apprise knows"
