"""What every protocol module gives the server: how it is asked in, and how an answer is put."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.agents.mock_llm.asked import Asked
from tests.agents.mock_llm.script import Answer

WHAT = {401: "authentication", 429: "rate_limit", 529: "overloaded"}
"""HTTP status to what vendors call that kind of error."""

Body = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of an answer's text, or of the reasoning before it."""

    text: str
    thought: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One server-sent event; data that is no string is sent as JSON."""

    data: object
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """An HTTP error as a vendor words it."""

    body: dict[str, Any]
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What is to be answered to request `number`, its text piece by piece as time passes.

    Attributes:
        resets_at: wall time at which a usage limit ends.
    """

    number: int
    model: str
    answer: Answer
    resets_at: int
    pieces: Callable[[], Iterator[Piece]] = field(default=lambda: iter(()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Api:
    """One protocol.

    Attributes:
        serves: whether a request to this path (without its query) is in this protocol.
        parse: reads a request's path and body.
        stream: the answer as events; `whole`: as one JSON value.
        refuse: the answer is an error.
    """

    name: str
    serves: Callable[[str], bool]
    parse: Callable[[str, Body], Asked]
    stream: Callable[[Reply], Iterator[Event]]
    whole: Callable[[Reply], dict[str, Any]]
    refuse: Callable[[Reply], Refusal]


def text(reply: Reply) -> str:
    """Return an answer's whole text, once it is there."""
    return "".join(piece.text for piece in reply.pieces() if not piece.thought)
