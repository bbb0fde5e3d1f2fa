"""Identities of intents: the same cause makes the same id, so that a rerun never repeats an action."""

from __future__ import annotations

import base64
import hashlib


def intent_id(lineage: str, address: str, entry: int, cause: str, tick: int, key: str) -> str:
    """Return the id of the action `key` that `cause` brings about in the subject's stay number `entry`.

    Eight characters of base32, lower case: short enough to stand in a prompt, and unique within one store.
    """
    identity = "\x1f".join((lineage, address, str(entry), cause, str(tick), key))
    return base64.b32encode(hashlib.sha256(identity.encode()).digest())[:8].decode().lower()


def marker(intent: str) -> str:
    """Return the line by which a prompt's text is found again."""
    return f"[amp:{intent}]"


def owner(project: str, address: str) -> str:
    """Return our option's value for a subject's pane, `PROJECT/agent/NAME`."""
    return f"{project}/{address}"
