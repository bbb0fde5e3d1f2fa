"""A request and what a healthy answer to it looks like: asked for services and for facts of source `http`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpExpect:
    """What a healthy answer looks like: status 200, and the JSON value under `json` (dotted path) equal to `equals`."""

    url: str
    json: str = ""
    equals: str = ""
    timeout: float = 2.0
