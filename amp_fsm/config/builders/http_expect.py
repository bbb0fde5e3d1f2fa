"""Requests from plain data: of a service's `ready` and of facts of source `http`."""

from __future__ import annotations

from amp_fsm.config.builders.values import Tree, as_text
from amp_fsm.model.project import HttpExpect


def build_http(data: Tree) -> HttpExpect:
    """Return a request and what it should be answered."""
    expect = data.get("expect") or {}
    return HttpExpect(
        url=data["http"],
        json=expect.get("json", ""),
        equals=as_text(expect["equals"]) if "equals" in expect else "",
        timeout=data.get("timeout", 2.0),
    )
