"""What the tests must know of a program to run it: how it is installed, started, and set up without an account."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

INSTALLED = Path(__file__).parents[3] / ".agents"
"""Where `tools/setup agents` installs every program, each in a folder of its own name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a program runs in a test: a private HOME, the folder it works in, and its model's URL (without a path)."""

    home: Path
    work: Path
    url: str

    def write(self, path: str, content: object) -> None:
        """Write a file below HOME; what is no text is written as JSON."""
        file = self.home / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content if isinstance(content, str) else json.dumps(content))


Prepare = Callable[[Place], Mapping[str, str]]
"""Writes what a program needs below HOME, and returns its environment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """One agent program.

    Attributes:
        name: of its module here and of its folder in `.agents`.
        profile: the built-in profile it is read by.
        installer: what installs `package` at `version`.
        python: the oldest Python it installs on, as in `3.12`; pip only.
        argv: the command; its first word is found among the installed ones.
        prepare: writes what it needs below HOME and returns its environment.
        light: whether it is small enough for every run of the tests.
        dialog: a line that, in a prompt, makes it ask before it creates `{file}`; empty: it never asks.
        refuse: the keys with which a person refuses what it asks.
        openings: the questions it may start with, by what its profile calls them, and what sets it up to ask them.
        types_ahead: whether its composer takes a prompt while it works.
        limit: the screen state it shows at a usage limit; `working`: it tries again and again.
        after_limit: the keys with which a person leaves its screen of a usage limit.
    """

    name: str
    profile: str
    installer: Literal["npm", "pip"]
    package: str
    version: str
    argv: tuple[str, ...]
    prepare: Prepare
    python: str = "3.11"
    light: bool = False
    dialog: str = "MOCK:tool touch {file}"
    refuse: tuple[str, ...] = ("Escape",)
    openings: Mapping[str, Prepare] = field(default_factory=dict)
    types_ahead: bool = True
    limit: Literal["limited", "errored", "working"] = "limited"
    after_limit: tuple[str, ...] = ()

    @property
    def executable(self) -> Path:
        """Return where its command is once it is installed."""
        folder = "node_modules/.bin" if self.installer == "npm" else "bin"
        return INSTALLED / self.name / folder / self.argv[0]

    @property
    def command(self) -> tuple[str, ...]:
        """Return the argv that starts it."""
        return (str(self.executable), *self.argv[1:])

    @property
    def installed(self) -> bool:
        """Return whether it is there, in the version that is pinned."""
        stamp = INSTALLED / self.name / "version"
        return self.executable.exists() and stamp.exists() and stamp.read_text().strip() == self.pinned

    @property
    def pinned(self) -> str:
        """Return the package with its version, as the installer names it."""
        return f"{self.package}{'@' if self.installer == 'npm' else '=='}{self.version}"
