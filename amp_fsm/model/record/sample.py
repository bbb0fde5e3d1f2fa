"""What screens showed for how long.  Made by `observe`, so that a screen's age survives the process."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """What an agent's screen showed when it last changed its class, and when anything about it last changed.

    Attributes:
        state, since: the class and the policy time since which every look showed it.
        screen: digest of the screen alone; idle counts from when it last changed.
        evidence: the line that decided; `resets_at`: the reset time as first read from it.
        body, progress: digest of the last screen body, and the policy time at which it last differed.
        blind: policy time since which it could not be seen or recognised; None: it can be.
        told: the operator was told of this blindness.
    """

    state: str = ""
    since: float = 0.0
    body: str = ""
    progress: float = 0.0
    screen: str = ""
    evidence: str = ""
    resets_at: float | None = None
    blind: float | None = None
    told: bool = False
