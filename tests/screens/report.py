"""The page docs/detection.md: what the rules make of the corpus.  Text only; the same corpus gives the same page."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby

from amp_fsm.model.profile import Profile, ScreenState
from tests.screens.judge import WAYS, Judged, Way

_HEAD = """\
# Detection

How the built-in profiles read the screens of `tests/screens/`, captured from the real programs. `make detect-report`
writes this page anew; a test keeps it true. Every screen is read four ways: with colours or as plain text, with tmux's
variables beside it or without.

A reading is **right** when the state is, and what the composer holds as well where that matters. It is **dangerous**
when a prompt would go where none may: idle reported for anything that is not idle, or an empty composer where a draft
stands. Right answers were written down from what had been done to the program, before any rule saw the screen. What is
neither right nor dangerous is mostly `unknown`, on which nothing is ever done.

These figures are of screens that the rules were made with: take them as an upper bound for releases that come. What
does not change what a screen shows (its upper lines cut off, quoted dialogs, spinners and composers above it, other box
lines and blanks, another answer selected) never makes a reading bolder; that is tested too.
"""
_UNSEEN = """\
## Releases that no rule had seen

On 28 November 2026 ten releases were captured at sizes that were not in the corpus, and read before any rule was
changed: 179 screens, none of them read dangerously in any of the four ways. With colours and variables 169 were right
(94.4 %). Of the others eight are Codex 0.101.0, which shows nothing while text streams: all `unknown` or `starting`.
The last two quote a dialog in a box: read as `blocked`, mended since. Labels were written by the clock; eleven
screens of a busy machine showed what was there before (nothing yet, still working), and were labelled anew by eye:
without that, 158 are right (88.2 %). All are part of the corpus now.

| program | release | size | screens | right at first |
| --- | --- | --- | --- | --- |
| claude-code | 2.1.199 | 90x28 | 19 | 18 |
| claude-code | 2.1.301 | 160x45 | 19 | 18 |
| codex | 0.101.0 | 120x36 | 17 | 9 |
| codex | 0.146.0 | 66x20 | 17 | 17 |
| copilot | 1.0.75 | 66x20 | 19 | 19 |
| gemini | 0.38.2 | 90x28 | 19 | 19 |
| gemini | 0.51.0 | 240x60 | 19 | 19 |
| opencode | 1.2.20 | 120x36 | 17 | 17 |
| pi | 0.67.1 | 66x20 | 14 | 14 |
| qwen-code | 0.21.10 | 160x45 | 19 | 19 |
"""
_STATES = [str(state) for state in ScreenState]


def report(judged: Iterable[Judged], profiles: Mapping[str, Profile]) -> str:
    """Return the page."""
    everything = list(judged)
    parts = [_HEAD, *_summary(everything, profiles), _UNSEEN]
    for program, readings in groupby(everything, key=lambda one: one.screen.program):
        parts.extend(_program(program, list(readings)))
    return "\n".join(parts)


def right_share(judged: Sequence[Judged]) -> float:
    """Return the share of right readings."""
    return sum(one.right for one in judged) / len(judged)


def _summary(judged: Sequence[Judged], profiles: Mapping[str, Profile]) -> Iterator[str]:
    yield "| program | screens | " + " | ".join(str(way) for way in WAYS) + " | dangerous | rules captured / inferred |"
    yield "| --- " * (len(WAYS) + 4) + "|"
    for program, grouped in groupby(judged, key=lambda one: one.screen.program):
        readings = list(grouped)
        yield _row(program, readings, _basis(profiles[program]))
    yield _row("all", judged, "")
    yield ""


def _row(name: str, readings: Sequence[Judged], basis: str) -> str:
    shares = [_percent(_of(readings, way)) for way in WAYS]
    dangerous = sum(one.dangerous for one in readings)
    return f"| {name} | {len(_of(readings, WAYS[0]))} | {' | '.join(shares)} | {dangerous} | {basis} |"


def _of(readings: Sequence[Judged], way: Way) -> list[Judged]:
    return [one for one in readings if one.way == way]


def _percent(readings: Sequence[Judged]) -> str:
    """Return the share, rounded down: 100 % means all of them."""
    return f"{int(1000 * right_share(readings)) / 10:.1f} %"


def _basis(profile: Profile) -> str:
    counted = Counter(rule.basis for rule in profile.rules)
    return f"{counted['captured']} / {counted['inferred']}"


def _program(name: str, readings: Sequence[Judged]) -> Iterator[str]:
    yield f"## {name}\n"
    screens = [one.screen for one in _of(readings, WAYS[0])]
    yield f"Releases (screens): {_counted(screen.version for screen in screens)}.\n"
    yield f"Sizes: {_counted(f'{screen.columns}x{screen.rows}' for screen in screens)}.\n"
    yield from _confusion(readings)
    yield from _misread(readings)


def _confusion(readings: Sequence[Judged]) -> Iterator[str]:
    found = Counter((one.meant, str(one.reading.state)) for one in readings)
    columns = [state for state in _STATES if any(read == state for _, read in found)]
    yield f"| shown \\ read | {' | '.join(columns)} |"
    yield "| --- " * (len(columns) + 1) + "|"
    for shown in _STATES:
        if any(meant == shown for meant, _ in found):
            yield f"| {shown} | {' | '.join(str(found[shown, read] or '') for read in columns)} |"
    yield ""


def _misread(readings: Sequence[Judged]) -> Iterator[str]:
    """Yield what was misread, one line for each screen."""
    wrong = [one for one in readings if not one.right]
    for (version, name), grouped in groupby(wrong, key=lambda one: (one.screen.version, one.screen.name)):
        ones = list(grouped)
        states = sorted({f"{one.reading.state}, composer {one.reading.composer}" for one in ones})
        mark = "**dangerous** " if any(one.dangerous for one in ones) else ""
        yield f"- {mark}{version} `{name}` read as {' / '.join(states)} ({len(ones)} of {len(WAYS)} ways)"
    if wrong:
        yield ""


def _counted(values: Iterable[str]) -> str:
    counted = Counter(values)
    return ", ".join(f"{value} ({counted[value]})" for value in sorted(counted, key=_numbers))


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", text))
