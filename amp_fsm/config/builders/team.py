"""The tmux server, agents and services from plain data."""

from __future__ import annotations

from typing import Any

from amp_fsm.config.builders.http_expect import build_http
from amp_fsm.config.builders.values import Tree, absolute_path, as_texts, convert
from amp_fsm.model.project import AgentSpec, ServiceSpec, TmuxSpec


def build_tmux(data: Tree, home: str) -> TmuxSpec:
    """Return where the team lives."""
    columns, _, rows = data.get("size", "200x50").partition("x")
    return TmuxSpec(
        session=data["session"],
        socket=_socket(data, home),
        columns=int(columns),
        rows=int(rows),
        adopt=data.get("adopt", False),
    )


def _socket(data: Tree, home: str) -> str:
    socket = str(data.get("socket", ""))
    return absolute_path(socket, "/", home) if socket.startswith(("~", "/")) else socket


def _windowed(name: str, data: Tree, home: str) -> dict[str, Any]:
    return {
        **data,
        "name": name,
        "socket": _socket(data, home),
        "window": str(data.get("window", "")),
        "command": tuple(str(part) for part in data.get("command") or ()),
        "env": as_texts(data.get("env") or {}),
    }


def build_agent(name: str, data: Tree, home: str) -> AgentSpec:
    """Return one agent."""
    return convert(_windowed(name, data, home), AgentSpec)


def build_service(name: str, data: Tree, home: str) -> ServiceSpec:
    """Return one service."""
    ready = data.get("ready")
    return convert({**_windowed(name, data, home), "ready": build_http(ready) if ready else None}, ServiceSpec)
