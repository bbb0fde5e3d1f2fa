"""Who leads, and who comes after.  `plan.errands.handing` goes by it."""

from __future__ import annotations

from dataclasses import dataclass

NOBODY = "nobody"
"""What stands for the successor in a hand-over file's name when there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOverAt:
    """When the lead is handed over by itself.

    Attributes:
        usage: per cent of its allowance that the lead may use up; 0: that is no reason.
        away: seconds for which it may be limited or gone.
    """

    usage: float = 0.0
    away: float = 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SuccessionSpec:
    """Who leads: the agent that plans and reviews for the others, and who comes after it.

    Attributes:
        order: agents; the first leads until the lead is handed over.
        hand_over_at: when the lead is handed over by itself; None: only when the operator asks for it.
        file: pattern of the hand-over file below the root, with `{from}` and `{to}`; `template`: its text.
        incoming: a file by which the first lead was handed over before there was a record; empty: by `file`.
    """

    order: tuple[str, ...] = ()
    hand_over_at: HandOverAt | None = None
    file: str = ".amp-fsm/hand_over/{from}_to_{to}.md"
    template: str = ""
    incoming: str = ""

    def after(self, name: str) -> tuple[str, ...]:
        """Return who may take over from an agent, in order: those after it, then those before it."""
        place = self.order.index(name) if name in self.order else 0
        return tuple(other for other in (*self.order[place:], *self.order[:place]) if other != name)

    def file_of(self, giver: str, taker: str) -> str:
        """Return the hand-over file from one agent to another; an empty `taker` stands for nobody."""
        return self.file.replace("{from}", giver).replace("{to}", taker or NOBODY)
