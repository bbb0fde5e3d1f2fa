"""What is asked of whoever holds the lock.  `engine.requests` serves it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """Something the operator asked for while another process held the lock: `fire`, `resolve`, ..."""

    id: int
    verb: str
    arguments: tuple[str, ...]
