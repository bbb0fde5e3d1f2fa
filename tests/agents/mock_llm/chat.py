"""OpenAI's chat completions: pi, opencode, qwen-code, aider, Copilot, vibe."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tests.agents.mock_llm import api
from tests.agents.mock_llm.api import Api, Body, Event, Refusal, Reply
from tests.agents.mock_llm.asked import Asked, Turn, text_of

_USAGE = {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}


def _parse(path: str, body: Body) -> Asked:
    turns = tuple(Turn(role=item["role"], text=text_of(item.get("content"))) for item in body.get("messages") or ())
    return Asked(
        turns=turns,
        system="\n".join(turn.text for turn in turns if turn.role in ("system", "developer")),
        tools=tuple(tool.get("function") or tool for tool in body.get("tools") or ()),
        stream=bool(body.get("stream")),
        model=str(body.get("model", "")),
    )


def _calls(reply: Reply) -> list[dict[str, Any]]:
    call = reply.answer.call
    if call is None:
        return []
    function = {"name": call.tool, "arguments": json.dumps(call.arguments)}
    return [{"index": 0, "id": f"call_{reply.number}", "type": "function", "function": function}]


def _base(reply: Reply, kind: str) -> dict[str, Any]:
    return {"id": f"chatcmpl-{reply.number}", "created": 0, "model": reply.model, "object": kind}


def _stream(reply: Reply) -> Iterator[Event]:
    def chunk(delta: dict[str, Any], finish: str | None = None) -> Event:
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        return Event(data={**_base(reply, "chat.completion.chunk"), "choices": [choice]})

    yield chunk({"role": "assistant", "content": ""})
    calls = _calls(reply)
    if calls:
        yield chunk({"tool_calls": calls})
    else:
        for piece in reply.pieces():
            yield chunk({"reasoning_content" if piece.thought else "content": piece.text})
    yield chunk({}, "tool_calls" if calls else "stop")
    yield Event(data={**_base(reply, "chat.completion.chunk"), "choices": [], "usage": _USAGE})
    yield Event(data="[DONE]")


def _whole(reply: Reply) -> dict[str, Any]:
    calls = _calls(reply)
    said = {"content": None, "tool_calls": calls} if calls else {"content": api.text(reply)}
    finish = "tool_calls" if calls else "stop"
    choice = {"index": 0, "message": {"role": "assistant", **said}, "finish_reason": finish}
    return {**_base(reply, "chat.completion"), "choices": [choice], "usage": _USAGE}


def _refuse(reply: Reply) -> Refusal:
    status = reply.answer.status
    what = api.WHAT.get(status, "api")
    if not reply.answer.limit:
        return Refusal(body={"error": {"type": f"{what}_error", "code": what, "message": f"mock error {status}"}})
    message = "You exceeded your current quota, please check your plan and billing details."
    return Refusal(body={"error": {"type": "insufficient_quota", "code": "insufficient_quota", "message": message}})


CHAT = Api(
    name="chat",
    serves=lambda path: path.endswith("/chat/completions"),
    parse=_parse,
    stream=_stream,
    whole=_whole,
    refuse=_refuse,
)
