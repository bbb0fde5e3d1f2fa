"""scribe: an agent program of the tests' own, of which no built-in profile knows.  Run as: python scribe.py RECEIPTS

It writes each prompt it receives as a line of JSON.  A prompt with `hold FILE` is worked on until that file is there,
one with `ask FILE` asks whether to create it, and one with `enough` is refused: there is a limit.
"""

from __future__ import annotations

import json
import os
import re
import select
import sys
import termios
import tty
from collections.abc import Iterator
from pathlib import Path

WIDTH = 60
KEYS = re.compile(rb"\x1b\[200~(.*?)\x1b\[201~|(\x1b\[[0-9;]*[A-Za-z~])|(.)", re.DOTALL)


class Scribe:
    """The program: what is on its screen, and what a key does."""

    def __init__(self, receipts: Path) -> None:
        self.receipts = receipts
        self.log = ["scribe 1.0"]
        self.draft = ""
        self.awaited: Path | None = None
        self.asked: Path | None = None

    def draw(self) -> None:
        """Draw the whole screen anew."""
        lines = [*self.log[-12:], ""]
        if self.asked is not None:
            lines += [
                f"?? Shall I write {self.asked.name}",
                "   (j) ja, also by Enter",
                "   (n) nein",
            ]
        else:
            lines += ["~ scribbling along" if self.awaited else "", "." + "-" * WIDTH]
            lines += [
                f"| {'§' if number == 0 else '|'} {line}" for number, line in enumerate(self.draft.split("\n")[-6:])
            ]
            lines += ["'" + "-" * WIDTH, " one scribe, no waiting"]
        sys.stdout.write("\x1b[2J\x1b[H" + "\r\n".join(lines))
        sys.stdout.flush()

    def pasted(self, text: str) -> None:
        if self.asked is None:
            self.draft += text.replace("\r", "\n")

    def pressed(self, key: str) -> None:
        if self.asked is not None:
            self.answered(key)
        elif key == "\r" and self.draft.strip() and self.awaited is None:
            self.submitted(self.draft)
            self.draft = ""
        elif key.isprintable():
            self.draft += key

    def answered(self, key: str) -> None:
        if key in "\rj" and self.asked is not None:
            self.asked.touch()
        if key in "\rjn":
            self.log.append(f"< {'ja' if key != 'n' else 'nein'}")
            self.asked = None

    def submitted(self, prompt: str) -> None:
        with self.receipts.open("a") as file:
            file.write(json.dumps(prompt) + "\n")
        self.log.append("> " + prompt.split("\n")[0])
        word, _, name = (re.search(r"\b(hold|ask|enough)\b ?(\S*)", prompt) or [""])[0].partition(" ")
        if word == "hold":
            self.awaited = Path(name)
        elif word == "ask":
            self.asked = Path(name)
        else:
            self.log.append("xx enough for today, come back in 2h 0m" if word else "< done")

    def waited(self) -> None:
        if self.awaited is not None and self.awaited.exists():
            self.awaited = None
            self.log.append("< done")


def keys(data: bytes) -> Iterator[tuple[str, bool]]:
    """Yield the keys in what a terminal sent, and whether each was pasted."""
    for match in KEYS.finditer(data):
        pasted, _, key = match.groups()
        if pasted is not None:
            yield pasted.decode(), True
        elif key is not None:
            yield key.decode("latin-1"), False


def run(scribe: Scribe) -> None:
    """Serve the terminal until it is gone."""
    sys.stdout.write("\x1b[?2004h")
    while True:
        scribe.draw()
        while not select.select([sys.stdin], [], [], 0.05)[0]:
            before = scribe.awaited
            scribe.waited()
            if before != scribe.awaited:
                scribe.draw()
        data = os.read(sys.stdin.fileno(), 65536)
        while b"\x1b[200~" in data and b"\x1b[201~" not in data:
            data += os.read(sys.stdin.fileno(), 65536)
        if not data:
            return
        for key, pasted in keys(data):
            scribe.pasted(key) if pasted else scribe.pressed(key)


if __name__ == "__main__":
    before = termios.tcgetattr(sys.stdin)
    tty.setraw(sys.stdin)
    try:
        run(Scribe(Path(sys.argv[1])))
    finally:
        termios.tcsetattr(sys.stdin, termios.TCSADRAIN, before)
