"""`detect`: what captured screens show, by the rules that the running program uses.  Arguments in, JSON lines out."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import click

from amp_fsm.errors import AmpFsmError, InvalidConfigError
from amp_fsm.model.profile import Profile, ScreenReading, ScreenState
from amp_fsm.observe.screen import read_screen
from amp_fsm.world.config_files import load_profiles, load_project

STANDARD_INPUT = "-"
UNRECOGNISED = 4


class UnknownProfileError(AmpFsmError):
    """No profile of that name is known."""


class UnreadableScreenError(AmpFsmError):
    """A screen, or the variables beside it, cannot be read."""


EXAMPLE = "\b\nExample:\n  tmux capture-pane -p -e -t %7 | amp-fsm detect --profile claude-code"


@click.command("detect", epilog=EXAMPLE)
@click.option("--profile", "name", required=True, metavar="NAME", help="Profile whose rules are used.")
@click.option("--config", metavar="CONFIG", help="Configuration whose profiles are used; else the built-in ones.")
@click.argument("files", nargs=-1, metavar="[FILE]...")
def command(name: str, config: str | None, files: tuple[str, ...]) -> None:
    """Classify captured screens, one JSON line each.

    FILE is what `tmux capture-pane -p` (.txt) or `capture-pane -p -e` (.ansi) wrote; tmux's variables are taken from
    the file of the same name that ends in .json, if there is one.  Without FILE a screen is read from standard input.
    Exits 4 when some screen was not recognised.
    """
    profile = _profile(name, config)
    known = True
    for file in files or (STANDARD_INPUT,):
        reading = read_screen(profile, _screen(file), _variables(file), time.time())
        known = known and reading.state is not ScreenState.UNKNOWN
        click.echo(_line(file, reading))
    raise SystemExit(0 if known else UNRECOGNISED)


def _profile(name: str, config: str | None) -> Profile:
    profiles = load_profiles() if config is None else _configured(config)
    if name not in profiles:
        raise UnknownProfileError(f"no profile {name!r}", hint=f"there are: {', '.join(sorted(profiles))}")
    return profiles[name]


def _configured(config: str) -> Mapping[str, Profile]:
    loaded = load_project(config, os.environ)
    if loaded.project is None:
        raise InvalidConfigError(loaded.problems)
    return loaded.project.profiles


def _screen(file: str) -> str:
    try:
        raw = sys.stdin.buffer.read() if file == STANDARD_INPUT else Path(file).read_bytes()
    except OSError as error:
        raise UnreadableScreenError(f"cannot read {file}: {error.strerror}") from error
    return raw.decode(errors="replace")


def _variables(file: str) -> Mapping[str, str]:
    """Return the tmux variables beside a screen; none when no file holds them."""
    beside = Path(file).with_suffix(".json")
    if file == STANDARD_INPUT or not beside.is_file():
        return {}
    try:
        read = json.loads(beside.read_bytes())
    except (OSError, ValueError) as error:
        raise UnreadableScreenError(f"cannot read {beside}: {error}") from error
    if not isinstance(read, dict):
        raise UnreadableScreenError(f"{beside} holds no JSON object of tmux variables")
    return {str(key): value if isinstance(value, str) else json.dumps(value) for key, value in read.items()}


def _line(file: str, reading: ScreenReading) -> str:
    said = {
        "file": file,
        "state": reading.state,
        "rule": reading.rule,
        "line": reading.line,
        "evidence": reading.evidence,
        "composer": reading.composer,
    }
    return json.dumps(said, ensure_ascii=False)
