"""Bytes from the terminal -> keys and pastes.  First stage of the practice agent; decides nothing."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass

PASTE_START = "\x1b[200~"
PASTE_END = "\x1b[201~"
_ESCAPES = {
    "\x1b[0n": "painted",
    "\x1b[A": "up",
    "\x1b[B": "down",
    "\x1bOA": "up",
    "\x1bOB": "down",
    "\x1b\r": "newline",
}
_CONTROLS = {
    "\r": "enter",
    "\n": "newline",
    "\x7f": "backspace",
    "\x08": "backspace",
    "\x03": "interrupt",
    "\x15": "kill",
}
_SEQUENCE = re.compile(r"\x1b(\[[0-9;?]*[@-~]|O.|\r)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """One key press that is not text: `enter`, `newline`, `backspace`, `escape`, `up`, `down`, `interrupt`, `kill`.

    `painted` is the terminal's answer that it has drawn everything so far.
    """

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """Characters as they were typed."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Paste:
    """One bracketed paste, whole; carriage returns are line ends, as in every terminal program."""

    text: str


Event = Key | Text | Paste


class KeyReader:
    """Cuts a stream of bytes into events; a paste or a sequence may come in any number of pieces."""

    def __init__(self) -> None:
        """Start with nothing read."""
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._rest = ""

    @property
    def unfinished(self) -> bool:
        """Whether more must come, or time pass, before the last bytes mean something."""
        return self._rest != ""

    def feed(self, data: bytes) -> list[Event]:
        """Return the events that `data` completes."""
        self._rest += self._decoder.decode(data)
        return list(self._events())

    def flush(self) -> list[Event]:
        """Return a lone escape as a key: nothing followed it in time."""
        if self._rest != "\x1b":
            return []
        self._rest = ""
        return [Key(name="escape")]

    def _events(self) -> Iterator[Event]:
        while self._rest:
            event, used = self._next()
            if not used:
                return
            self._rest = self._rest[used:]
            if event is not None:
                yield event

    def _next(self) -> tuple[Event | None, int]:
        rest = self._rest
        if rest.startswith(PASTE_START):
            end = rest.find(PASTE_END)
            if end < 0:
                return None, 0
            text = rest[len(PASTE_START) : end].replace("\r\n", "\n").replace("\r", "\n")
            return Paste(text=text), end + len(PASTE_END)
        if rest[0] == "\x1b":
            return self._escape(rest)
        if rest[0] < " " or rest[0] == "\x7f":
            name = _CONTROLS.get(rest[0])
            return (Key(name=name) if name else None), 1
        plain = re.match(r"[^\x00-\x1f\x7f]+", rest)
        text = plain.group() if plain else rest[0]
        return Text(text=text), len(text)

    @staticmethod
    def _escape(rest: str) -> tuple[Event | None, int]:
        found = _SEQUENCE.match(rest)
        if found:
            name = _ESCAPES.get(found.group())
            return (Key(name=name) if name else None), found.end()
        if rest == "\x1b" or re.fullmatch(r"\x1b(\[[0-9;?]*|O)", rest):
            return None, 0
        return Key(name="escape"), 1
