"""Reads each screen of the corpus four ways, with and without colours and variables, and says what came of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from amp_fsm.model.profile import Composer, Profile, ScreenReading, ScreenState
from amp_fsm.observe.screen import read_screen
from tests.screens.corpus import Screen

NOW = 1795426800.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """What of a capture is at hand."""

    colours: bool
    variables: bool

    def __str__(self) -> str:
        return f"{'colours' if self.colours else 'plain text'}, {'' if self.variables else 'no '}variables"


WAYS = tuple(Way(colours=colours, variables=variables) for variables in (True, False) for colours in (True, False))


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One screen, read one way."""

    screen: Screen
    way: Way
    reading: ScreenReading

    @property
    def right(self) -> bool:
        """The state is one of the right ones, and so is what the composer holds."""
        composer = self.screen.composer
        return self.reading.state in self.screen.accept and (not composer or self.reading.composer in composer)

    @property
    def dangerous(self) -> bool:
        """A prompt would go where none may: idle that is not, or an empty composer where a draft stands."""
        bold = self.reading.state is ScreenState.IDLE and ScreenState.IDLE not in self.screen.accept
        blind = self.reading.composer is Composer.EMPTY and self.screen.composer == (Composer.DRAFT,)
        return bold or blind

    @property
    def meant(self) -> str:
        """The state that it counts under: the one that was read when that is right, else the first right one."""
        return self.reading.state if self.reading.state in self.screen.accept else self.screen.accept[0]

    def __str__(self) -> str:
        screen, reading = self.screen, self.reading
        wanted = " or ".join((*screen.accept, *screen.composer))
        return (
            f"{screen.program} {screen.version} {screen.name} ({self.way}): {reading.state}, {reading.composer} "
            f"by {reading.rule or 'no rule'} at {reading.evidence!r}; wanted {wanted}"
        )


def judge(screens: Iterable[Screen], profiles: Mapping[str, Profile]) -> Iterator[Judged]:
    """Yield every screen as its program's profile reads it, each of the four ways that can be right."""
    for screen in screens:
        for way in WAYS if not screen.hidden else WAYS[:2]:
            capture = screen.ansi if way.colours else screen.plain
            variables = screen.variables if way.variables else {}
            yield Judged(screen=screen, way=way, reading=read_screen(profiles[screen.program], capture, variables, NOW))
