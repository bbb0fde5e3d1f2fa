"""Where a watching reconciler is called from outside: a folder in which anybody may touch a file."""

from __future__ import annotations

WAKE = "wake"
"""The folder's name below the store's; `runner` and `amp-fsm poke` leave their signs there."""


def wake_folder(store: str) -> str:
    """Return the folder, given the store's."""
    return f"{store}/{WAKE}"
