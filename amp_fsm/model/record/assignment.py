"""Which agent holds which task, and how far it has come."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """One task held by one agent.

    Attributes:
        attempt: 1 for the first time the task is handed out.
        prompt: intent id of the last prompt that was planned for it, empty before the first.
        delivered: policy time at which the last prompt was delivered; None: it was not, or a newer one is under way.
        delivered_wall: the same moment on the wall clock.
        unknown: the last prompt's delivery could not be established.
        verdict: `refused`, `verified` or empty; `verdict_at`: its policy time; `verdict_text`: what failed, for `fix`.
        returned: a verdict was `refused` and no prompt was delivered since.
    """

    id: str
    agent: str
    task: str
    attempt: int = 1
    since: float = 0.0
    since_wall: float = 0.0
    prompt: str = ""
    delivered: float | None = None
    delivered_wall: float | None = None
    unknown: bool = False
    verdict: str = ""
    verdict_at: float | None = None
    verdict_text: str = ""
    returned: bool = False
