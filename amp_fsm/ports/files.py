"""The port of the disk: `Files`.  `world.files` keeps its word."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from amp_fsm.model.seen import Failed, FileSeen, Missing, PathSeen, Tail


class Files(Protocol):
    """The project's folder, and files named by absolute path."""

    def read(self, path: str) -> FileSeen | Missing | Failed:
        """Return the text of a file of at most 10 MB, line ends kept, undecodable bytes as surrogate escapes."""

    def glob(self, pattern: str, contains: str = "") -> tuple[PathSeen, ...] | Failed:
        """Return the files that match, sorted; with `contains`, say of each whether its text holds it."""

    def tails(self, pattern: str) -> tuple[Tail, ...] | Failed:
        """Return the ends of the newest files that match, the newest last; both their number and size are bounded."""

    def inputs(self, patterns: Sequence[str]) -> str | Failed:
        """Return one digest over names and contents of all files that match."""

    def replace(self, path: str, text: str, *, if_digest: str) -> None:
        """Replace a file atomically, keeping mode and owner, if its bytes still have this digest.

        Raises:
            StaleFileError: it changed meanwhile.
            DocumentError: it cannot be written.
        """

    def create(self, path: str, text: str, *, folder: bool = False) -> None:
        """Make a file that is not there, atomically; with `folder`, the folder that it is to stand in too.

        Raises:
            StaleFileError: it is there by now.
            DocumentError: it cannot be written.
        """

    def write_new(self, path: str, text: str) -> None:
        """Create or overwrite a file of our own, atomically, making its folder."""

    def write_own(self, path: str, text: str, *, over: str) -> None:
        """Write a whole file below the root, atomically, making its folder; one that says so already is left alone.

        Args:
            path: relative to the root, out of which it must not lead, nor through symbolic links.
            text: the new content.
            over: digest of the bytes that may be replaced; empty: it must not be there yet.

        Raises:
            StaleFileError: there is a file, with other bytes.
            DocumentError: it cannot be written, or leads out of the root.
        """
