"""Drops what an agent's own hook says into the agent's spool, one file an event.  Run by agents, many times an hour.

It is run as a file by a bare Python, so it imports nothing of ours and nothing slow.  It prints nothing, ends with 0
whatever happens, and never outlasts `PATIENCE` seconds: an agent must not notice it.
"""

from __future__ import annotations

import itertools
import os
import select
import signal
import sys
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

PATIENCE = 2
MOST_READ = 4 << 20
MOST_KEPT = 64 << 10
"""Bytes of an event that are kept; a longer one is kept with its long texts cut, their markers left in."""

MOST_TEXT = 2_000
MOST_FILES = 512
STALE_SECONDS = 60
LONGEST = 1024
SPOOL, AGENT = "AMP_FSM_SPOOL", "AMP_FSM_AGENT"


def main(arguments: Sequence[str] | None = None) -> int:
    """Drop one event; return 0, whatever came of it.

    `--spool DIR` and `--agent NAME` say where, else the environment; without them nothing is dropped.  The event is
    the first argument that looks like JSON, as some programs hand it over, else what stdin holds.  With `--osc N` stdin
    is a terminal's output, and every change of the state that the sequence N tells in it is dropped, until it ends.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        _obey(given)
    except Exception:  # whatever it is, it is nothing that an agent should stumble over
        pass
    return 0


def _obey(given: list[str]) -> None:
    options = dict(itertools.pairwise(given))
    spool = options.get("--spool") or os.environ.get(SPOOL, "")
    agent = options.get("--agent") or os.environ.get(AGENT, "")
    if not os.path.isabs(spool) or not agent.strip(".") or "/" in agent:
        return
    os.umask(0o077)
    folder = os.path.join(spool, agent)
    if "--osc" in options:
        watch(0, folder, options["--osc"])
    else:
        _drop_event(folder, next((word for word in given if word.startswith("{")), None))


def _drop_event(folder: str, handed: str | None) -> None:
    signal.signal(signal.SIGALRM, lambda *_: os._exit(0))
    signal.alarm(PATIENCE)
    event = os.fsencode(handed) if handed is not None else _read(0)
    if event.strip():
        drop(folder, "hook", shortened(event))


def _read(descriptor: int) -> bytes:
    """Return what can be read until the end, or until nothing more comes."""
    parts: list[bytes] = []
    while sum(map(len, parts)) < MOST_READ and select.select([descriptor], [], [], 1.0)[0]:
        part = os.read(descriptor, 1 << 16)
        if not part:
            break
        parts.append(part)
    return b"".join(parts)


def drop(folder: str, channel: str, event: bytes) -> None:
    """Put one event into a folder as a whole, under a name that tells its time and its channel."""
    os.makedirs(folder, exist_ok=True)
    name = f"{time.time_ns()}-{os.getpid()}.{channel}.json"
    hidden = os.path.join(folder, f".{name}")
    with open(hidden, "wb") as file:
        file.write(event)
    os.rename(hidden, os.path.join(folder, name))
    _make_room(folder)


def _make_room(folder: str) -> None:
    """Keep the newest events only, and no half-written one of a process that was killed."""
    names = sorted(os.listdir(folder))
    before = time.time_ns() - STALE_SECONDS * 10**9
    stale = [name for name in names if name.startswith(".") and int(name[1:].partition("-")[0]) < before]
    whole = [name for name in names if not name.startswith(".")]
    for name in (*stale, *(whole[: -MOST_FILES * 3 // 4] if len(whole) > MOST_FILES else ())):
        try:
            os.unlink(os.path.join(folder, name))
        except FileNotFoundError:  # another one made room at the same moment
            continue


def shortened(event: bytes) -> bytes:
    """Return an event of at most `MOST_KEPT` bytes; empty when it is longer and no JSON."""
    if len(event) <= MOST_KEPT:
        return event
    import json  # slow to import, and hardly ever needed

    short = json.dumps(_cut(json.loads(event)), ensure_ascii=False).encode("utf-8", "surrogateescape")
    return short if len(short) <= MOST_KEPT else b""


def _cut(value: object) -> object:
    if isinstance(value, dict):
        return {key: _cut(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_cut(item) for item in value[:100]]
    if isinstance(value, str) and len(value) > MOST_TEXT:
        import re

        return value[:MOST_TEXT] + " ".join(["…", *dict.fromkeys(re.findall(r"\[amp:[0-9a-z]+\]", value))][:20])
    return value


# ---- a terminal's output ----------------------------------------------------------------------------------------


def watch(descriptor: int, folder: str, number: str) -> None:
    """Read a terminal's output to its end, and drop every change of the state that sequence `number` tells."""
    left, last = b"", b""
    while part := os.read(descriptor, 1 << 16):
        states, left = states_in(left + part, number)
        for state in states:
            if state != last:
                drop(folder, "osc", state)
                last = state


def states_in(output: bytes, number: str) -> tuple[list[bytes], bytes]:
    """Return the states told in a terminal's output, each as JSON, and the beginning of one that is not whole yet."""
    opening = b"\x1b]" + number.encode() + b";"
    states: list[bytes] = []
    while True:
        at = output.find(opening)
        if at < 0:
            return states, output[-len(opening) + 1 :]
        output = output[at:]
        told = output[len(opening) : len(opening) + LONGEST]
        ends = [place for place in map(told.find, (b"\x07", b"\x1b\\", b"\x9c")) if place >= 0]
        if not ends and len(told) < LONGEST:
            return states, output
        states += [_state(told[: min(ends)])] if ends else []
        output = output[len(opening) + min(ends, default=0) :]


def _state(told: bytes) -> bytes:
    """Return `state=working:app=codex` as JSON."""
    pairs = (part.strip().partition("=") for part in told.decode("ascii", "replace").replace(":", ";").split(";"))
    words = {name: value for name, equals, value in pairs if equals and (name + value).isalnum()}
    return ("{" + ", ".join(f'"{name}": "{value}"' for name, value in words.items()) + "}").encode()


if __name__ == "__main__":
    sys.exit(main())
