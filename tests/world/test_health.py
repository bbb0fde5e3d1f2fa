"""Asking services over HTTP: healthy, unhealthy, and no answer are three things."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread

import pytest

from amp_fsm.model.project import HttpExpect
from amp_fsm.model.seen import Failed, HttpSeen
from amp_fsm.world.health import fetch, fetch_all


class Service(BaseHTTPRequestHandler):
    """Answers `/ok`, `/json`, `/broken`, and never `/silent`."""

    released = Event()

    def do_GET(self) -> None:
        if self.path == "/silent":
            self.released.wait(20)
            return
        body = json.dumps({"data": {"status": "up", "n": 3, "list": [True]}}).encode()
        self.send_response(503 if self.path == "/broken" else 204 if self.path == "/empty" else 200)
        self.end_headers()
        if self.path == "/json":
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing on standard error."""


@pytest.fixture(scope="module")
def service() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Service) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        Service.released.set()
        server.shutdown()
        thread.join()


@contextmanager
def closed_port() -> Iterator[int]:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield bound.getsockname()[1]


@pytest.mark.parametrize(
    ("path", "field", "equals", "expected"),
    [
        pytest.param("/ok", "", "", HttpSeen(healthy=True, said="HTTP 200"), id="200-is-healthy"),
        pytest.param("/broken", "", "", HttpSeen(healthy=False, said="HTTP 503"), id="503-is-not"),
        pytest.param("/empty", "", "", HttpSeen(healthy=False, said="HTTP 204"), id="204-is-not"),
        pytest.param("/json", "data.status", "up", HttpSeen(healthy=True, said="data.status = up"), id="a-text-equals"),
        pytest.param("/json", "data.status", "down", HttpSeen(healthy=False, said="data.status = up"), id="it-differs"),
        pytest.param("/json", "data.n", "3", HttpSeen(healthy=True, said="data.n = 3"), id="a-number-equals"),
        pytest.param(
            "/json", "data.list.0", "true", HttpSeen(healthy=True, said="data.list.0 = true"), id="an-item-of-a-list"
        ),
        pytest.param(
            "/json", "data.none", "up", HttpSeen(healthy=False, said="no data.none in the answer"), id="it-is-absent"
        ),
        pytest.param(
            "/json", "data.list.x", "1", HttpSeen(healthy=False, said="no data.list.x in the answer"), id="no-such-item"
        ),
        pytest.param("/ok", "data", "up", HttpSeen(healthy=False, said="no data in the answer"), id="it-is-no-json"),
    ],
)
def test_an_answer_is_judged(service: str, path: str, field: str, equals: str, expected: HttpSeen) -> None:
    assert fetch(HttpExpect(url=service + path, json=field, equals=equals)) == expected


def test_a_refused_connection_is_unhealthy() -> None:
    with closed_port() as port:
        seen = fetch(HttpExpect(url=f"http://127.0.0.1:{port}/"))
    assert seen == HttpSeen(healthy=False, said="connection refused")


def test_silence_is_failed(service: str) -> None:
    assert fetch(HttpExpect(url=f"{service}/silent", timeout=0.2)) == Failed(reason="no answer in 0.2 s")


@pytest.mark.parametrize("url", ["file:///etc/hostname", "ftp://127.0.0.1/", "nonsense"])
def test_another_kind_of_url_is_failed(url: str) -> None:
    seen = fetch(HttpExpect(url=url))
    assert isinstance(seen, Failed)
    assert "no http or https URL" in seen.reason


def test_this_machine_is_asked_directly_whatever_proxy_is_named(service: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with closed_port() as port:
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{port}")
        assert fetch(HttpExpect(url=f"{service}/ok")) == HttpSeen(healthy=True, said="HTTP 200")


def test_all_are_asked_side_by_side_and_one_silent_one_holds_up_no_other(service: str) -> None:
    wanted = {
        "service/a": HttpExpect(url=f"{service}/ok"),
        "service/b": HttpExpect(url=f"{service}/silent", timeout=0.2),
        "service/c": HttpExpect(url=f"{service}/broken"),
    }
    assert fetch_all(wanted) == {
        "service/a": HttpSeen(healthy=True, said="HTTP 200"),
        "service/b": Failed(reason="no answer in 0.2 s"),
        "service/c": HttpSeen(healthy=False, said="HTTP 503"),
    }


def test_nothing_asked_is_nothing_answered() -> None:
    assert fetch_all({}) == {}
