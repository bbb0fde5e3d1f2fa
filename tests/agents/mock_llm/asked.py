"""What a program asked of the model, told apart from the protocol it asked in."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Json = Mapping[str, Any]

_CONTEXT = re.compile(
    r"\s*<(system-reminder|session_context|environment_context|user_instructions|permissions|command-)"
)
_SIDE = re.compile(r"title|summari[sz]e|topic|next speaker|commit message", re.IGNORECASE)
_MEMORY = re.compile(r"memory extraction|extract.{0,40}memor", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One message: `role` is user, assistant, tool or system."""

    role: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request.

    Attributes:
        turns: the conversation, without what programs add to it by themselves (reminders, context).
        tools: the tools the model may call, each with its `name` and JSON schema.
        schema: the JSON schema the answer must have; empty: free text.
        stream: whether the answer is wanted piece by piece.
        model: the model's name as the program calls it.
    """

    turns: tuple[Turn, ...]
    system: str = ""
    tools: tuple[Json, ...] = ()
    schema: Json | None = None
    stream: bool = False
    model: str = ""

    @property
    def users(self) -> tuple[str, ...]:
        """Everything the user said, in order."""
        return tuple(turn.text for turn in self.turns if turn.role == "user")

    @property
    def user(self) -> str:
        """What the user said last."""
        return self.users[-1] if self.users else ""

    @property
    def last(self) -> Turn:
        """What the model is to answer: the user, or a tool's result."""
        spoken = (turn for turn in reversed(self.turns) if turn.role in ("user", "tool"))
        return next(spoken, Turn(role="user", text=""))

    @property
    def side(self) -> bool:
        """Whether this is the program's own business (a title, a summary, routing, memory), no turn of the user's."""
        if self.schema or _MEMORY.search(self.system[:6000]):
            return True
        first = self.turns[0].text if self.turns else ""
        return not self.tools and any(_SIDE.search(text) for text in (self.system[:6000], first[:600], self.user[:120]))


def text_of(content: object) -> str:
    """Return the text of a message's content in any of the protocols: a string, or a list of parts."""
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, Sequence) else ()
    texts = (part if isinstance(part, str) else part.get("text") for part in parts)
    return "\n".join(text for text in texts if isinstance(text, str) and not _CONTEXT.match(text))
