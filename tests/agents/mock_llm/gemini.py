"""Gemini's generateContent: gemini-cli."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tests.agents.mock_llm import api
from tests.agents.mock_llm.api import Api, Body, Event, Refusal, Reply
from tests.agents.mock_llm.asked import Asked, Turn, text_of

_USAGE = {"promptTokenCount": 10, "candidatesTokenCount": 5, "totalTokenCount": 15}


def _parse(path: str, body: Body) -> Asked:
    settings = body.get("generationConfig") or {}
    system = body.get("systemInstruction") or ""
    return Asked(
        turns=tuple(_turn(item) for item in body.get("contents") or ()),
        system=system if isinstance(system, str) else text_of(system.get("parts")),
        tools=tuple(tool for group in body.get("tools") or () for tool in group.get("functionDeclarations") or ()),
        schema=settings.get("responseJsonSchema") or settings.get("responseSchema"),
        stream="streamGenerate" in path,
        model=path.rpartition("/")[2].partition(":")[0],
    )


def _turn(item: Body) -> Turn:
    parts = item.get("parts") or ()
    results = [part["functionResponse"] for part in parts if "functionResponse" in part]
    if results:
        return Turn(role="tool", text=json.dumps(results[0].get("response")))
    return Turn(role="assistant" if item.get("role") == "model" else "user", text=text_of(parts))


def _chunk(reply: Reply, parts: list[dict[str, Any]], finish: str = "") -> dict[str, Any]:
    candidate = {"content": {"role": "model", "parts": parts}, "index": 0}
    ended = {"finishReason": finish} if finish else {}
    shared = {"modelVersion": "mock", "responseId": f"r{reply.number}", "usageMetadata": _USAGE}
    return {"candidates": [{**candidate, **ended}], **shared}


def _call(reply: Reply) -> list[dict[str, Any]]:
    call = reply.answer.call
    if call is None:
        return []
    return [{"functionCall": {"id": f"fc{reply.number}", "name": call.tool, "args": call.arguments}}]


def _stream(reply: Reply) -> Iterator[Event]:
    called = _call(reply)
    if called:
        yield Event(data=_chunk(reply, called, "STOP"))
        return
    for piece in reply.pieces():
        yield Event(data=_chunk(reply, [{"text": piece.text, **({"thought": True} if piece.thought else {})}]))
    yield Event(data=_chunk(reply, [{"text": ""}], "STOP"))


def _whole(reply: Reply) -> dict[str, Any]:
    return _chunk(reply, _call(reply) or [{"text": api.text(reply)}], "STOP")


def _refuse(reply: Reply) -> Refusal:
    status = reply.answer.status
    what = "RESOURCE_EXHAUSTED" if status == 429 else "INTERNAL"
    error: dict[str, Any] = {"code": status, "message": f"mock error {status}", "status": what}
    if reply.answer.limit:
        error["message"] = "You exceeded your current quota, please check your plan and billing details."
        violations = [{"quotaId": "GenerateRequestsPerDayPerProjectPerModel"}]
        error["details"] = [{"@type": "type.googleapis.com/google.rpc.QuotaFailure", "violations": violations}]
    return Refusal(body={"error": error})


GEMINI = Api(
    name="gemini",
    serves=lambda path: path.endswith((":generateContent", ":streamGenerateContent")),
    parse=_parse,
    stream=_stream,
    whole=_whole,
    refuse=_refuse,
)
