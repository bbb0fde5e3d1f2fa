"""The operator's own facts from plain data."""

from __future__ import annotations

from amp_fsm.config.builders.http_expect import build_http
from amp_fsm.config.builders.values import Tree, convert
from amp_fsm.config.durations import parse_duration
from amp_fsm.config.problems import Finding
from amp_fsm.model.project import FactSpec


def build_fact(name: str, data: Tree, findings: list[Finding]) -> FactSpec:
    """Return one fact of the operator's own; a duration that is none is added to `findings`."""
    over = parse_duration(data.get("over", 0.0))
    if over is None:
        message = f"`over` cannot be {data['over']!r}"
        findings.append(
            Finding(code="E205", path=("facts", name, "over"), message=message, suggestion="a number, or 30m")
        )
    rest = {key: value for key, value in data.items() if key not in ("http", "expect", "timeout", "over")}
    http = build_http(data) if "http" in data else None
    return convert({**rest, "name": name, "over": over or 0.0, "http": http}, FactSpec)
