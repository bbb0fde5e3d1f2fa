"""Calls of a program's own tools, filled in from their JSON schemas."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tests.agents.mock_llm.asked import Json

_SHELLS = (
    *("exec_command", "shell_command", "shell", "local_shell", "bash", "Bash", "run_shell_command"),
    *("execute_command", "run_command", "run_commands", "run_terminal_command", "execute_bash", "Shell", "terminal"),
)
_WRITERS = ("Write", "write", "write_file", "create_file", "write_to_file", "WriteFile", "create")
_COMMANDS = frozenset({"command", "cmd", "script", "commandline"})
_PATHS = frozenset({"file_path", "filepath", "path", "absolute_path", "file"})
_TEXTS = frozenset({"content", "text", "contents", "file_text"})

Called = tuple[str, dict[str, Any] | str]


def call_shell(tools: Sequence[Json], command: str) -> Called | None:
    """Return the name and arguments of a call that runs `command`; None: there is no tool for that."""
    tool = _find(tools, _SHELLS)
    return None if tool is None else (tool["name"], _filled(tool, {**dict.fromkeys(_COMMANDS, command)}))


def call_write(tools: Sequence[Json], path: str, text: str) -> Called | None:
    """Return the name and arguments of a call that writes `text` into a file; None: there is no tool for that."""
    patch = _find(tools, ("apply_patch",))
    if patch is not None and patch.get("type") == "custom":
        return "apply_patch", f"*** Begin Patch\n*** Add File: {path}\n+{text}\n*** End Patch"
    tool = _find(tools, _WRITERS)
    if tool is None:
        return call_shell(tools, f"printf '%s\\n' '{text}' > {path}")
    return tool["name"], _filled(tool, {**dict.fromkeys(_PATHS, path), **dict.fromkeys(_TEXTS, text + "\n")})


def _find(tools: Sequence[Json], names: Sequence[str]) -> Json | None:
    known = {tool.get("name"): tool for tool in tools}
    return next((known[name] for name in names if name in known), None)


def _filled(tool: Json, values: dict[str, str]) -> dict[str, Any]:
    """Return arguments with `values` under whatever the tool calls them, and something for all it requires."""
    schema = tool.get("parameters") or tool.get("input_schema") or tool.get("parametersJsonSchema") or {}
    required = set(schema.get("required") or ())
    arguments: dict[str, Any] = {}
    for name, spec in (schema.get("properties") or {}).items():
        value = _argument(name, spec, values, required=name in required)
        if value is not None:
            arguments[name] = value
    return arguments


def _argument(name: str, spec: Json, values: dict[str, str], *, required: bool) -> Any:
    kind = spec.get("type")
    kind = str(kind[0] if isinstance(kind, list) else kind).lower()
    low = name.lower()
    if low in values:
        return ["bash", "-lc", values[low]] if kind == "array" and low in _COMMANDS else values[low]
    if low == "sandbox_permissions":  # without it Codex's sandbox runs the command unasked
        return "require_escalated"
    if low == "justification":
        return "the mock wants to run this"
    if not required:
        return None
    plain: dict[str, Any] = {"number": 10000, "integer": 10000, "boolean": False, "array": [], "object": {}}
    return plain.get(kind, (spec.get("enum") or ["mock call"])[0])
