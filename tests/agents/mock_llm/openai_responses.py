"""OpenAI's Responses: Codex."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import count
from typing import Any

from tests.agents.mock_llm import api
from tests.agents.mock_llm.api import Api, Body, Event, Refusal, Reply
from tests.agents.mock_llm.asked import Asked, Turn, text_of

_USAGE = {
    "input_tokens": 10,
    "input_tokens_details": {"cached_tokens": 0},
    "output_tokens": 5,
    "output_tokens_details": {"reasoning_tokens": 0},
    "total_tokens": 15,
}


def _parse(path: str, body: Body) -> Asked:
    items = body.get("input") or ()
    items = [{"role": "user", "content": items}] if isinstance(items, str) else items
    return Asked(
        turns=tuple(turn for item in items for turn in _turns(item)),
        system=str(body.get("instructions") or ""),
        tools=tuple(tool for tool in body.get("tools") or () if tool.get("name")),
        stream=bool(body.get("stream")),
        model=str(body.get("model", "")),
    )


def _turns(item: Body) -> Iterator[Turn]:
    kind = item.get("type", "message")
    if kind.endswith("call_output"):
        output = item.get("output")
        yield Turn(role="tool", text=output if isinstance(output, str) else json.dumps(output))
    elif kind == "message":
        yield Turn(role=str(item.get("role")), text=text_of(item.get("content")))


def _response(reply: Reply) -> dict[str, Any]:
    shared = {"id": f"resp_{reply.number:08d}", "object": "response", "created_at": 0, "model": reply.model}
    return {**shared, "status": "completed", "output": [], "usage": _USAGE}


def _message(reply: Reply, text: str, status: str) -> dict[str, Any]:
    content = [{"type": "output_text", "text": text, "annotations": []}] if text else []
    shared = {"id": f"msg_{reply.number:08d}", "type": "message", "role": "assistant"}
    return {**shared, "status": status, "content": content}


def _call(reply: Reply) -> dict[str, Any] | None:
    call = reply.answer.call
    if call is None:
        return None
    number = reply.number
    item = {"id": f"fc_{number:08d}", "call_id": f"call_{number:08d}", "name": call.tool, "status": "completed"}
    if isinstance(call.arguments, str):
        return {**item, "type": "custom_tool_call", "input": call.arguments}
    return {**item, "type": "function_call", "arguments": json.dumps(call.arguments)}


def _stream(reply: Reply) -> Iterator[Event]:
    for number, (name, values) in zip(count(1), _events(reply), strict=False):
        yield Event(name=name, data={"type": name, "sequence_number": number, **values})


def _events(reply: Reply) -> Iterator[tuple[str, dict[str, Any]]]:
    response, item = _response(reply), _call(reply)
    yield "response.created", {"response": {**response, "status": "in_progress", "usage": None}}
    if item is not None:
        yield "response.output_item.added", {"output_index": 0, "item": item}
    else:
        yield "response.output_item.added", {"output_index": 0, "item": _message(reply, "", "in_progress")}
        place = {"item_id": f"msg_{reply.number:08d}", "output_index": 0, "content_index": 0}
        thoughts = {"item_id": f"rs_{reply.number}", "output_index": 0, "summary_index": 0}
        text = ""
        for piece in reply.pieces():
            if piece.thought:
                yield "response.reasoning_summary_text.delta", {**thoughts, "delta": piece.text}
                continue
            text += piece.text
            yield "response.output_text.delta", {**place, "delta": piece.text}
        yield "response.output_text.done", {**place, "text": text}
        item = _message(reply, text, "completed")
    yield "response.output_item.done", {"output_index": 0, "item": item}
    yield "response.completed", {"response": {**response, "output": [item]}}


def _whole(reply: Reply) -> dict[str, Any]:
    return {**_response(reply), "output": [_call(reply) or _message(reply, api.text(reply), "completed")]}


def _refuse(reply: Reply) -> Refusal:
    status = reply.answer.status
    what = api.WHAT.get(status, "api")
    if not reply.answer.limit:
        return Refusal(body={"error": {"type": f"{what}_error", "code": what, "message": f"mock error {status}"}})
    limit = {"type": "usage_limit_reached", "plan_type": "plus", "resets_at": reply.resets_at}
    return Refusal(body={"error": {**limit, "message": "The usage limit has been reached"}})


RESPONSES = Api(
    name="responses",
    serves=lambda path: path.endswith("/responses"),
    parse=_parse,
    stream=_stream,
    whole=_whole,
    refuse=_refuse,
)
