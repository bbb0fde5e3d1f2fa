"""The port of hints that end a rest early: `Events`.  `world.events` keeps its word; a pass does without it."""

from __future__ import annotations

from typing import Protocol


class Events(Protocol):
    """What stirs while a watching reconciler waits, told at once where the machine can.  A hint, never proof.

    Whatever was followed and stirs ends the pause of the `Clock`.  An event may be told twice, and never comes for what
    was only read.  A folder that is not there yet, or that was removed and made again, is found.
    """

    def follow(self, patterns: frozenset[str], processes: frozenset[int] = frozenset(), *, anew: bool = False) -> str:
        """Follow these files (as in `Files`) and the ends of these processes, and nothing else from now on.

        Called again and again; it costs next to nothing while nothing changed, and mends what broke meanwhile.  What is
        followed for the first time is told too, since it may have stirred before.

        Args:
            patterns: files and globs.
            processes: ids whose end is told.
            anew: begin all over, because something was missed.

        Returns:
            Why some of it cannot be followed, so that only looking will tell; empty when all of it is.
        """

    def take(self) -> frozenset[str]:
        """Return what stirred since the last call: patterns as they were given, and whatever else was told."""

    def tell(self, what: str) -> None:
        """Say that something stirred.  Safe in every thread, but not in a signal handler."""

    def close(self) -> None:
        """Follow nothing any more."""
