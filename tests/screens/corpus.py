"""The corpus of captured screens: `PROGRAM/VERSION.jsonl` beside this file, one JSON object a line.

`name` says the moment it was captured in, `accept` every state that is a right answer (`unknown` among them where the
screen does not show it), `composer` what the input box held where that matters; both were written down from what had
been done to the program, before any rule saw the screen.
`ansi` is the screen with colours and `variables` are tmux's own.  Of proprietary programs only the bottom is kept;
`hidden` screens lost what tells their state by that, so that only the variables can.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent
_ESCAPE = re.compile(r"\x1b\[[0-9;:]*m|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|[\x0e\x0f]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """One captured screen and how it must be read.

    Attributes:
        accept: the right states; the first is the one that was meant.
        composer: what the composer holds; empty where it does not matter.
    """

    program: str
    version: str
    name: str
    columns: int
    rows: int
    accept: tuple[str, ...]
    composer: tuple[str, ...]
    variables: Mapping[str, str]
    ansi: str
    hidden: bool = False

    @property
    def plain(self) -> str:
        """The screen without colours."""
        return _ESCAPE.sub("", self.ansi)


def load_screens(folder: Path = FOLDER) -> tuple[Screen, ...]:
    """Return every screen of the corpus, by program, version and name."""
    files = sorted(folder.glob("*/*.jsonl"))
    return tuple(screen for file in files for screen in _screens(file))


def _screens(file: Path) -> Iterator[Screen]:
    for line in file.read_text("utf-8").splitlines():
        read = json.loads(line)
        fields = {**read, "accept": tuple(read["accept"]), "composer": tuple(read.get("composer", ()))}
        yield Screen(program=file.parent.name, version=file.stem, **fields)
