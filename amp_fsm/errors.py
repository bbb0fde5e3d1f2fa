"""Every error an operator can mend.  Each says where, what, and how to mend it; none of them is a bug of ours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class AmpFsmError(Exception):
    """An error that ends the command with exit code 1 and its message, never with a traceback."""

    exit_code = 1

    def __init__(self, message: str, *, hint: str = "") -> None:
        """Say what is wrong in `message`, and in `hint` how to mend it."""
        super().__init__(message)
        self.hint = hint


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing wrong in a configuration, with its place.

    Attributes:
        line, column: 1-based; 0 when the place is the file as a whole.
        code: stable, for grep: `E1xx` text, `E2xx` schema and references, `E3xx` machines, `W...` warnings.
        excerpt: the line itself; `width`: how many characters of it are meant.
        suggestion: how to mend it, empty when there is nothing better than the message.
    """

    file: str
    line: int
    column: int
    code: str
    message: str
    excerpt: str = ""
    width: int = 1
    suggestion: str = ""

    @property
    def is_error(self) -> bool:
        """Whether the configuration cannot be used with it (warnings can be lived with)."""
        return self.code.startswith("E")


class InvalidConfigError(AmpFsmError):
    """The configuration cannot be used; `problems` holds all of them at once."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        """Carry every problem found, in the order of files and lines."""
        count = sum(problem.is_error for problem in problems)
        super().__init__(f"{count} problem{'s' if count != 1 else ''} in the configuration")
        self.problems = tuple(problems)


class TerminalUnreachableError(AmpFsmError):
    """tmux did not answer in time, refused, or is not installed: nothing may be concluded about any pane."""


class ProgramMissingError(AmpFsmError):
    """A program that an action needs is not on this machine."""


class StaleFileError(AmpFsmError):
    """A file changed between our reading and our writing: read again."""


class DocumentError(AmpFsmError):
    """A document has no such table, row or column, or cannot be written."""


class WorkspaceError(AmpFsmError):
    """A task's worktree cannot be made, committed, merged or removed; nothing was lost."""


class PlanStaleError(AmpFsmError):
    """A saved plan no longer fits the record, the configuration or the clock, or was used before."""

    exit_code = 3


class ProjectLockedError(AmpFsmError):
    """Another process holds the project's lock; the message says which and since when."""

    exit_code = 5


class StoreError(AmpFsmError):
    """The store cannot be opened, read or written."""


class UnknownSubjectError(AmpFsmError):
    """No agent, task or service of this address."""


class NotPossibleError(AmpFsmError):
    """The operator asked for something that the present state does not allow."""
