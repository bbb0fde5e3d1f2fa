"""Verdicts of reviewers, read from the first line of what they wrote.  Anything but a plain verdict is none.

`APPROVED` has to stand alone in its line: what is approved under a condition is not approved.  After `REFUSED` reasons
may follow at once.
"""

from __future__ import annotations

import re

from amp_fsm.model.review import Verdict
from amp_fsm.observe.fold import fold

APPROVED = frozenset({"approved", "accepted", "accepte", "acceptee", "approuve", "approuvee"})
REFUSED = frozenset({"refused", "rejected", "refuse", "refusee", "rejete", "rejetee"})

_BEGINNING = re.compile(r"^[^\w]*(?:(?:verdict|decision|review)\s*[:=-]\s*)?[^\w]*")
_WORD = re.compile(r"\w+")
_REASONS = re.compile(r"\s*(?:[.:;,!)\]]|[-\u2013\u2014](?=\s))|\s*$")


def verdict_of(text: str) -> Verdict:
    """Return what a review says; unclear when its first line is no plain verdict."""
    first = next((line for line in text.splitlines() if _WORD.search(line)), "")
    said = _BEGINNING.sub("", fold(first), count=1)
    word = _WORD.match(said)
    rest = said[word.end() :] if word is not None else ""
    if word is not None and word[0] in APPROVED and not _WORD.search(rest):
        return Verdict.APPROVED
    if word is not None and word[0] in REFUSED and _REASONS.match(rest):
        return Verdict.REFUSED
    return Verdict.UNCLEAR
