"""The script: what the model answers.  The last line with a directive in the user's last message decides.

MOCK:slow SECONDS      stream words that long
MOCK:think SECONDS     stream reasoning that long, where the protocol has it, then answer
MOCK:hang SECONDS      say nothing at all that long, then answer
MOCK:hold              stream words until the test releases the turn
MOCK:say TEXT          answer TEXT (`\\n` is a new line)
MOCK:long LINES        answer that many numbered lines
MOCK:tool COMMAND      call the program's shell tool
MOCK:write FILE TEXT   call the program's tool that writes files, or its shell tool
MOCK:quota             refuse: the usage limit is reached, as this vendor says it
MOCK:429, MOCK:500 ..  refuse with that HTTP status

Without a directive the answer is `ok: ` and the message's first line; to a tool's result it is `done: ` and its last.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.agents.mock_llm.asked import Asked, Json
from tests.agents.mock_llm.tools import call_shell, call_write

_DIRECTIVE = re.compile(r"^.*?MOCK:(\w+)[ \t]*(.*)$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A tool to be called; the arguments of a free-form tool are a string."""

    tool: str
    arguments: dict[str, Any] | str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What to answer.

    Attributes:
        text: said at the end of the answer.
        call: the tool to call instead.
        status: HTTP status; other than 200: a refusal, and if `limit` the vendor's usage limit.
        slow, think, hang: seconds of words, reasoning or silence before the text.
        hold: words until the test lets the turn go.
    """

    text: str = ""
    call: Call | None = None
    status: int = 200
    limit: bool = False
    slow: float = 0.0
    think: float = 0.0
    hang: float = 0.0
    hold: bool = False


LIMITED = Answer(status=429, limit=True)


def decide(asked: Asked) -> Answer:
    """Return what the script says to a request."""
    if asked.schema:
        return Answer(text=json.dumps(_sample(asked.schema)))
    if asked.side:
        return Answer(text="A mock line")
    if asked.last.role == "tool":
        return Answer(text="done: " + (asked.last.text.strip().splitlines() or [""])[-1][:200])
    found = _DIRECTIVE.findall(asked.last.text)
    word, rest = found[-1] if found else ("", "")
    return _directed(word, rest, asked) or Answer(text="ok: " + asked.last.text.strip().partition("\n")[0][:200])


def _directed(word: str, rest: str, asked: Asked) -> Answer | None:
    if word.isdigit():
        return Answer(status=int(word))
    if word in _TOOLS:
        return _TOOLS[word](asked, rest)
    return _SPOKEN[word](rest) if word in _SPOKEN else None


def _long(lines: str) -> str:
    return "\n".join(f"line {number} of a long answer" for number in range(1, int(lines) + 1))


def _run(asked: Asked, command: str) -> Answer:
    return _called(call_shell(asked.tools, command), f"```bash\n{command}\n```\n")


def _write(asked: Asked, rest: str) -> Answer:
    path, _, text = rest.partition(" ")
    return _called(call_write(asked.tools, path, text), f"{path}\n```\n{text}\n```\n")


def _called(call: tuple[str, dict[str, Any] | str] | None, spoken: str) -> Answer:
    """Return the call; a program without such a tool takes it from the text."""
    return Answer(text=spoken) if call is None else Answer(call=Call(tool=call[0], arguments=call[1]))


def _sample(schema: Json) -> Any:
    """Return a small value that fits a JSON schema."""
    kind = schema.get("type", "string")
    match str(kind[0] if isinstance(kind, list) else kind).lower():
        case "object":
            return {name: _sample(inner) for name, inner in (schema.get("properties") or {}).items()}
        case "array":
            return []
        case "number" | "integer":
            return 1
        case "boolean":
            return False
        case _:
            return (schema.get("enum") or ["mock"])[0]


_END = "ok: the end"
_SPOKEN: Mapping[str, Callable[[str], Answer]] = {
    "quota": lambda rest: LIMITED,
    "slow": lambda rest: Answer(text=_END, slow=float(rest)),
    "think": lambda rest: Answer(text=_END, think=float(rest)),
    "hang": lambda rest: Answer(text=_END, hang=float(rest)),
    "hold": lambda rest: Answer(text=_END, hold=True),
    "say": lambda rest: Answer(text=rest.replace("\\n", "\n")),
    "long": lambda rest: Answer(text=_long(rest)),
}
_TOOLS: Mapping[str, Callable[[Asked, str], Answer]] = {"tool": _run, "write": _write}
