"""A scripted language model on loopback, speaking OpenAI's chat completions (streamed), for real agent programs.

Every request's last user text is kept.  A line `MOCK:slow SECONDS` in it makes the answer stream that long.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

SLOW = re.compile(r"^MOCK:slow ([\d.]+)$", re.MULTILINE)


@dataclass
class Model:
    """The model behind a URL.

    Attributes:
        prompts: last user text of every request, in order of arrival.
        log: what happened, in order: `asked` and `answered`, with the first line of the prompt.
    """

    url: str = ""
    prompts: list[str] = field(default_factory=list)
    log: list[tuple[str, str]] = field(default_factory=list)
    released: threading.Event = field(default_factory=threading.Event)


@contextmanager
def serving() -> Iterator[Model]:
    """Serve a model on a free loopback port while the block runs."""
    model = Model()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            _answer(self, model, _last_user_text(body))

        def do_GET(self) -> None:
            self.send_error(404)

        def log_message(self, format: str, *args: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    model.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield model
    finally:
        model.released.set()
        server.shutdown()
        server.server_close()
        thread.join()


def _answer(handler: BaseHTTPRequestHandler, model: Model, prompt: str) -> None:
    model.prompts.append(prompt)
    model.log.append(("asked", prompt.partition("\n")[0]))
    handler.send_response(200)
    handler.send_header("content-type", "text/event-stream")
    handler.send_header("connection", "close")
    handler.end_headers()
    slow = SLOW.search(prompt)
    try:
        _send(handler, {"role": "assistant", "content": "working "}, None)
        if slow:
            model.released.wait(float(slow.group(1)))
        _send(handler, {"content": "done."}, None)
        _send(handler, {}, "stop")
        handler.wfile.write(b"data: [DONE]\n\n")
        handler.wfile.flush()
        model.log.append(("answered", prompt.partition("\n")[0]))
    except OSError:
        return
    finally:
        handler.close_connection = True


def _send(handler: BaseHTTPRequestHandler, delta: dict[str, str], finish: str | None) -> None:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    chunk = {"id": "c", "object": "chat.completion.chunk", "created": 0, "model": "mock-model", "choices": [choice]}
    handler.wfile.write(f"data: {json.dumps(chunk)}\n\n".encode())
    handler.wfile.flush()


def _last_user_text(body: dict[str, Any]) -> str:
    texts = [message["content"] for message in body.get("messages", []) if message.get("role") == "user"]
    content = texts[-1] if texts else ""
    if isinstance(content, str):
        return content
    return "\n".join(part.get("text", "") for part in content)
