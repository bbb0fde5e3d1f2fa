"""The model as a test holds it: what it was asked, and what a test may decide about its answers."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from tests.agents.mock_llm.api import Piece
from tests.agents.mock_llm.asked import Asked
from tests.agents.mock_llm.script import LIMITED, Answer, decide

HELD_SECONDS = 60.0
"""The longest a turn is held when nobody lets it go."""

WORD_SECONDS = 0.2


@dataclass(slots=True)
class Exchange:
    """One request and how it was answered.

    Attributes:
        status: HTTP status; 0 as long as the answer is under way, and when the program went away.
        finished: place in the order of answers; 0: not answered.
    """

    number: int
    api: str
    asked: Asked
    answer: Answer
    status: int = 0
    finished: int = 0
    arrived: float = field(default_factory=time.time)

    @property
    def prompted(self) -> bool:
        """Whether this was a turn of the user's: no side request, and no tool's result."""
        return not self.asked.side and self.asked.last.role == "user"


class Model:
    """A scripted model; every method may be called while programs talk to it."""

    def __init__(self, log: Path | None = None) -> None:
        """Start without any request; `log` gets each request as a line of JSON when it is answered."""
        self.url = ""
        self.resets_in = 7200
        self._log = log
        self._exchanges: list[Exchange] = []
        self._lock = threading.Lock()
        self._held: dict[str, threading.Event] = {}
        self._limited = False
        self._finished = 0

    # ---- what it was asked ---------------------------------------------------------------------------------------

    @property
    def exchanges(self) -> list[Exchange]:
        """Every request so far, side requests too, in order of arrival."""
        with self._lock:
            return list(self._exchanges)

    def asked(self, marker: str) -> list[Exchange]:
        """Return the user's turns whose prompt holds `marker`, answered or not, retries too."""
        return [one for one in self.exchanges if one.prompted and marker in one.asked.user]

    def received(self, marker: str) -> list[str]:
        """Return the prompts with `marker` that were answered (200) as the last thing the user said."""
        return [one.asked.user for one in self.asked(marker) if one.status == 200]

    def occurrences(self, marker: str) -> int:
        """Return how often `marker` stands in all that the user said, in the conversation that holds it most often.

        Side requests quote the user and the answer, and do not count.
        """
        talks = (one for one in self.exchanges if not one.asked.side)
        return max((sum(text.count(marker) for text in one.asked.users) for one in talks), default=0)

    # ---- what a test decides -------------------------------------------------------------------------------------

    @contextmanager
    def holding(self, marker: str) -> Iterator[threading.Event]:
        """Let turns whose prompt holds `marker` stream words until the block ends, or the event is set.

        A turn that is to call a tool is silent until then.
        """
        release = threading.Event()
        with self._lock:
            self._held[marker] = release
        try:
            yield release
        finally:
            release.set()
            with self._lock:
                self._held.pop(marker, None)

    @contextmanager
    def limited(self) -> Iterator[None]:
        """Refuse every turn with the vendor's usage limit while the block runs."""
        self._limited = True
        try:
            yield
        finally:
            self._limited = False

    def let_go(self) -> None:
        """End all that is held."""
        with self._lock:
            for release in self._held.values():
                release.set()

    # ---- for the server ------------------------------------------------------------------------------------------

    def take(self, api: str, asked: Asked) -> Exchange:
        """Note a request and decide its answer."""
        answer = decide(asked)
        if not asked.side and self._limited:
            answer = LIMITED
        elif not asked.side and asked.last.role == "user" and self._hold_of(asked.user):
            answer = replace(answer, hold=True)
        with self._lock:
            exchange = Exchange(number=len(self._exchanges) + 1, api=api, asked=asked, answer=answer)
            self._exchanges.append(exchange)
        return exchange

    def finish(self, exchange: Exchange, status: int) -> None:
        """Note that a request was answered."""
        with self._lock:
            self._finished += 1
            exchange.status, exchange.finished = status, self._finished
            if self._log is not None:
                with self._log.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(_line(exchange), ensure_ascii=False) + "\n")

    def wait(self, exchange: Exchange) -> None:
        """Wait until an exchange that is held may be answered."""
        release = self._hold_of(exchange.asked.user) if exchange.answer.hold else None
        if release is not None:
            release.wait(HELD_SECONDS)

    def pieces(self, exchange: Exchange) -> Iterator[Piece]:
        """Yield an answer's text as time passes."""
        answer = exchange.answer
        time.sleep(answer.hang)
        yield from self._words(time.monotonic() + answer.think, thought=True)
        yield from self._words(time.monotonic() + answer.slow)
        if answer.hold:
            yield from self._words(time.monotonic() + HELD_SECONDS, until=self._hold_of(exchange.asked.user))
        yield from (Piece(answer.text[start : start + 400]) for start in range(0, len(answer.text), 400))

    def _hold_of(self, prompt: str) -> threading.Event | None:
        with self._lock:
            return next((release for marker, release in self._held.items() if marker in prompt), None)

    def _words(self, end: float, *, thought: bool = False, until: threading.Event | None = None) -> Iterator[Piece]:
        pause, number = until or threading.Event(), 0
        while time.monotonic() < end and not pause.is_set():
            number += 1
            yield Piece(f"word{number}" + ("\n" if number % 12 == 0 else " "), thought)
            pause.wait(WORD_SECONDS)
        if number:
            yield Piece("\n", thought)


def _line(exchange: Exchange) -> dict[str, object]:
    asked = exchange.asked
    return {
        "n": exchange.number,
        "arrived": exchange.arrived,
        "answered": time.time(),
        "api": exchange.api,
        "model": asked.model,
        "side": asked.side,
        "tools": [tool.get("name") for tool in asked.tools],
        "user": asked.user,
        "last": asked.last.role,
        "answer": repr(exchange.answer),
        "status": exchange.status,
    }
