"""Laws of detection: what does not change what a screen shows never makes its reading bolder.

Only screens on which nothing may be typed are taken, and drafts: no change of them may be read as idle, or as empty.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from amp_fsm.model.dialog import DialogSpec, Layout
from amp_fsm.model.profile import ScreenState
from amp_fsm.observe.screen import read_screen
from amp_fsm.world.config_files import load_profiles
from tests.screens.corpus import Screen, load_screens
from tests.screens.judge import NOW, WAYS, Judged
from tests.screens.mutations import MUTATIONS

PROFILES = load_profiles()
SCREENS = load_screens()
RISKY = [one for one in SCREENS if ScreenState.IDLE not in one.accept or one.composer == ("draft",)]
SHARE = 4
"""Of each program's screens one in so many is read in each mutation, another one for each."""


@pytest.mark.parametrize("name", MUTATIONS)
def test_no_mutation_makes_a_reading_bolder(name: str) -> None:
    mutate, first = MUTATIONS[name], list(MUTATIONS).index(name) % SHARE
    bold = []
    for number, screen in enumerate(RISKY[first::SHARE]):
        way = WAYS[0] if screen.hidden or number % 2 else WAYS[2]
        variables = screen.variables if way.variables else {}
        reading = read_screen(PROFILES[screen.program], mutate(screen.ansi), variables, NOW)
        judged = Judged(screen=screen, way=way, reading=reading)
        if judged.dangerous:
            bold.append(str(judged))
    assert bold == []


# ---- whatever is selected ----------------------------------------------------------------------------------------


def lists() -> Iterator[Screen]:
    """Yield the screens with a dialog whose answers stand below each other, one of them marked."""
    for screen in SCREENS:
        spec = PROFILES[screen.program].dialogs
        if spec is not None and spec.layout is Layout.LIST and spec.mark and screen.accept == (ScreenState.BLOCKED,):
            yield screen


def moved(screen: Screen, spec: DialogSpec, options: tuple[str, ...], place: int, selected: int) -> str | None:
    """Return the screen with another answer selected; None where that cannot be drawn."""
    lines = screen.plain.split("\n")
    entry = rf"^[ │┃]*(?P<mark>{spec.mark})? *(\d+[.)] +)?"
    found = [
        re.search(entry + re.escape(options[at].split("  ")[0]), "\n".join(lines), re.M) for at in (place, selected)
    ]
    numbers = ["\n".join(lines)[: one.start()].count("\n") if one else -1 for one in found]
    mark = found[1]["mark"] if found[1] else None
    if -1 in numbers or mark is None or options.count(options[place]) > 1:
        return None
    column = lines[numbers[1]].index(mark)
    for number, sign in zip(numbers, (mark, " "), strict=True):
        line = lines[number]
        if line[column : column + 1] not in (mark, " "):
            return None
        lines[number] = line[:column] + sign + line[column + 1 :]
    return "\n".join(lines)


def test_a_dialog_is_read_the_same_whatever_is_selected() -> None:
    wrong, tried = [], 0
    for screen in lists():
        profile = PROFILES[screen.program]
        asked = read_screen(profile, screen.plain, {}, NOW).asked
        if profile.dialogs is None or asked is None or asked.selected < 0:
            continue
        for place in range(len(asked.options)):
            capture = moved(screen, profile.dialogs, asked.options, place, asked.selected)
            if place == asked.selected or capture is None:
                continue
            tried += 1
            again = read_screen(profile, capture, {}, NOW).asked
            if again is None or (again.digest, again.selected) != (asked.digest, place):
                wrong.append(f"{screen.program} {screen.version} {screen.name}: {asked.options[place]!r}")
    assert tried > 400
    assert wrong == []
