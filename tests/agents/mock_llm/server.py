"""The HTTP side: a loopback server that speaks every protocol on one port."""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.agents.mock_llm.anthropic import ANTHROPIC
from tests.agents.mock_llm.api import Api, Event, Reply
from tests.agents.mock_llm.chat import CHAT
from tests.agents.mock_llm.gemini import GEMINI
from tests.agents.mock_llm.model import Exchange, Model
from tests.agents.mock_llm.openai_responses import RESPONSES

APIS = (CHAT, RESPONSES, ANTHROPIC, GEMINI)
_COUNTED = {"input_tokens": 10, "totalTokens": 10}


@contextmanager
def serving(log: Path | None = None, port: int = 0) -> Iterator[Model]:
    """Serve a model on a loopback port (0: any free one) while the block runs; `url` has no path."""
    model = Model(log)
    server = _Server(("127.0.0.1", port), partial(_Handler, model))
    model.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=partial(server.serve_forever, 0.05), daemon=True)
    thread.start()
    try:
        yield model
    finally:
        model.let_go()
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say what went wrong, unless the program only went away."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def __init__(self, model: Model, *arguments: Any) -> None:
        self.model = model
        super().__init__(*arguments)

    def log_message(self, format: str, *args: Any) -> None:
        return

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        if path.endswith("/models"):
            known = {"id": "mock-model", "object": "model", "created": 0, "owned_by": "mock"}
            self._send({"object": "list", "data": [known], "models": []})
        else:
            self._send({}, 200 if path == "/" else 404)

    do_HEAD = do_GET

    def do_POST(self) -> None:
        raw, path = self._body(), self.path.partition("?")[0]
        api = next((api for api in APIS if api.serves(path)), None)
        if api is None:
            counts = "count" in path.rpartition("/")[2].lower()
            self._send(_COUNTED if counts else {}, 200 if counts else 404)
            return
        exchange = self.model.take(api.name, api.parse(path, json.loads(raw or b"{}")))
        try:
            self._answer(api, exchange)
        except OSError:  # the program went away
            self.close_connection = True

    def _body(self) -> bytes:
        if "chunked" not in self.headers.get("transfer-encoding", ""):
            return self.rfile.read(int(self.headers.get("content-length") or 0))
        raw = b""
        while size := int(self.rfile.readline().partition(b";")[0], 16):
            raw += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return raw

    def _answer(self, api: Api, exchange: Exchange) -> None:
        asked, answer = exchange.asked, exchange.answer
        if answer.call is not None:
            self.model.wait(exchange)
        reply = Reply(
            number=exchange.number,
            model=asked.model,
            answer=answer,
            resets_at=int(time.time()) + self.model.resets_in,
            pieces=partial(self.model.pieces, exchange),
        )
        if answer.status != 200:
            refusal = api.refuse(reply)
            self.model.finish(exchange, answer.status)
            self._send(refusal.body, answer.status, refusal.headers)
        elif asked.stream:
            self._stream(api.stream(reply))
            self.model.finish(exchange, 200)
        else:
            self._send(api.whole(reply))
            self.model.finish(exchange, 200)

    def _send(self, value: object, status: int = 200, headers: tuple[tuple[str, str], ...] = ()) -> None:
        data = json.dumps(value).encode()
        self.send_response(status)
        for name, said in (("content-type", "application/json"), ("content-length", str(len(data))), *headers):
            self.send_header(name, said)
        self.end_headers()
        self.wfile.write(data)

    def _stream(self, events: Iterator[Event]) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        for event in events:
            data = event.data if isinstance(event.data, str) else json.dumps(event.data)
            raw = ((f"event: {event.name}\n" if event.name else "") + f"data: {data}\n\n").encode()
            self.wfile.write(b"%x\r\n%s\r\n" % (len(raw), raw))
            self.wfile.flush()
        self.wfile.write(b"0\r\n\r\n")
        self.wfile.flush()
