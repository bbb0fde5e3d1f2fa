"""What an effect on one agent's pane needs, besides the intent that it carries out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from amp_fsm.model.profile import Profile, ScreenReading
from amp_fsm.model.record import Intent
from amp_fsm.model.seen import Failed, PaneSeen
from amp_fsm.ports import Clock, PaneGuard, Terminal


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """One agent's pane, within reach.

    Attributes:
        owner: our option on the pane.
        person: seconds for which a person's last key press gives the right of way.
        save: writes the intent's progress, durably.
        look: a fresh look at the pane and its screen.
        held: whether the operator holds this agent right now; asked before every effect.
        receipt: how the program itself said that it took a prompt in; empty: it did not, or has no such channel.
    """

    profile: Profile
    owner: str
    person: float
    terminal: Terminal
    clock: Clock
    save: Callable[[Intent], None]
    look: Callable[[], tuple[PaneSeen, ScreenReading] | Failed]
    held: Callable[[], bool]
    receipt: Callable[[Intent], str] = lambda intent: ""

    def right_of_way(self, pane: PaneSeen) -> bool:
        """Return whether a person is typing there."""
        return pane.person is not None and pane.person < self.person

    def guard(self, pane: PaneSeen, no_dialog: str = "") -> PaneGuard:
        """Return what must hold in the server at the moment of an effect on the pane as it was seen."""
        return PaneGuard(command=pane.command, owner=self.owner, no_dialog=no_dialog)
