"""Anthropic's Messages: Claude Code."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tests.agents.mock_llm import api
from tests.agents.mock_llm.api import Api, Body, Event, Piece, Refusal, Reply
from tests.agents.mock_llm.asked import Asked, Turn, text_of

_TEXT = ({"type": "text", "text": ""}, "text_delta", "text")
_THOUGHT = ({"type": "thinking", "thinking": "", "signature": ""}, "thinking_delta", "thinking")


def _parse(path: str, body: Body) -> Asked:
    return Asked(
        turns=tuple(turn for item in body.get("messages") or () for turn in _turns(item)),
        system=text_of(body.get("system") or ""),
        tools=tuple(body.get("tools") or ()),
        stream=bool(body.get("stream")),
        model=str(body.get("model", "")),
    )


def _turns(item: Body) -> Iterator[Turn]:
    content = item.get("content")
    parts = content if isinstance(content, list) else []
    results = [part for part in parts if isinstance(part, dict) and part.get("type") == "tool_result"]
    said = text_of(content)
    if results:
        yield Turn(role="tool", text=text_of(results[0].get("content")))
    if said.strip() or not results:  # with a result: a message that was queued while the tool ran
        yield Turn(role=str(item.get("role")), text=said)


def _message(reply: Reply) -> dict[str, Any]:
    usage = {"input_tokens": 10, "output_tokens": 5}
    shared = {"id": f"msg_{reply.number:08d}", "type": "message", "role": "assistant", "model": reply.model}
    return {**shared, "content": [], "stop_reason": None, "stop_sequence": None, "usage": usage}


def _call(reply: Reply) -> dict[str, Any] | None:
    call = reply.answer.call
    if call is None:
        return None
    return {"type": "tool_use", "id": f"toolu_{reply.number:08d}", "name": call.tool, "input": call.arguments}


def _event(name: str, **values: Any) -> Event:
    return Event(name=name, data={"type": name, **values})


def _stream(reply: Reply) -> Iterator[Event]:
    call = _call(reply)
    yield _event("message_start", message=_message(reply))
    if call is None:
        yield from _blocks(reply.pieces())
    else:
        yield _event("content_block_start", index=0, content_block={**call, "input": {}})
        delta = {"type": "input_json_delta", "partial_json": json.dumps(call["input"])}
        yield _event("content_block_delta", index=0, delta=delta)
        yield _event("content_block_stop", index=0)
    stop = {"stop_reason": "end_turn" if call is None else "tool_use", "stop_sequence": None}
    yield _event("message_delta", delta=stop, usage={"output_tokens": 5})
    yield _event("message_stop")


def _blocks(pieces: Iterator[Piece]) -> Iterator[Event]:
    """Yield the text's pieces in blocks, a new one where reasoning turns into answer."""
    index, thought = -1, None
    for piece in pieces:
        block, kind, key = _THOUGHT if piece.thought else _TEXT
        if piece.thought is not thought:
            if index >= 0:
                yield _event("content_block_stop", index=index)
            index, thought = index + 1, piece.thought
            yield _event("content_block_start", index=index, content_block=block)
        yield _event("content_block_delta", index=index, delta={"type": kind, key: piece.text})
    if index >= 0:
        yield _event("content_block_stop", index=index)


def _whole(reply: Reply) -> dict[str, Any]:
    call = _call(reply)
    content = call or {"type": "text", "text": api.text(reply)}
    return {**_message(reply), "content": [content], "stop_reason": "end_turn" if call is None else "tool_use"}


def _refuse(reply: Reply) -> Refusal:
    status = reply.answer.status
    error = {"type": f"{api.WHAT.get(status, 'api')}_error", "message": f"mock error {status}"}
    limit = "anthropic-ratelimit-unified-"
    headers = (
        (f"{limit}status", "rejected"),
        (f"{limit}reset", str(reply.resets_at)),
        (f"{limit}representative-claim", "five_hour"),
        (f"{limit}overage-status", "rejected"),
        ("x-should-retry", "false"),
    )
    return Refusal(body={"type": "error", "error": error}, headers=headers if reply.answer.limit else ())


ANTHROPIC = Api(
    name="anthropic",
    serves=lambda path: path.endswith("/messages"),
    parse=_parse,
    stream=_stream,
    whole=_whole,
    refuse=_refuse,
)
