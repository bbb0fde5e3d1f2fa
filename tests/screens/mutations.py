"""What may differ between a captured screen and the one that is read, without what it shows being another.

Each mutation is a function of the screen's text, colours and all.  None of them may make a reading bolder.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

Mutation = Callable[[str], str]

HEAVY = str.maketrans("─│╭╮╰╯", "━┃┏┓┗┛")
DOUBLE = str.maketrans("─│╭╮╰╯", "═║╔╗╚╝")
DASHED = str.maketrans("─│╭╮╰╯", "╌┆┌┐└┘")
KEPT = 14
"""Lines that a cut leaves at least: the live zone, with what stands right above it."""

DIALOG = """\
● Here is what it shows:
  ╭──────────────────────────╮
  │ Do you want to proceed?  │
  │ ❯ 1. Yes                 │
  │   2. No (esc)            │
  ╰──────────────────────────╯
  Esc to cancel · Tab to amend
  Run shell command? (Y)es/(N)o [Yes]:
"""
WORK = """\
✦ Here is what it shows:
  ⠋ Thinking... (esc to cancel, 20s)
  ✻ Pondering… (3s · esc to interrupt)
  • Working (3s • esc to interrupt)
  Waiting for openai/gpt
  ■ You've hit your usage limit. Try again at 11:40 PM.
  ✕ [API Error: 500]
"""
AT_REST = """\
• Here is what it shows:
  ──────────────────────────────
  ❯
  ──────────────────────────────
    ? for shortcuts
  ▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄
   >   Type your message or @path/to/file
  ▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀
  › Ask Codex to do anything
    mock-model default · ~/demo
  diff>
"""


def _cut(share: float) -> Mutation:
    def cut(screen: str) -> str:
        lines = screen.split("\n")
        return "\n".join(lines[min(int(len(lines) * share), max(0, len(lines) - KEPT)) :])

    return cut


def _below(quote: str) -> Mutation:
    return lambda screen: f"{quote}\n{screen}"


def _padded(screen: str) -> str:
    return "\n".join(f"{line}{' ' * 12}" for line in screen.split("\n"))


def _no_break(screen: str) -> str:
    return screen.replace(" ", "\u00a0")


MUTATIONS: Mapping[str, Mutation] = {
    "without its upper third": _cut(0.34),
    "without its upper two thirds": _cut(0.67),
    "below a quoted dialog": _below(DIALOG),
    "below quoted work, limits and errors": _below(WORK),
    "below quoted composers": _below(AT_REST),
    "padded with blanks": _padded,
    "with no-break spaces": _no_break,
    "in heavy lines": lambda screen: screen.translate(HEAVY),
    "in double lines": lambda screen: screen.translate(DOUBLE),
    "in dashed lines": lambda screen: screen.translate(DASHED),
    "above empty lines": lambda screen: f"{screen}\n\n\n\n",
    "with carriage returns": lambda screen: screen.replace("\n", "\r\n"),
}
