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


def command_lines(words: Sequence[str]) -> tuple[str, ...]:
    """Return the lines for the words that a process is run with (`tmux_process.joined`)."""
    lines: list[list[str]] = [[]]
    for word in words:
        if word == ";":
            lines.append([])
        else:
            lines[-1].append(quote(f"{word[:-2]};" if word.endswith("\\;") else word))
    return tuple(" ".join(line) for line in lines)


def marked(lines: Sequence[str], mark: str) -> str:
    """Return what is written for these command lines: each is followed by its mark."""
    return "".join(f"{line}\n{_print(mark, number)}" for number, line in enumerate(lines))


def with_end(script: str, mark: str) -> str:
    """Return what is written for a script that prints marks of its own, as `mark` does at its end."""
    return f"{script}{_print(mark, 0)}"


def _print(mark: str, number: int) -> str:
    return f"display-message -p '{mark} {number}'\n"


def last_mark(lines: Sequence[str], mark: str) -> str:
    """Return what stands in the answer to `marked` once every command was answered; of no lines: to `with_end`."""
    return f"\n{mark} {max(0, len(lines) - 1)}\n"


def replies(answer: str, count: int, mark: str) -> tuple[Reply, ...] | None:
    """Return the reply to each of `count` commands; None: this is no such answer."""
    found: list[Reply] = []
    for number in range(count):
        region, is_marked, answer = answer.partition(f"\n{mark} {number}\n")
        reply = _reply(region.split("\n")[:-1]) if is_marked else None
        if reply is None:
            return None
        found.append(reply)
    return tuple(found)


def sections(answer: str, nonce: str) -> tuple[Reply, ...] | None:
    """Return the answer to a script in which every other command prints one line that begins with `nonce`.

    Each reply holds such a line and what the command after it said; the last line has no command.  None: it is no such
    answer.
    """
    _, *parts = answer.split(f"\n{nonce} ")
    found: list[Reply] = []
    for part in parts:
        line, _, region = part.partition("\n")
        is_last = len(found) == len(parts) - 1
        reply = Reply(text="") if is_last else _reply(region.split("\n")[:-1])
        if reply is None:
            return None
        heading = f"{nonce} {line}\n"
        found.append(reply if reply.failed else Reply(text=heading + reply.text))
    return tuple(found) or None


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
