"""What was written into files, by us and by others, so that our own words are never read as claims."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class CellMemory:
    """What we wrote into one cell and what it replaced, so that our own words are never read as claims.

    Attributes:
        wrote: the text we wrote last; `replaced`: the text it replaced; `rewrites`: how often it fell back.
        text, first_seen: the cell's present text by others and the policy time at which it was first seen.
        row: digest of the rest of the row when `text` was first seen; `replaced_row`: likewise of the replaced text.
    """

    wrote: str = ""
    replaced: str = ""
    replaced_row: str = ""
    rewrites: int = 0
    text: str = ""
    first_seen: float = 0.0
    row: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogMemory:
    """How many rows (or lines) by others a log held per agent when we last looked, and when it last grew."""

    rows: int = 0
    claim: str = ""
    first_seen: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A whole file that we wrote: the digest of its text, and the task that it was written for (empty: none)."""

    digest: str
    task: str = ""
