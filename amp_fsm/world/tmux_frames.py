"""How tmux is spoken to in control mode, as text: command lines, and replies between frames.  Pure.

Every reply stands between `%begin TIME NUMBER FLAGS` and an `%end` or `%error` of the same three (the flags are 1 for a
command that came from us; attaching is answered too, with 0).  A pane can show any
text, also lines like these, so each command is followed by one that prints a mark nobody can know: what a reply holds
lies between the first frame after one mark and the last frame before the next.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from amp_fsm.world.tmux_text import quote

_BEGIN = re.compile(r"%begin (\d+ \d+ 1)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What one command answered, its lines ended as a process would print them."""

    text: str
    failed: bool = False


def command_lines(words: Sequence[str], text: str) -> tuple[str, ...]:
    """Return the lines for what a process is run with: words (`tmux_process.joined`) or a `source-file -` script."""
    if tuple(words) == ("source-file", "-"):
        return tuple(text.splitlines())
    lines: list[list[str]] = [[]]
    for word in words:
        if word == ";":
            lines.append([])
        else:
            lines[-1].append(quote(f"{word[:-2]};" if word.endswith("\\;") else word))
    return tuple(" ".join(line) for line in lines)


def request(lines: Sequence[str], mark: str) -> str:
    """Return what is written for these command lines: each is followed by its mark."""
    return "".join(f"{line}\ndisplay-message -p '{mark} {number}'\n" for number, line in enumerate(lines))


def last_mark(lines: Sequence[str], mark: str) -> str:
    """Return what stands in the answer once every command was answered."""
    return f"\n{mark} {len(lines) - 1}\n"


def replies(answer: str, count: int, mark: str) -> tuple[Reply, ...] | None:
    """Return the reply to each of `count` commands; None: this is no such answer."""
    found = []
    for number in range(count):
        region, marked, answer = answer.partition(f"\n{mark} {number}\n")
        reply = _reply(region.split("\n")[:-1]) if marked else None
        if reply is None:
            return None
        found.append(reply)
    return tuple(found)


def _reply(region: Sequence[str]) -> Reply | None:
    """Return the one reply among the lines between two marks, without the frame that the next mark begins with."""
    frames = ((at, match[1]) for at, line in enumerate(region) if (match := _BEGIN.fullmatch(line)))
    begun, frame = next(frames, (0, ""))
    ends = {f"%end {frame}": False, f"%error {frame}": True}
    for ended in range(len(region) - 1, begun, -1):
        if region[ended] in ends and frame:
            lines = region[begun + 1 : ended]
            return Reply(text="".join(f"{line}\n" for line in lines), failed=ends[region[ended]])
    return None
