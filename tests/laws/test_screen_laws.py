"""Law: the screens of a pass are those of a capture of every pane, whatever happened since earlier passes.

The server here is a model of what was measured of tmux: its clock counts whole seconds, a window bears the second of
the last drawing of any of its panes, programs draw anew when their size changes, and much can happen within one second,
also between a listing and its captures.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import cast

from hypothesis import given
from hypothesis import strategies as st

from amp_fsm.engine.screens import see_screens
from amp_fsm.model.kept_screen import KeptScreen
from amp_fsm.model.seen import Failed, PaneRef, PaneSeen
from amp_fsm.ports import Terminal


@dataclass(slots=True)
class Pane:
    pid: int
    window: int
    text: str = ""
    width: int = 80
    dead: bool = False


@dataclass(slots=True)
class Server:
    """Panes in windows, and a clock."""

    panes: list[Pane] = field(default_factory=lambda: [Pane(pid=n, window=n) for n in range(3)])
    windows: dict[int, int] = field(default_factory=lambda: dict.fromkeys(range(3), 100))
    second: int = 101
    drawn: int = 0
    captured: list[str] = field(default_factory=list)

    # ---- what happens --------------------------------------------------------------------------------------------

    def draw(self, number: int) -> None:
        pane = self.panes[number]
        if not pane.dead:
            self.drawn += 1
            pane.text = f"drawing {self.drawn}"
            self.windows[pane.window] = self.second

    def tick(self, number: int) -> None:
        self.second += number

    def resize(self, number: int) -> None:
        """Let the program draw anew, as those do whose size changes."""
        self.panes[number].width = 140 - self.panes[number].width
        self.draw(number)

    def die(self, number: int) -> None:
        """Show tmux's own notice, which is no activity."""
        if not self.panes[number].dead:
            self.panes[number].dead = True
            self.panes[number].text += " Pane is dead"

    def start_anew(self, number: int) -> None:
        self.drawn += 1
        self.panes[number] = replace(self.panes[number], pid=100 + self.drawn, text="", dead=False)

    def move(self, number: int) -> None:
        """Take a pane into the next window, where it has another size."""
        self.panes[number].window = (self.panes[number].window + 1) % len(self.windows)
        self.draw(number)

    # ---- what is seen --------------------------------------------------------------------------------------------

    def listing(self) -> list[PaneSeen]:
        return [
            PaneSeen(
                ref=PaneRef(server="1:1", pane=f"%{number}", pid=pane.pid),
                session="s",
                window=str(pane.window),
                name="",
                dead=pane.dead,
                variables={"pane_width": str(pane.width), "window_id": f"@{pane.window}"},
                activity=self.windows[pane.window],
                at_rest=self.windows[pane.window] < self.second,
            )
            for number, pane in enumerate(self.panes)
        ]

    def listed(self) -> tuple[list[PaneSeen], Mapping[PaneRef, str | Failed]]:
        """Return a listing, and what was on the screens at that moment."""
        listing = self.listing()
        return listing, self.capture([pane.ref for pane in listing])

    def capture(self, panes: Sequence[PaneRef]) -> Mapping[PaneRef, str | Failed]:
        self.captured += [ref.pane for ref in panes]
        return {ref: self._screen(ref) for ref in panes}

    def _screen(self, ref: PaneRef) -> str | Failed:
        pane = self.panes[int(ref.pane.removeprefix("%"))]
        return pane.text if pane.pid == ref.pid else Failed(reason="another process")


happenings = st.lists(
    st.tuples(
        st.sampled_from(["draw", "tick", "resize", "die", "start_anew", "move", "list", "capture", "pass", "pass"]),
        st.integers(0, 2),
    ),
    min_size=5,
    max_size=60,
)


@given(happenings=happenings)
def test_a_screen_is_the_one_of_the_listing_or_of_the_capture_after_it(happenings: list[tuple[str, int]]) -> None:
    server = Server()
    kept: dict[str, KeptScreen] = {}
    listings = [server.listed()]
    for what, number in [*happenings, ("pass", 0)]:
        if what in ("list", "pass"):
            listings = [server.listed()]
        if what in ("capture", "pass") and listings:
            listed, then = listings.pop()
            seen = see_screens(cast("Terminal", server), kept, listed)
            now = server.capture([pane.ref for pane in listed])
            assert seen.captures.keys() == now.keys()
            assert all(screen in (then[ref], now[ref]) for ref, screen in seen.captures.items())
            kept = {name: screen for name, screen in kept.items() if name not in seen.stale} | dict(seen.fresh)
        if what not in ("list", "capture", "pass"):
            getattr(server, what)(number + 1 if what == "tick" else number)


def test_a_quiet_server_is_captured_once() -> None:
    server = Server(second=105)
    first = see_screens(cast("Terminal", server), {}, server.listing())
    server.captured.clear()
    again = see_screens(cast("Terminal", server), first.fresh, server.listing())
    assert (again.captures, server.captured) == (first.captures, [])
    server.draw(1)
    see_screens(cast("Terminal", server), first.fresh, server.listing())
    assert server.captured == ["%1"]
